"""Three stories from the west: an architect who specifies, a group of schools, and a customer lost and won back."""

from crmlite.demo.stage import Stage, Story


def hofstede(s: Stage) -> Story:
    """An architects' office that came by web form, bought, and now brings others."""
    yield 528, "21:14", "visitor"
    s.post("quote", {
        "name": "Annelies Hofstede", "email": "annelies@hofstederuys.example", "firm": "Hofstede & Ruys Architecten",
        "country": "NL", "what": "Ceilings", "sample": "yes",
        "need": "Open office of 340 m² in a former tram depot, concrete ceiling at 6.20 m. Clients hear every word of each "
        "other. We may not touch the roof beams (listed).",
    })  # fmt: skip

    yield 527, "09:02", "seller"
    annelies = s.known("annelies@hofstederuys.example")
    firm = s.company(
        "Hofstede & Ruys Architecten", "hofstederuys.example", "+31 30 000 0412",
        ("Tramremise 3", "3501 ZX", "Utrecht", "NL"), industry="Architecture", language="nl", vat_id="NL000099990B11",
    )  # fmt: skip
    annelies.join(firm, "Partner", "decides", s.day(4300))
    annelies.change(language="nl", city="Utrecht")
    s.lead_of(annelies).take(s.me)
    s.note(firm, "Came in by the website last night. A listed depot, so nothing may be screwed into the beams: Mos islands "
           "on cables from the side walls? Asked Koen in the workshop for the longest span.")  # fmt: skip

    yield 525, "14:20", "seller"
    s.note(annelies, "Called. Very direct, knows her materials. Decides together with her partner Pim Ruys, who wants to see "
           "wood, not felt. Box of samples goes out today.")  # fmt: skip
    s.tag(firm, "architect", "asked for samples")

    yield 519, "10:30", "seller"
    pim = s.person("Pim", "Ruys", "pim@hofstederuys.example", firm, "Partner", "influences", since=s.day(4300))
    s.note(firm, "Visited the depot with Pim. Reverberation 2.4 s measured at the long table. Needs 28 Mos islands, oak. "
           "A lift is on site until Friday the week after next.")  # fmt: skip

    yield 517, "16:45", "colleague"
    s.note(
        firm,
        "Heb voor Sanne de kabelberekening nagekeken: 6,4 m overspanning kan, met een tussenhanger. Zie tekening 3.",
    )

    yield 512, "09:15", "seller"
    s.lead_of(annelies).qualify(s.me)
    s.note(firm, "Quote sent by mail for 28 islands with mounting, valid six weeks.")

    yield 489, "11:05", "seller"
    s.note(
        firm,
        "Order! Signed by Annelies this morning. Mounting in the first week of the month, before the floor is laid.",
    )
    firm.change(customer_since=s.day(489), instructions="Mount before 9:00 only: the office works below.")
    annelies.change(customer_since=s.day(489))

    yield 468, "15:30", "service"
    s.note(firm, "Mounted in two days. One cable 4 mm too short, replaced on the spot. Measured again: 0.7 s.")

    yield 430, "10:00", "marketing"
    s.note(firm, "Photographer was there. They allow us to use the pictures if the tram is in them.")
    s.tag(firm, "reference")

    yield 371, "13:40", "seller"
    s.note(
        annelies, "Lunch. She is doing the canteen of a school group in Zwolle and gave them our name: De Wilgenhoek."
    )

    yield 288, "09:50", "seller"
    s.person("Yara", "Oosterhof", "yara@hofstederuys.example", firm, "Project architect", "uses", since=s.day(300),
             mobile="+31 6 0000 0417")  # fmt: skip
    s.note(firm, "Yara Oosterhof is new and draws most of the interiors now. Sent her the drawings library.")

    yield 204, "16:10", "seller"
    s.leave(pim, firm, s.day(205))
    s.note(
        firm,
        "Pim has stopped and gone to the building department of the city. Annelies goes on alone, under the same name.",
    )

    yield 97, "11:20", "seller"
    lead = s.lead(annelies, "Two Uil phone booths for their own office, walnut inside", "Phone")
    s.note(firm, "They want two booths themselves now that there are eleven of them.")

    yield 83, "10:15", "seller"
    lead.qualify(s.me)
    s.note(firm, "Two Uil in walnut, delivered in seven weeks. Architect's discount as agreed.")

    yield 22, "14:55", "service"
    s.note(firm, "Booths are in. The ventilation of the left one hummed: a loose grille, solved by phone with Yara.")

    yield 9, "10:20", "seller"
    yara = s.known("yara@hofstederuys.example")
    s.ask_details(yara)

    yield 1, "19:40", "visitor"
    s.correct(yara, family="Oosterhof-Smit", birthday="1991-03-08")


