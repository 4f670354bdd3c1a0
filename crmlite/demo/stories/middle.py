"""Four stories from the middle of Europe and the islands: law, dentistry, insurance, libraries."""

from crmlite.demo.stage import Stage, Story


def brandt_loewe(s: Stage) -> Story:
    """Lawyers whose neighbours could hear them; a controller who is against it."""
    yield 455, "10:50", "seller"
    firm = s.company(
        "Kanzlei Brandt Löwe", "brandt-loewe.example", "+49 40 66969 310",
        ("Färbergraben 12", "20095", "Hamburg", "DE"), industry="Law", language="de", vat_id="DE000099991",
        instructions="Never name their clients or what was heard, not in notes either.",
    )  # fmt: skip
    greta = s.person("Greta", "Löwe", "loewe@brandt-loewe.example", firm, "Partnerin", "decides", since=s.day(5100))
    lead = s.lead(greta, "Two meeting rooms with partition walls through which everything can be heard", "Phone")
    s.note(
        firm,
        "Rang us. Their tenants next door quoted a sentence from a meeting back at them. Wants it solved, quietly.",
    )

    yield 449, "09:00", "seller"
    s.note(firm, "Measured with Mads: the walls stop at the false ceiling, sound goes over them. Panels alone will not do it; "
           "two Kerkuil inside the rooms would.")  # fmt: skip
    s.invite(firm, "colleague", "Measuring")

    yield 448, "17:10", "colleague"
    s.note(firm, "Rapport: 31 dB tussen de kamers, 45 is nodig. Met Kerkuil halen we 47. Grafiek zit bij de offerte.")

    yield 440, "11:30", "seller"
    dirk = s.person("Dirk", "Maaß", "maass@brandt-loewe.example", firm, "Controlling", "blocks", since=s.day(1500))
    s.note(
        firm,
        "Herr Maaß asks why a wall costs less than a box. Because the landlord forbids the wall. He wants it in writing.",
    )

    yield 421, "15:45", "seller"
    lead.qualify(s.me)
    s.note(firm, "Landlord's letter got to Maaß. Quote for two Kerkuil with smoked glass.")

    yield 366, "10:05", "seller"
    s.note(firm, "Still nothing. Greta says the partners meet four times a year and forgot it in spring.")

    yield 300, "14:15", "seller"
    s.note(
        firm, "Third quarter, not on the agenda either. Sent the report again with one page in front instead of twelve."
    )

    yield 243, "09:20", "seller"
    firm.change(customer_since=s.day(243))
    greta.change(customer_since=s.day(243))
    s.note(firm, "Ordered. The one page did it. Delivery through the courtyard, Saturday, guard present.")

    yield 206, "13:50", "service"
    s.note(firm, "Both booths up. 47.5 dB measured. Frau Löwe stood outside while we read the phone book aloud.")

    yield 203, "16:30", "seller"
    s.promote(dirk, firm, "Controlling", "influences")
    s.note(dirk, "He called to say the acoustics budget of next year is his idea now.")
    s.tag(firm, "reference on request")

    yield 118, "10:40", "seller"
    s.person("Wiebke", "Harms", "harms@brandt-loewe.example", firm, "Büroleitung", "uses", mobile="+49 171 39200 31")
    s.note(
        firm,
        "New office manager, Wiebke Harms. Wants the booths in the room booking; sent her the width of the doors too.",
    )

    yield 44, "11:15", "seller"
    s.lead(greta, "Reception: 14 m of wall in Vilt 40, dark blue", "Phone")
    s.note(firm, "Reception echoes. 14 m of Vilt 40, wants to see three blues.")


