"""What the demo's firm sells: booths, panels and ceilings of wood and felt, and the work around them; its taxes and rates."""

from datetime import date

from crmlite.catalog.models import ExchangeRate, Product, TaxClass
from crmlite.catalog.models.products import Worth
from crmlite.catalog.models.taxes import Rate
from crmlite.demo.stage import Stage, Story
from crmlite.numbers import MICRO

TAXES = (
    ("standard", "VAT, standard rate", "normal", "", (Rate(1900, date(2001, 1, 1), date(2012, 9, 30)), Rate(2100, date(2012, 10, 1)))),
    ("low", "VAT, reduced rate", "normal", "", (Rate(600, date(1986, 10, 1), date(2018, 12, 31)), Rate(900, date(2019, 1, 1)))),
    ("gulf", "VAT in the Emirates", "normal", "", (Rate(500, date(2018, 1, 1)),)),
    ("reverse", "Reverse charge in the EU", "reverse", "VAT reverse charged to the customer, article 196 of Directive 2006/112/EC.", ()),
    ("export", "Export outside the EU", "exempt", "Export outside the European Union, exempt from VAT.", ()),
)  # fmt: skip

PRODUCTS = (
    # code, name, unit, euro, what a quote says, what sellers have to know
    ("BT-100", "Phone booth Uil", "piece", "4850.00",
     "Booth for one person, 105 x 95 x 220 cm. Oak outside, wool felt inside, speech falls by 29 dB.\n"
     "Ventilator, light and one socket are included.",
     "Does not fit through doors under 90 cm: ask before you quote."),
    ("BT-200", "Meeting booth Kerkuil", "piece", "9400.00",
     "Booth for two, 150 x 120 x 220 cm, with table and two benches.\nSpeech falls by 30 dB.", ""),
    ("BT-400", "Meeting booth Oehoe", "piece", "16950.00",
     "Booth for four, 240 x 160 x 225 cm, with table, benches and a place for a screen.",
     "Needs 260 cm of clear height, and two days of three people."),
    ("BT-410", "Wheelchair entrance for Oehoe", "piece", "780.00",
     "Level floor and a door of 95 cm, instead of the standard ones.", ""),
    ("BT-900", "Relocation kit", "piece", "245.00", "Four castors and a lever, to move a booth inside a building.", ""),
    ("WP-040", "Wall panel Vilt 40", "m²", "129.00",
     "Felt of recycled wool, 40 mm, on a frame of ash. Absorption class A.", "Colours 40 to 48 take six weeks."),
    ("WP-020", "Wall panel Vilt 20", "m²", "89.50", "Felt of recycled wool, 20 mm. Absorption class B.", ""),
    ("WP-110", "Slatted wall Lamel", "m²", "164.00", "Slats of oak before black felt, 2.4 m high.", ""),
    ("WP-900", "Frame profile", "m", "12.75", "Ash, oiled, for the edges of wall panels.", ""),
    ("PL-200", "Ceiling baffle Wolk", "piece", "72.40", "Hanging baffle, 120 x 30 cm, with two steel wires.", ""),
    ("PL-210", "Ceiling island Mos", "piece", "386.00", "Round island, 120 cm, with light where it is wanted.", ""),
    ("PL-220", "Light for Mos", "piece", "148.00", "Ring of LED, 3000 K, dimmable.", ""),
    ("SC-010", "Desk screen Riet", "piece", "118.00", "Screen for desks, 160 x 45 cm, clamped and without screws.", ""),
    ("SC-020", "Standing screen Wal", "piece", "342.00", "Screen on feet, 120 x 170 cm. Several are joined with a zip.", ""),
    ("SV-010", "Measurement of a room", "hour", "96.00",
     "Reverberation and background noise of one room, with a report.", "The report is free with orders above 10,000 euro."),
    ("SV-020", "Advice on acoustics", "hour", "118.00", "By one of our acousticians, on site or on screen.", ""),
    ("SV-100", "Assembly", "hour", "64.50", "By our own carpenters, tools included.", ""),
    ("SV-110", "Delivery in the Benelux", "delivery", "185.00", "To the door, by lorry with a tail lift.", ""),
    ("SV-120", "Delivery in Europe", "delivery", "640.00", "To the door, by lorry with a tail lift.", ""),
    ("SV-130", "Sea freight to the Gulf", "delivery", "2150.00",
     "To Jebel Ali, insured, without duties.", "Quote export, without VAT, and name the Incoterm DAP."),
    ("SM-001", "Box of samples", "box", "0.00", "Twelve colours of felt and three kinds of wood.", ""),
    ("BK-001", "Book: Rooms that listen", "piece", "24.95", "180 pages on acoustics for architects.", ""),
)  # fmt: skip

