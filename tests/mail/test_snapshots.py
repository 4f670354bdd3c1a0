"""Each mail, to be read in the diff: as text, and as the bytes that are sent. `UPDATE_SNAPSHOTS=1` writes them anew."""

import io
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from crmlite.extensions import db, writing
from crmlite.files import File
from crmlite.mail import outbox

SNAPSHOTS = Path(__file__).parent / "snapshots"
ANSWERS = [
    {"key": "f1", "label": "Your name", "kind": "text", "fills": "contact.name", "value": "Anna <Lindqvist>"},
    {"key": "f2", "label": "E-mail", "kind": "email", "fills": "contact.email", "value": "anna@example.com"},
    {"key": "f4", "label": "How can we help?", "kind": "textarea", "fills": "lead.need",
     "value": "Two hundred chairs,\nby May & cheap"},
    {"key": "f6", "label": "I have read the conditions", "kind": "checkbox", "value": "yes"},
]  # fmt: skip
SELLER = SimpleNamespace(id=None, name="Ben de Vries", email="ben@crm.example.org")
"""Whoever sends a mail by hand: `"by": SELLER`. The id is that of no user here, so the test sets it when it composes."""
ABOUT_ONESELF = {
    "name": "Sanne de Wit",
    "at": "May 4, 2026, 11:30",
    "devices_url": "https://crm.example.org/auth/devices",
    "profile_url": "https://crm.example.org/auth/profile",
}
MAILS = {
    "details": {
        "details_subject": "Are your details at Noordlicht still right?",
        "message": "Dear Tamsin Quayle,\n\nPlease look whether they are right.\n\nKind regards,\nBen de Vries",
        "url": "https://crm.example.org/p/details/…",
        "day": "Jun 3, 2026",
        "by": SELLER,
    },
    "new_lead": {
        "name": "Anna <Lindqvist>",
        "form": "Contact us",
        "answers": ANSWERS,
        "can_reply": True,
        "url": "https://crm.example.org/leads/7",
    },
    "notice": {
        "sentence": "Hanneke Dekker handed “Łukasz <Ёлкин>” over to you",
        "for_whom": "Ben de Vries",
        "url": "https://crm.example.org/contacts/7",
        "choices": "https://crm.example.org/desk/choices",
    },
    "quote": {
        "quote_subject": "Quote Q-2026-0007: Two booths for claims",
        "message": "Dear Tamsin Quayle,\n\nYou find our quote Q-2026-0007 attached.\n\nKind regards,\nBen de Vries",
        "url": "https://crm.example.org/p/quote/4e6f-not-a-real-one",
        "day": "Jun 3, 2026",
        "by": SELLER,
        "files": [("Q-2026-0007.pdf", "application/pdf", b"%PDF-1.7 booths")],
    },
    "quote_accepted": {
        "name": "Tamsin <Quayle>",
        "customer": "Tamsin Quayle",
        "number": "Q-2026-0007",
        "subject_of": "Two booths for claims",
        "total": "€14,060.20",
        "order": SimpleNamespace(number="O-2026-0003"),
        "url": "https://crm.example.org/quotes/7",
    },
    "quote_declined": {
        "customer": "Tamsin Quayle",
        "number": "Q-2026-0007",
        "subject_of": "Two booths for claims",
        "reason": "Too expensive,\n& too late",
        "url": "https://crm.example.org/quotes/7",
    },
    "password_reset": {"name": "Sanne de Wit", "url": "https://crm.example.org/login/reset/…"},
    "invitation": {
        "inviter": "Ben de Vries",
        "firm": "Noordlicht",
        "url": "https://crm.example.org/login/join/…",
        "by": SELLER,
    },
    "new_device": {**ABOUT_ONESELF, "device": "Firefox on Linux", "address": "203.0.113.9"},
    "password_changed": ABOUT_ONESELF,
    "second_factor_on": ABOUT_ONESELF,
    "second_factor_off": ABOUT_ONESELF,
    "recovery_codes": ABOUT_ONESELF,
    "recovery_code_used": {**ABOUT_ONESELF, "left": 9},
}
"""What each template is given. `"files": [(name, mime, bytes)]` go along."""
AS_TYPED = {
    ("quote", "nl"): {
        "quote_subject": "Offerte Q-2026-0007: Twee cabines",
        "message": "Beste Tamsin Quayle,\n\nBijgaand onze offerte Q-2026-0007.\n\nMet vriendelijke groet,\nBen de Vries",
        "day": "3 jun 2026",
    },
    ("quote", "ar"): {
        "quote_subject": "عرض السعر Q-2026-0007: كبائن هادئة للبهو",
        "message": "عزيزتنا ريم الهاشمي،\n\nتجدين عرض السعر Q-2026-0007 مرفقاً بهذه الرسالة.\n\nمع أطيب التحيات،\nBen de Vries",
        "day": "03/06/2026",
    },
    ("notice", "nl"): {"sentence": "Hanneke Dekker heeft “Łukasz <Ёлкин>” aan je overgedragen"},
    ("notice", "ar"): {"sentence": "سلّمك Hanneke Dekker \u2068“Łukasz <Ёлкин>”\u2069"},
    ("quote_accepted", "nl"): {"total": "€\xa014.060,20"},
    ("quote_accepted", "ar"): {"name": "ريم الهاشمي", "customer": "ريم الهاشمي", "subject_of": "كبائن هادئة للبهو"},
    ("quote_declined", "ar"): {"customer": "ريم الهاشمي", "subject_of": "كبائن هادئة للبهو", "reason": "السعر مرتفع،\nوالموعد متأخر"},
}  # fmt: skip
"""What people, or the page that they send from, write in another language than English."""
IN_TESTS = {
    "typed": {
        "name": "Łukasz Ёлкин 家具",
        "need": "Two hundred chairs\n.\nFrom the start of a line",
        "by": SELLER,
        "files": [("Offer 7 – Łukasz.pdf", "application/pdf", b"%PDF-1.7 chairs"), ("notes.txt", "text/plain", b"x\n")],
    },
}
"""Mails that only tests send: with all that a mail can have."""