def salviati(s: Stage) -> Story:
    """A dentist: closed as hopeless, opened again when the compressor moved."""
    yield 402, "22:05", "visitor"
    s.post("quote", {
        "name": "Beatrice Salviati", "email": "beatrice@studiosalviati.example", "country": "IT", "what": "No idea yet",
        "need": "Buonasera, our compressor stands in the waiting room and children cry before they see me. What can you do?",
    })  # fmt: skip

    yield 401, "09:15", "colleague"
    beatrice = s.known("beatrice@studiosalviati.example")
    studio = s.company(
        "Studio dentistico Salviati", "studiosalviati.example", "+39 051 000 4410",
        ("Via dei Tigli 31", "40100", "Bologna", "IT"), industry="Dental care", language="it",
    )  # fmt: skip
    beatrice.join(studio, "Titolare", "decides")
    lead = s.lead_of(beatrice)
    lead.take(s.me)
    s.note(studio, "A compressor of 68 dB behind a curtain. We do not make machine enclosures. Wrote back what we can do for the "
           "room itself.")  # fmt: skip

    yield 392, "10:00", "colleague"
    lead.disqualify("Needs a machine enclosure, which we do not make", s.me)
    s.note(studio, "Gave her the name of somebody who builds enclosures.")

    yield 310, "11:25", "marketing"
    s.tag(studio, "newsletter")
    s.note(studio, "Signora Salviati risponde sempre alla newsletter, di solito con una ricetta.")

    yield 228, "12:40", "marketing"
    s.note(studio, "She wrote: the compressor is in the cellar now, and only the waiting room is left. Mads?")

    yield 227, "09:05", "colleague"
    lead.reopen(s.me)
    s.note(studio, "Opened again. 24 m², tiles, glass table. Asked for photographs and the height.")

    yield 219, "15:10", "colleague"
    s.note(studio, "Photographs are here. 18 Vilt 40 in yellow and a Mos island over the toys.")

    yield 211, "10:30", "colleague"
    lead.qualify(s.me)
    s.person("Paolo", "Salviati", "paolo@studiosalviati.example", studio, "Amministrazione", "buys")
    s.note(studio, "Quote sent. Her brother Paolo pays the bills and asks for a second one without the island.")

    yield 190, "16:20", "colleague"
    studio.change(
        customer_since=s.day(190), instructions="Wednesday afternoons only; ring twice, the assistant wears headphones."
    )
    beatrice.change(customer_since=s.day(190))
    s.note(studio, "Ordered with the island. 'The children decide, not Paolo.'")

    yield 152, "14:45", "service"
    s.note(studio, "Put up on a Wednesday. One panel had a dent from the courier; the new one was there on Friday.")

    yield 149, "08:30", "service"
    s.note(studio, "Courier pays for the dented panel, claim sent with photographs.")

    yield 73, "10:50", "marketing"
    s.tag(studio, "reference")
    s.note(studio, "She sent us a drawing by a patient: the island as a cloud with teeth. May use it.")


def ormsby(s: Stage) -> Story:
    """An insurer with many people, of whom one takes us along when she changes firms."""
    yield 503, "10:20", "seller"
    ormsby = s.company(
        "Ormsby & Vale Insurance", "ormsbyvale.example", "+44 20 7946 0142",
        ("9 Mill Lane", "LS1 0ZZ", "Leeds", "GB"), industry="Insurance", language="en", vat_id="GB000000042",
    )  # fmt: skip
    fiona = s.person("Fiona", "Garside", "f.garside@ormsbyvale.example", ormsby, "Facilities manager", "influences",
                     mobile="+44 7700 900142", since=s.day(1900))  # fmt: skip
    lead = s.lead(fiona, "Claims department: 160 people on the telephone in one hall", "Trade fair")
    s.note(
        ormsby,
        "Fiona stood in our booth at the fair for ten minutes and did not want to come out. 160 people in one hall.",
    )
    s.tag(ormsby, "trade fair", "VIP")

    yield 494, "13:30", "seller"
    rupert = s.person(
        "Rupert", "Ormsby", "r.ormsby@ormsbyvale.example", ormsby, "Managing director", "decides", since=s.day(6000)
    )
    s.person("Tamsin", "Quayle", "t.quayle@ormsbyvale.example", ormsby, "Head of claims", "uses", since=s.day(2400))
    s.note(ormsby, "Visit to Leeds. Sat in the hall for an hour: 71 dB. Tamsin's people wear two headsets. Rupert looked in for "
           "a minute and said 'make it stop'.")  # fmt: skip

    yield 480, "09:40", "seller"
    owain = s.person(
        "Owain", "Birtwistle", "o.birtwistle@ormsbyvale.example", ormsby, "Procurement", "buys", since=s.day(800)
    )
    lead.qualify(s.me)
    s.note(
        ormsby, "Plan: 220 Wolk baffles, 12 Uil. Owain wants everything in the portal of theirs, with a code per line."
    )

    yield 462, "16:50", "manager"
    s.note(ormsby, "Biggest offer of the year. I go along to the presentation on the 9th.")
    s.invite(ormsby, "manager", "Sponsor")

    yield 447, "15:00", "seller"
    s.note(
        ormsby, "Presented with Hanneke. Rupert asked one question: when. Owain asked forty. Answers go out tomorrow."
    )

    yield 425, "11:10", "seller"
    ormsby.change(
        customer_since=s.day(425),
        instructions="Order number on every paper, one line per item code. Dock 2, book a slot.",
    )
    rupert.change(customer_since=s.day(425))
    s.note(ormsby, "Order. In three parts, a third of the hall at a time, nights only.")

    yield 380, "06:30", "service"
    s.note(ormsby, "First third hung overnight. 64 dB under our part, 71 beside it. People moved their chairs.")

    yield 352, "06:45", "service"
    s.note(ormsby, "All three parts done. 58 dB. Two booths wait for sockets.")

    yield 301, "10:30", "seller"
    s.leave(fiona, ormsby, s.day(304))
    s.note(
        ormsby,
        "Fiona has left for Blackwood Radio in York. Nobody for buildings at the moment, Owain answers the mail.",
    )

    yield 299, "12:15", "seller"
    radio = s.company(
        "Blackwood Radio", "blackwoodradio.example", "+44 20 7946 0177", ("4 Elm Terrace", "YO1 0ZZ", "York", "GB"),
        industry="Media", language="en",
    )  # fmt: skip
    fiona.join(radio, "Head of operations", "decides", s.day(300))
    fiona.change(email="fiona@blackwoodradio.example", city="York")
    s.note(fiona, "Called to congratulate. Three studios and a newsroom; she has a budget from April.")
    s.lead(fiona, "Newsroom beside three studios: panels and two booths", "Phone")

    yield 215, "14:40", "seller"
    s.note(radio, "Quote for Vilt 40 in the newsroom and two Kerkuil as interview rooms.")
    s.lead_of(fiona).qualify(s.me)

    yield 160, "10:05", "service"
    s.note(ormsby, "Yearly check of the booths: two door seals worn, replaced. Tamsin wants a third in the corridor.")

    yield 92, "09:55", "seller"
    s.leave(owain, ormsby, s.day(95))
    s.person("Niamh", "Fairfax", "n.fairfax@ormsbyvale.example", ormsby, "Procurement", "buys", since=s.day(94))
    s.note(
        ormsby,
        "Owain went to the parent house. Niamh Fairfax has procurement now, asked for the frame contract to be renewed.",
    )

    yield 26, "15:35", "manager"
    s.note(ormsby, "Frame contract renewed for two years. Sanne keeps the account, Mads stands in while she is away.")
    s.invite(ormsby, "colleague", "Stands in")