OWN_PRICES = {
    "BT-100": (("AED", "21500"), ("GBP", "4290"), ("DKK", "37900")),
    "BT-200": (("AED", "41800"), ("GBP", "8250")),
    "BT-400": (("AED", "74900"),),
    "WP-040": (("GBP", "114"), ("DKK", "980")),
}
"""Where the firm has a price list of its own; elsewhere the exchange rate decides."""

RATES = (
    # currency, units, euro at the start, half a year later, a month ago
    ("USD", 1, "0.9235", "0.8812", "0.8624"),
    ("GBP", 1, "1.1870", "1.1655", "1.1391"),
    ("DKK", 100, "13.4050", "13.3990", "13.3930"),
    ("PLN", 100, "23.2800", "23.5400", "23.6100"),
    ("AED", 1, "0.2514", "0.2399", "0.2348"),
    ("CNY", 100, "12.7600", "12.2900", "12.1200"),
    ("KZT", 10_000, "18.0500", "16.6000", "16.4400"),
)


def catalogue(stage: Stage) -> Story:
    """Hanneke sets up taxes and the price list before the first quote is made."""
    yield 547, "09:10", "manager"
    taxes = {key: TaxClass.create(name, rates=rates, kind=kind, note=note) for key, name, kind, note, rates in TAXES}
    stage.taxes |= taxes
    yield 547, "09:40", "manager"
    _set_rates(stage, 547, 2)
    yield 547, "10:30", "manager"
    for code, name, unit, euro, description, instructions in PRODUCTS:
        stage.products[code] = Product.create(
            stage.me,
            name,
            prices={"EUR": _worth(euro, includes_tax=code.startswith("BK"))},
            code=code,
            unit=unit,
            description=description,
            instructions=instructions,
            tax_class_id=taxes["low" if code.startswith("BK") else "standard"].id,
        )
    yield 530, "14:05", "manager"
    for code, prices in OWN_PRICES.items():
        stage.products[code].change(prices={currency: _worth(amount) for currency, amount in prices})
    yield 365, "09:15", "manager"
    _set_rates(stage, 365, 3)
    yield 210, "11:20", "manager"
    stage.products["WP-040"].change(prices={"EUR": _worth("134.00"), "GBP": _worth("118.00")})
    stage.note(
        stage.products["WP-040"],
        "Wool went up by six per cent; the old price holds for quotes until the end of the month.",
    )
    yield 120, "16:40", "manager"
    stage.products["SC-010"].withdraw()
    stage.note(stage.products["SC-010"], "The clamps come from one supplier only, who stopped. Offer Wal instead.")
    yield 30, "09:05", "manager"
    _set_rates(stage, 30, 4)


def _set_rates(stage: Stage, days: int, column: int) -> None:
    for row in RATES:
        ExchangeRate.set(row[0], _micro(str(row[column])), stage.day(days), per=row[1])


def _worth(amount: str, includes_tax: bool = False) -> Worth:
    return Worth(_micro(amount), includes_tax)


def _micro(amount: str) -> int:
    whole, _point, fraction = amount.partition(".")
    return int(whole + fraction.ljust(MICRO, "0"))