def wilgenhoek(s: Stage) -> Story:
    """Schools: slow, in the holidays only, with a caretaker who decides more than his title says."""
    yield 366, "09:25", "seller"
    group = s.company(
        "Scholengroep De Wilgenhoek", "wilgenhoek.example", "+31 38 000 0720",
        ("Schoolplein 1", "8000 ZZ", "Zwolle", "NL"), industry="Education", language="nl",
        instructions="Deliver in school holidays only. Invoices to the group, never to a school.",
    )  # fmt: skip
    marijke = s.person(
        "Marijke", "Postma", "m.postma@wilgenhoek.example", group, "Bestuurder", "decides", since=s.day(2900)
    )
    lead = s.lead(marijke, "Canteens of three schools, each around 180 m²", "Referral: Hofstede & Ruys")
    s.note(group, "Annelies Hofstede named us. Three canteens, tiles from floor to ceiling. The board has money for one this "
           "year and two next year.")  # fmt: skip

    yield 365, "10:10", "seller"
    lower = s.company(
        "Basisschool De Klimop", "klimop.wilgenhoek.example", "+31 38 000 0721",
        ("Lindelaan 44", "8001 ZX", "Zwolle", "NL"), industry="Education", language="nl", parent_id=group.id,
    )  # fmt: skip
    s.company(
        "Basisschool Het Baken", "baken.wilgenhoek.example", "+31 38 000 0722",
        ("Oude Haven 9", "8002 ZX", "Zwolle", "NL"), industry="Education", language="nl", parent_id=group.id,
    )  # fmt: skip
    s.company(
        "Wilgenhoek College", "college.wilgenhoek.example", "+31 38 000 0723",
        ("Molenpad 130", "8003 ZX", "Zwolle", "NL"), industry="Education", language="nl", parent_id=group.id,
    )  # fmt: skip

    yield 358, "08:15", "seller"
    bert = s.person("Bert", "Slagter", "b.slagter@wilgenhoek.example", group, "Conciërge", "blocks",
                    mobile="+31 6 0000 0725", since=s.day(7000))  # fmt: skip
    bert.join(lower, "Conciërge", "uses", s.day(7000))
    s.note(group, "Bert the caretaker walks everybody through all three schools and is against anything that collects dust. "
           "He has to be able to wash it. Brought him a piece of Vilt 40 and a sponge.")  # fmt: skip

    yield 344, "12:30", "seller"
    lead.qualify(s.me)
    s.note(group, "Bert washed the felt for a fortnight and gave in. Quote for De Klimop: 64 Wolk baffles.")
    s.promote(bert, group, "Conciërge", "influences")

    yield 341, "15:05", "manager"
    s.note(
        group, "Agreed with Sanne: one price for all three schools if they sign for all three, delivery over two years."
    )
    s.invite(group, "service", "Mounting")

    yield 322, "11:45", "seller"
    s.note(
        group,
        "Board postponed to after the summer, the roof of the college leaks. Nothing to be done; call in September.",
    )

    yield 262, "09:30", "seller"
    s.note(group, "Called as promised. Roof done, our item is on the agenda of the 14th.")

    yield 247, "16:00", "seller"
    group.change(customer_since=s.day(247))
    s.note(group, "Signed for all three! De Klimop in the autumn holidays.")
    s.tag(group, "school holidays only")

    yield 236, "07:40", "service"
    s.note(group, "De Klimop is hung, 64 baffles, two days with four people. Bert had coffee ready at 7:00.")
    s.note(lower, "64 Wolk baffles hung in the canteen. Spare brackets are with Bert in the cellar.")

    yield 198, "10:20", "service"
    s.note(
        group,
        "Football hit baffle 17. New one sent, free of charge. Asked Bert to mark the zone above the table tennis.",
    )

    yield 121, "13:15", "seller"
    s.note(group, "Het Baken and the college are planned for the summer: 52 and 80 baffles. Colours chosen by the pupils: moss "
           "and brick.")  # fmt: skip

    yield 64, "09:05", "service"
    s.note(
        group, "Het Baken done. At the college the lift was out of order, we carried everything. Finished a day late."
    )

    yield 31, "14:30", "seller"
    emma = s.person("Emma", "ter Horst", "e.terhorst@wilgenhoek.example", group, "Bestuurssecretaris", "buys")
    s.leave(marijke, group, s.day(31))
    s.note(group, "Marijke retires today. Emma ter Horst looks after buildings until there is a new head of the board.")
    s.note(emma, "Introduced myself. Friendly, has no files at all. Sent her all three orders again.")


