"""What the twelve customers were offered: drafts, quotes that wait, that were taken or not, and one that came too late.

Each story begins after the deal that it belongs to; what customers do lies days before the seller's note about it, as notes are
moved from a weekend to the Friday before, and customers are not.
"""

from collections.abc import Callable

from crmlite.demo.quoting import PHONE, Item, Section, Text, accept, begin, decline, look, rewrite
from crmlite.demo.stage import Stage, Story


def brandt_loewe(s: Stage) -> Story:
    """Forgotten by four quarters of partners, then taken in its second version."""
    booths = Item("BT-200", 2, "Besprechungskabine Kerkuil, Rauchglas",
                  "Kabine für zwei, 150 x 120 x 220 cm, mit Tisch und zwei Bänken.\nDämmt Sprache um 30 dB.", off=17.5)  # fmt: skip
    delivery = Item("SV-120", 1, "Lieferung durch den Hof, am Samstag", "")
    yield 420, "16:30", "seller"
    quote = begin(
        s, "loewe@brandt-loewe.example", "Zwei Besprechungskabinen mit Rauchglas",
        booths, delivery, Item("SV-100", 16, "Montage", ""), deal="Two Kerkuil with smoked glass", tax="reverse",
        zone="Europe/Berlin", valid=90, intro="Wie besprochen: zwei Kabinen in den Räumen, ohne Eingriff in die Wände.",
    )  # fmt: skip
    yield 418, "09:40", "seller"
    s.send(quote, "Sehr geehrte Frau Löwe,\n\nanbei unser Angebot für die beiden Kabinen; das Gutachten liegt bei.\n\n"
                  "Freundliche Grüße\nSanne de Wit")  # fmt: skip
    yield 417, "19:12", "visitor"
    look(quote)
    yield 301, "16:20", "seller"
    rewrite(
        s, quote, booths, delivery, Item("SV-100", 12, "Montage", ""),
        Item("SV-010", 2, "Messung nach der Montage", "", off=100), tax="reverse", valid=90,
        intro="Auf einer Seite: zwei Kabinen, 47 dB, an einem Samstag montiert.",
    )  # fmt: skip
    yield 300, "14:40", "seller"
    s.send(quote, "Sehr geehrte Frau Löwe,\n\ndiesmal mit einer Seite statt zwölf. Die Messung danach schenken wir Ihnen.\n\n"
                  "Freundliche Grüße\nSanne de Wit")  # fmt: skip
    yield 299, "07:55", "visitor"
    look(quote, PHONE)
    yield 246, "18:20", "visitor"
    look(quote)
    yield 246, "18:31", "visitor"
    accept(quote, "Greta Löwe")


def salviati(s: Stage) -> Story:
    """Her brother wanted it without the island; the island is the line that she ticked."""
    yield 211, "12:10", "colleague"
    quote = begin(
        s, "beatrice@studiosalviati.example", "Sala d'attesa: 18 Vilt 40 e un'isola Mos",
        Item("WP-040", 18, "Pannello da parete Vilt 40, giallo", "Feltro di lana riciclata, 40 mm, classe A."),
        Item("PL-210", 1, "Isola da soffitto Mos", "Rotonda, 120 cm, sopra i giocattoli.", optional=True),
        Item("SV-120", 1, "Consegna", ""), Item("SV-100", 6, "Montaggio, un mercoledì", ""),
        deal="Sala d'attesa: 18 Vilt 40 e un'isola Mos", zone="Europe/Rome", valid=45,
    )  # fmt: skip
    yield 211, "12:25", "colleague"
    s.send(quote, "Gentile dottoressa Salviati,\n\necco l'offerta. L'isola è facoltativa: la sceglie Lei quando accetta.\n\n"
                  "Cordiali saluti\nMads Lindholt")  # fmt: skip
    yield 209, "22:40", "visitor"
    look(quote, PHONE)
    yield 193, "21:15", "visitor"
    look(quote, PHONE)
    yield 193, "21:18", "visitor"
    accept(quote, "Beatrice Salviati", "PL-210", agent=PHONE)