def zuraw(s: Stage) -> Story:
    """Libraries that buy by tender only: lost by a point, then a second one."""
    yield 399, "11:30", "colleague"
    net = s.company(
        "Sieć Bibliotek Żuraw", "bibliotekizuraw.example", "+48 22 000 41 10", ("ul. Portowa 8", "80-000", "Gdańsk", "PL"),
        industry="Culture", language="pl",
    )  # fmt: skip
    malgorzata = s.person("Małgorzata", "Świątkowska", "m.swiatkowska@bibliotekizuraw.example", net, "Dyrektor", "decides",
                          since=s.day(3300))  # fmt: skip
    lead = s.lead(malgorzata, "Reading rooms of five libraries; public tender in the spring", "E-mail")
    s.note(
        net, "Public tender, all papers in Polish. Łukasz at the translation office does ours. Deadline on the 28th."
    )

    yield 396, "13:20", "colleague"
    branch = s.company(
        "Biblioteka Żuraw, Filia Portowa", "portowa.bibliotekizuraw.example", "+48 22 000 41 11",
        ("ul. Portowa 10", "80-001", "Gdańsk", "PL"), industry="Culture", language="pl", parent_id=net.id,
    )  # fmt: skip
    lukasz = s.person("Łukasz", "Zieliński", "l.zielinski@bibliotekizuraw.example", branch, "Kierownik filii", "uses")
    s.note(
        net,
        "The branch in the harbour is the worst: children's corner under a glass dome. Łukasz shows it to everybody.",
    )

    yield 388, "09:10", "colleague"
    lead.take(s.me)
    s.note(net, "Papers handed in: 340 Vilt 40, 40 Mos. Price 40 percent, acoustics 40, warranty 20.")

    yield 351, "10:45", "colleague"
    lead.disqualify("Second in the tender, by one point", s.me)
    s.note(net, "Second by one point. We lost it on warranty: five years against ten.")
    s.tag(net, "tender")

    yield 349, "14:05", "manager"
    s.note(net, "From today ten years on Vilt and Wolk. We have not had one back in twelve.")

    yield 240, "12:00", "colleague"
    s.note(net, "The winner cannot deliver, Małgorzata says. A second tender comes, smaller: the harbour branch only.")

    yield 233, "08:55", "colleague"
    again = s.lead(malgorzata, "Second tender: harbour branch, 900 m²", "Tender")
    s.note(
        lukasz, "Sent him the drawing of the dome with Mos islands as a flock of cranes. He laughed and passed it on."
    )

    yield 209, "15:15", "colleague"
    again.qualify(s.me)
    s.note(net, "First, with 94 of 100 points. Ten days for objections.")

    yield 197, "10:20", "colleague"
    net.change(customer_since=s.day(197))
    s.note(net, "No objections. Contract signed in two languages.")

    yield 158, "09:35", "service"
    s.note(net, "Hung the flock of cranes, 40 islands, from a cherry picker under the dome. Local paper was there.")

    yield 155, "11:50", "marketing"
    s.tag(net, "reference")
    s.note(net, "Cutting from the paper is in the folder; the caption says Fluisterchout.")

    yield 51, "13:05", "colleague"
    s.lead(malgorzata, "Three more reading rooms, no tender needed below the limit", "E-mail")
    s.note(net, "Three small rooms for next year, below the limit for tenders.")
