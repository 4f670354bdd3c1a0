"""What a quote says on paper, to be read in the diff. `UPDATE_SNAPSHOTS=1` writes it anew."""

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crmlite.auth.models import Organisation
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db, pretending, reading
from crmlite.sales import paper
from crmlite.sales.models import Quote
from tests.pdf.test_papers import said
from tests.pdf.test_render import streams, tool

SNAPSHOTS = Path(__file__).parent / "snapshots"
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
STANDARD = {"tax_name": "VAT, standard rate", "tax_rate_bp": 2100}
REVERSE = {
    "tax_name": "Reverse charge in the EU",
    "tax_kind": "reverse",
    "tax_note": "VAT reverse charged to the customer.",
}
GULF = {"tax_name": "ضريبة القيمة المضافة", "tax_rate_bp": 500}
EXEMPT = {"tax_name": "معفى", "tax_kind": "exempt", "tax_note": "خدمة معفاة من الضريبة."}
MICRO = 10**6
QUOTES = {
    "en": {
        "company": ("Ormsby & Vale Insurance", "9 Mill Lane", "LS1 0ZZ", "Leeds", "GB", "GB000000042"),
        "contact": ("Tamsin", "Quayle"),
        "name": "Two booths for claims",
        "values": {
            "currency": "EUR",
            "time_zone": "Europe/London",
            "valid_until": date(2026, 6, 3),
            "intro": "As we discussed on Thursday.\nAll sizes are in centimetres.",
            "terms": "Half of it with the order, the rest after delivery.",
        },
        "lines": [
            {"kind": "section", "name": "Booths"},
            {"name": "Telephone booth Hert", "text": "Oak outside,\nfelt inside.", "unit": "piece", "qty_micro": 2 * MICRO,
             "unit_micro": 4850 * MICRO, "discount_bp": 750, **STANDARD},
            {"name": "Wall panel Mos 60", "unit": "m²", "qty_micro": 12_500_000, "unit_micro": 134 * MICRO, **STANDARD},
            {"kind": "text", "text": "What follows can be left out."},
            {"name": "Relocation kit", "qty_micro": MICRO, "unit_micro": 245 * MICRO, "optional": True, **STANDARD},
            {"name": "Light", "qty_micro": 3 * MICRO, "unit_micro": 148 * MICRO, "optional": True, "chosen": True, **STANDARD},
            {"name": "Advice", "unit": "hour", "qty_micro": 1_500_000, "unit_micro": 118 * MICRO, **REVERSE},
        ],
    },
    "ar": {
        "company": ("مجموعة فنادق السدرة", "شارع السدر 5", "", "حولي", "KW", ""),
        "contact": ("ريم", "الهاشمي"),
        "name": "كبائن هادئة للبهو",
        "values": {
            "currency": "KWD",
            "time_zone": "Asia/Kuwait",
            "valid_until": date(2026, 6, 3),
            "intro": "كما اتفقنا يوم الخميس.",
            "terms": "الدفع بعد التسليم بثلاثين يوم.",
        },
        "lines": [
            {"kind": "section", "name": "الكبائن"},
            {"name": "كبينة هاتف Hert", "text": "خشب البلوط من الخارج، واللباد من الداخل.", "unit": "قطعة",
             "qty_micro": 2 * MICRO, "unit_micro": 1_802_500_000, "discount_bp": 750, **GULF},
            {"name": "Wall panel Mos 60", "unit": "م²", "qty_micro": 12_500_000, "unit_micro": 49_875_000, **GULF},
            {"name": "التركيب", "unit": "ساعة", "qty_micro": 6 * MICRO, "unit_micro": 24 * MICRO, "optional": True, **EXEMPT},
            {"name": "استشارة", "qty_micro": MICRO, "unit_micro": 44 * MICRO, **EXEMPT},
        ],
    },
}  # fmt: skip


def made(stage, language: str) -> bytes:
    """The PDF of the quote in that language."""
    given = QUOTES[language]
    name, lines, postcode, city, country, vat_id = given["company"]
    with pretending(NOW), stage.writes("seller") as session:
        Organisation.get().change(
            name="Fluisterhout",
            legal_name="Fluisterhout Akoestiek B.V.",
            address="Schavelingkade 8\n3500 ZZ Utrecht",
            vat_id="NL000099998B57",
            email="hallo@fluisterhout.example",
            country="NL",
        )
        address = {"lines": lines, "postcode": postcode, "city": city, "country": country, "main": True}
        company = Company.create(session.user, name, vat_id=vat_id, addresses=[address])
        contact = Contact.create(session.user, *given["contact"])
        db.session.flush()
        quote = Quote.create(
            session.user,
            name=given["name"],
            contact=contact,
            company_id=company.id,
            language=language,
            **{**given["values"], "intro": "", "terms": ""},
        )
        quote.write(name=given["name"], lines=given["lines"], **given["values"])
        quote.number, key = "Q-7", quote.id
    with pretending(NOW), stage.app.test_request_context():
        reading()
        quote = db.session.get_one(Quote, key)
        return paper.make(quote, quote.draft, is_draft=False)


@pytest.mark.parametrize("language", QUOTES)
def test_a_quote_says(own_stage, language):
    found, snapshot = said(made(own_stage, language)), SNAPSHOTS / f"quote.{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_text(found, "utf-8")
    assert found == snapshot.read_text("utf-8")


@pytest.mark.parametrize("language", QUOTES)
def test_a_quote_is_for_archives_and_readers_aloud(own_stage, language):
    data = made(own_stage, language)
    assert re.search("^Tagged: +yes$", tool("pdfinfo", data), re.M)
    assert b"pdfaid:part" in b"".join(streams(data))
    assert f"/Lang ({language})".encode() in b"".join(streams(data))
    fonts = [line.split()[-5:-2] for line in tool("pdffonts", data).splitlines()[2:]]
    assert fonts == [["yes", "yes", "yes"]] * len(fonts)