def sidra_ain(s: Stage) -> Story:
    """The hotel in Al Ain: taken with lights, in Arabic, with the tax of the Emirates."""
    yield 102, "09:20", "rival"
    quote = begin(
        s, "hind@sidrahotels.example", "سقف وولك لبهو فندق العين",
        Section("البهو"),
        Item("PL-200", 140, "لوح سقفي معلّق «وولك»", "١٢٠ × ٣٠ سم، بلون الرمل، مع سلكين من الفولاذ.", off=6),
        Item("PL-210", 8, "جزيرة سقفية «موس»", "دائرية، ١٢٠ سم."),
        Item("PL-220", 8, "إضاءة «موس»", "حلقة LED، ٣٠٠٠ كلفن.", optional=True),
        Section("النقل والتركيب"),
        Text("التركيب ليلاً بين الواحدة والخامسة، ثلاث ليالٍ."),
        Item("SV-130", 1, "شحن بحري إلى جبل علي", "مؤمَّن، من دون رسوم."), Item("SV-100", 54, "تركيب", ""),
        deal="سقف وولك لبهو فندق العين", tax="gulf", currency="AED", zone="Asia/Dubai", valid=90,
        terms="ضمان عشر سنوات على الألواح، في حرارة الصيف أيضاً.",
    )  # fmt: skip
    yield 101, "11:10", "rival"
    s.send(
        quote, "السيدة هند السويدي المحترمة،\n\nنرفق عرضنا لبهو فندق العين، والإضاءة اختيارية.\n\nمع التحية\nليلى منصور"
    )
    yield 100, "06:50", "visitor"
    look(quote)
    yield 100, "06:52", "visitor"
    look(quote, kind="download")
    yield 39, "09:05", "visitor"
    look(quote, PHONE)
    yield 39, "09:12", "visitor"
    accept(quote, "هند السويدي", "PL-220", agent=PHONE)


def ormsby(s: Stage) -> Story:
    """The call centre went to somebody else, and Rupert says why."""
    yield 132, "15:40", "seller"
    quote = begin(
        s, "r.ormsby@ormsbyvale.example", "Forty desk screens for the call centre",
        Item("SC-010", 40, off=5), Item("SC-020", 12), Item("SV-120", 1), Item("SV-100", 24),
        deal="Call centre, 40 screens", tax="export", currency="GBP", zone="Europe/London", valid=60,
        terms="Every screen has Owain's code on its label.",
    )  # fmt: skip
    yield 131, "12:50", "seller"
    s.send(quote, "Dear Rupert,\n\nForty for the desks and twelve that stand, as we walked it with Tamsin.\n\nSanne")
    yield 130, "08:31", "visitor"
    look(quote)
    yield 91, "10:10", "visitor"
    decline(
        quote, "The landlord puts in carpet and a new ceiling at his own cost. No hard feelings: the booths stay ours."
    )


def brashlyan(s: Stage) -> Story:
    """The same price as two years ago was on the table for two months, and nobody came for it."""
    yield 108, "10:40", "colleague"
    quote = begin(
        s, "koleva@klinika-brashlyan.example", "Бургас: 44 панела Vilt 40 и две врати",
        Item("WP-040", 44, "Стенен панел Vilt 40", "Рециклирана вълна, 40 мм, миеща се калъфка.", off=9),
        Item("WP-900", 64, "Рамков профил", "Ясен, с масло."),
        Item("SV-120", 1, "Доставка до Бургас", ""), Item("SV-100", 16, "Монтаж", ""), zone="Europe/Sofia", valid=60,
    )  # fmt: skip
    yield 105, "09:25", "colleague"
    s.send(quote, "Dear Ms Koleva,\n\nThe same price as in Plovdiv, and the two visits a year that Hanneke asked for.\n\n"
                  "Mads Lindholt")  # fmt: skip
    yield 104, "20:05", "visitor"
    look(quote, PHONE)
    yield 44, "11:30", "colleague"
    s.note(quote, "Ran out yesterday. The builders in Burgas are late; new prices when the walls stand.")


def fanar(s: Stage) -> Story:
    """Taken back when it was clear that there would be no money this year."""
    yield 226, "12:15", "rival"
    quote = begin(
        s, "salma@fanar-library.example", "جزر «موس» تحت قبة قاعة القراءة",
        Item("PL-210", 26, "جزيرة سقفية «موس»", "دائرية، ١٢٠ سم، بلون الكتّان.", off=10),
        Item("SV-130", 1, "شحن بحري", ""), Item("SV-020", 6, "استشارة صوتية", ""),
        tax="export", currency="USD", zone="Africa/Cairo", valid=120,
    )  # fmt: skip
    yield 225, "08:50", "rival"
    s.send(quote, "عزيزتي سلمى،\n\nهذا عرض تقدّمينه لمن يتبرّع. الأسعار ثابتة أربعة أشهر.\n\nليلى منصور")
    yield 225, "09:30", "visitor"
    look(quote)
    yield 165, "10:50", "rival"
    quote.withdraw()
    s.note(quote, "سحبنا العرض باتفاق مع سلمى: لا ميزانية هذا العام، ونكتب عرضاً جديداً في الربيع.")