def compose(app, template: str, language: str, given: dict) -> outbox.Message:
    with app.app_context():
        writing()
        given = dict(given)
        files = [File.store(io.BytesIO(content), name, mime) for name, mime, content in given.pop("files", ())]
        message = outbox.send(
            template, "sara@firm.example", language=language, purpose=template, to_name="Sara", files=files, **given
        )
        message.created_at, message.message_id = datetime(2026, 5, 4, 9, 30, tzinfo=UTC), "<id@crm.example.org>"
        message.from_user_id = 1 if "by" in given else None
        db.session.expunge(message)
        mail = outbox.compose(message)
        db.session.rollback()
    return mail


@pytest.fixture
def app(make_app):
    app = make_app(public_url="https://crm.example.org")
    app.jinja_loader.searchpath.append(f"{app.root_path}/../tests/mail/templates")
    return app


@pytest.mark.parametrize("language", ["en", "nl", "ar"])
@pytest.mark.parametrize("template", MAILS)
def test_mail_reads_as_it_did(app, template, language):
    mail = compose(app, template, language, MAILS[template] | AS_TYPED.get((template, language), {}))
    headers = "\n".join(f"{name}: {value}" for name, value in mail.items() if name != "Content-Transfer-Encoding")
    text = mail.get_body(("plain",)).get_content()
    files = "".join(f"\n[{part.get_filename()}, {part.get_content_type()}]" for part in mail.iter_attachments())
    agrees(f"{template}.{language}.txt", f"{headers}\n\n{text}{files}".encode())
    agrees(f"{template}.{language}.eml", mail.as_bytes())


@pytest.mark.parametrize("template", IN_TESTS)
def test_mail_is_sent_as_it_was(app, template):
    agrees(f"{template}.en.eml", compose(app, template, "en", IN_TESTS[template]).as_bytes())


def agrees(name: str, found: bytes) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(found)
    assert found == path.read_bytes()


def test_every_mail_has_its_snapshot():
    folder = Path(__file__).parents[2] / "templates" / "mail"
    mails = {path.stem for path in folder.glob("*.txt")}
    assert mails == set(MAILS)
    assert {re.sub(r"\..*", "", path.name) for path in SNAPSHOTS.glob("*.txt")} == mails
    assert {re.sub(r"\..*", "", path.name) for path in SNAPSHOTS.glob("*.eml")} == mails | set(IN_TESTS)