def havnehuset(s: Stage) -> Story:
    """A customer who left for a cheaper booth and came back after a fire inspection."""
    yield 541, "10:15", "colleague"
    house = s.company(
        "Havnehuset Kontorhotel", "havnehuset.example", "+45 00 11 22 33",
        ("Havnegade 21", "8000", "Aarhus", "DK"), industry="Hotels", language="da", vat_id="DK00009992",
    )  # fmt: skip
    rikke = s.person("Rikke", "Østergaard", "rikke@havnehuset.example", house, "Direktør", "decides", since=s.day(2200))
    lead = s.lead(rikke, "Six Uil phone booths for the second floor", "Trade fair")
    s.note(house, "Met at the fair in Copenhagen. 90 small firms under one roof, everybody phones in the corridor.")
    s.tag(house, "trade fair")

    yield 533, "13:00", "colleague"
    lead.qualify(s.me)
    s.note(
        house,
        "Was there. Six booths fit, the freight lift takes them upright. Rikke wants them before the lease begins.",
    )

    yield 520, "09:10", "colleague"
    house.change(customer_since=s.day(520))
    rikke.change(customer_since=s.day(520))
    s.note(house, "Order for six Uil, white oak.")

    yield 470, "15:20", "service"
    s.note(house, "Six booths set up. Everybody happy, tenants queue for them.")

    yield 402, "11:00", "colleague"
    jonas = s.person("Jonas", "Kjær", "jonas@havnehuset.example", house, "Økonomichef", "blocks", since=s.day(410))
    s.note(house, "Wanted to talk about the third floor. A new man for money, Jonas Kjær, asks for three quotes for everything. "
           "He has one from somebody for half our price.")  # fmt: skip

    yield 391, "16:25", "manager"
    s.note(house, "Told Mads that he can go down 8 percent, no more. Half the price cannot have our glass in it.")

    yield 377, "10:40", "colleague"
    house.change(customer_until=s.day(377))
    rikke.change(customer_until=s.day(377))
    s.note(house, "Lost. They took eight of the cheap ones and ended the service contract on ours as well. Rikke is sorry, it is "
           "Jonas's decision. I asked her to look at the fire class of what they get.")  # fmt: skip
    s.tag(house, "lost on price")

    yield 290, "09:30", "colleague"
    s.note(house, "Half-yearly call. The cheap ones are warm inside and two doors hang. No budget, no plans.")

    yield 181, "08:50", "service"
    s.note(house, "Rikke rang the service number although they have no contract: the lamp of booth 4. Sent one, no invoice. "
           "She says the fire inspector comes on the 20th.")  # fmt: skip

    yield 166, "17:35", "visitor"
    s.post("quote", {
        "name": "Rikke Østergaard", "email": "rikke@havnehuset.example", "firm": "Havnehuset Kontorhotel", "country": "DK",
        "what": "Phone booths",
        "need": "Mads, you told me to look at the fire class and I did not. The inspector has closed all eight. How fast can you be?",
    })  # fmt: skip

    yield 165, "08:05", "colleague"
    back = s.lead_of(rikke)
    back.take(s.me)
    s.note(house, "Called at eight. Eight booths closed by the inspector, tenants angry. Promised an answer by noon.")

    yield 165, "11:40", "manager"
    s.note(
        house,
        "Two from stock on Thursday, six in four weeks instead of seven. Full price, but we take the old ones away.",
    )

    yield 163, "14:00", "colleague"
    back.qualify(s.me)
    house.change(customer_until=None, customer_since=s.day(163))
    rikke.change(customer_until=None, customer_since=s.day(163))
    s.note(house, "Won back: eight Uil and a service contract for all fourteen, three years.")
    s.untag(house, "lost on price")
    s.tag(house, "won back")

    yield 131, "12:10", "service"
    s.note(house, "All eight are in, the inspector signed on the spot. Took the old ones to the recycling yard.")

    yield 88, "10:00", "colleague"
    s.leave(jonas, house, s.day(90))
    s.note(house, "Jonas has left. Rikke asks whether we do ceilings too.")

    yield 17, "13:25", "colleague"
    s.lead(rikke, "Ceiling of the canteen, 120 m²", "Phone")
    s.note(house, "Went to see the canteen. 30 Mos islands or a full Wolk ceiling, she wants both priced.")