def hofstede(s: Stage) -> Story:
    """Booths for the new wing: three sections, what is optional, the architect's discount; and once more with walnut."""
    walnut = Item("BT-100", 5, "Telefooncel Uil, noten", "Voor één persoon, 105 x 95 x 220 cm.", off=8)
    room = Item("BT-400", 1, "Overlegcabine Oehoe", "Voor vier, met tafel, banken en plaats voor een scherm.", off=8)
    entrance = Item("BT-410", 1, "Rolstoelingang voor de Oehoe", "Zonder drempel.", optional=True, chosen=True)
    work = (
        Section("Werk"),
        Item("SV-110", 1, "Bezorging in de Benelux", ""),
        Item("SV-100", 20, "Montage, voor 9:00 uur", ""),
    )
    extra = (Section("Als het mag"), Item("BT-900", 1, "Verhuisset", "Vier wielen en een hefboom.", optional=True),
             Item("SM-001", 1, "Doos met stalen", "Twaalf kleuren vilt en drie soorten hout.", optional=True))  # fmt: skip
    yield 32, "13:20", "seller"
    quote = begin(
        s, "annelies@hofstederuys.example", "Belcellen voor de nieuwe vleugel", Section("Cabines"),
        Item("BT-100", 5, "Telefooncel Uil, eiken", "Voor één persoon, 105 x 95 x 220 cm.", off=8), room, entrance, *work, *extra,
        deal="Phone booths for the new wing", valid=42,
    )  # fmt: skip
    yield 31, "09:40", "seller"
    s.send(quote, "Beste Annelies,\n\nDe offerte voor de nieuwe vleugel, met de architectenkorting.\n\nGroet,\nSanne")
    yield 31, "21:05", "visitor"
    look(quote, PHONE)
    yield 13, "15:10", "seller"
    rewrite(
        s, quote, Section("Cabines"), walnut, room, entrance, *work, *extra, valid=42,
        intro="Nu in noten in plaats van eiken, voor dezelfde prijs.",
    )  # fmt: skip
    yield 12, "10:05", "seller"
    s.send(quote, "Beste Annelies,\n\nZoals gevraagd in noten. De oude offerte is hiermee vervallen.\n\nGroet,\nSanne")
    yield 11, "08:20", "visitor"
    look(quote)


def wilgenhoek(s: Stage) -> Story:
    """Schools pay the tax themselves, so that prices include it. Not sent yet: Emma asks the board first."""
    yield 5, "14:10", "seller"
    begin(
        s, "e.terhorst@wilgenhoek.example", "Muzieklokaal van het Wilgenhoek College",
        Item("WP-040", 31.5, "Wandpaneel Vilt 40, mosgroen", "Gerecycled wolvilt, 40 mm, op een frame van essen."),
        Item("PL-200", 24, "Plafondbaffel Wolk", ""), Item("SV-100", 18, "Montage in de voorjaarsvakantie", ""),
        Item("SV-110", 1, "Bezorging in de Benelux", ""), Item("BK-001", 3, "Boek: Rooms that listen", "", tax="low"),
        gross=True, valid=60, intro="Alle prijzen zijn met btw, zoals afgesproken met mevrouw Ter Horst.",
    )  # fmt: skip


def havnehuset(s: Stage) -> Story:
    """In crowns, and without our VAT: Rikke's firm pays Danish tax on it."""
    yield 13, "12:30", "colleague"
    quote = begin(
        s, "rikke@havnehuset.example", "Årligt eftersyn af alle bokse",
        Item("SV-100", 36, "Eftersyn af fjorten bokse", "Ventilation, lys og dørpakninger, to gange om året."),
        Item("SV-120", 1, "Reservedele og kørsel", ""), Item("SV-010", 2, "Måling af et rum", "", optional=True),
        deal="Yearly care of all booths", tax="reverse", currency="DKK", zone="Europe/Copenhagen", valid=45,
    )  # fmt: skip
    yield 12, "13:20", "colleague"
    s.send(quote, "Kære Rikke,\n\nher er tilbuddet på eftersynet, denne gang for alle fjorten.\n\nVenlig hilsen\nMads")
    yield 10, "16:45", "visitor"
    look(quote, PHONE)


def sidra(s: Stage) -> Story:
    """The lobby of the new hotel, as the designer drew it."""
    yield 10, "10:15", "rival"
    quote = begin(
        s, "hind@sidrahotels.example", "ألواح لبهو الفندق الجديد",
        Section("الجدران"),
        Item("WP-110", 38, "جدار شرائح «لامل»", "شرائح من البلوط أمام لباد أسود، بارتفاع ٢٫٤ م."),
        Item("WP-040", 44, "لوح جداري «فيلت ٤٠»", "لباد من الصوف المعاد تدويره، ٤٠ مم، بلون الرمل."),
        Section("السقف"),
        Item("PL-210", 12, "جزيرة سقفية «موس»", "دائرية، ١٢٠ سم.", off=5),
        Item("PL-220", 12, "إضاءة «موس»", "حلقة LED، ٣٠٠٠ كلفن.", optional=True, chosen=True),
        Item("SV-130", 1, "شحن بحري إلى جبل علي", ""), Item("SV-100", 48, "تركيب ليلاً", ""),
        deal="ألواح لبهو الفندق الجديد", tax="gulf", currency="AED", zone="Asia/Dubai", valid=60,
    )  # fmt: skip
    yield 9, "12:30", "rival"
    s.send(
        quote, "السيدة هند السويدي المحترمة،\n\nنرفق عرضنا لبهو الفندق الجديد كما رسمته ريم.\n\nمع التحية\nليلى منصور"
    )
    yield 8, "07:15", "visitor"
    look(quote, PHONE)


def yunzhou(s: Stage) -> Story:
    """In dollars, as all that goes to Hangzhou."""
    yield 21, "09:30", "rival"
    quote = begin(
        s, "wang.fang@yunzhou-soft.example", "第二期：四间会议舱",
        Item("BT-200", 4, "会议舱 Kerkuil", "双人，150 x 120 x 220 厘米，含桌子和两张长凳。", off=12),
        Item("SV-120", 1, "海运至宁波", ""), Item("SV-010", 4, "声学测量", "", optional=True),
        deal="第二期：四间会议舱", tax="export", currency="USD", zone="Asia/Shanghai", valid=60,
        terms="信用证付款。发票抬头使用中文全称。",
    )  # fmt: skip
    yield 20, "11:00", "rival"
    s.send(quote, "王芳您好：\n\n附件是第二期四间会议舱的报价，有效期六十天。\n\nLayla Mansour")
    yield 19, "02:20", "visitor"
    look(quote)
    yield 19, "02:24", "visitor"
    look(quote, kind="download")


def lyceum(s: Stage) -> Story:
    """For the choir: two languages in one paper, as all papers of theirs."""
    yield 6, "09:10", "rival"
    quote = begin(
        s, "akhmetova@licey-zhuravl.example", "Хоровой класс",
        Item("WP-040", 36, "Стеновая панель Vilt 40 / Wall panel Vilt 40", "Войлок из вторичной шерсти, 40 мм."),
        Item("PL-200", 24, "Потолочный баффл Wolk / Ceiling baffle Wolk", ""), Item("SV-120", 2, "Доставка поездом", ""),
        deal="Хоровой класс", tax="export", zone="Asia/Almaty", valid=60,
        intro="Разгрузка через двор, ворота 3,2 м. / Unloading through the yard, gate 3.2 m.",
    )  # fmt: skip
    yield 5, "09:50", "rival"
    s.send(quote, "Здравствуйте, Ирина Тимуровна!\n\nВо вложении предложение для хорового класса.\n\nLayla Mansour")


def zuraw(s: Stage) -> Story:
    """A draft in zlotys: three small rooms, below the limit for tenders."""
    yield 4, "11:20", "colleague"
    begin(
        s, "m.swiatkowska@bibliotekizuraw.example", "Czytelnia główna: panele i sufit",
        Item("WP-040", 62, "Panel ścienny Vilt 40", "Filc z wełny z odzysku, 40 mm, klasa A."),
        Item("PL-210", 14, "Wyspa sufitowa Mos", "Okrągła, 120 cm."), Item("SV-100", 32, "Montaż", ""),
        deal="Czytelnia główna: panele i sufit", currency="PLN", zone="Europe/Warsaw", valid=45,
    )  # fmt: skip


def manara(s: Stage) -> Story:
    """Khalid builds on three floors now; the draft waits for his drawings."""
    yield 3, "10:30", "rival"
    begin(
        s, "khalid@manara-build.example", "كبائن هاتف لثلاثة طوابق",
        Item("BT-100", 5, "كبينة هاتف «أويل»", "لشخص واحد، ١٠٥ × ٩٥ × ٢٢٠ سم."), Item("SV-130", 1, "شحن بحري إلى جبل علي", ""),
        deal="كبائن هاتف لثلاثة طوابق", tax="export", currency="AED", zone="Asia/Dubai",
    )  # fmt: skip


QUOTES: tuple[Callable[[Stage], Story], ...] = (
    brandt_loewe, salviati, sidra_ain, ormsby, brashlyan, fanar, hofstede, wilgenhoek, havnehuset, sidra, yunzhou, lyceum, zuraw,
    manara,
)  # fmt: skip
