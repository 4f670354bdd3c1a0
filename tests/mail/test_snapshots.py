"""Each mail as text, to be read in the diff. `UPDATE_SNAPSHOTS=1` writes them anew."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmlite.extensions import db, writing
from crmlite.mail import outbox

SNAPSHOTS = Path(__file__).parent / "snapshots"
ANSWERS = [
    {"key": "f1", "label": "Your name", "fills": "contact.name", "value": "Anna <Lindqvist>"},
    {"key": "f2", "label": "E-mail", "fills": "contact.email", "value": "anna@example.com"},
    {"key": "f4", "label": "How can we help?", "fills": "lead.need", "value": "Two hundred chairs,\nby May & cheap"},
    {"key": "f6", "label": "I have read the conditions", "kind": "checkbox", "value": "yes"},
]
MAILS = {
    "new_lead": {
        "name": "Anna <Lindqvist>",
        "form": "Contact us",
        "answers": ANSWERS,
        "can_reply": True,
        "url": "https://crm.example.org/leads/7",
    },
}


@pytest.mark.parametrize("language", ["en", "nl", "ar"])
@pytest.mark.parametrize("template", MAILS)
def test_mail_reads_as_it_did(make_app, template, language):
    with make_app(public_url="https://crm.example.org").app_context():
        writing()
        message = outbox.send(
            template, "sara@firm.example", language=language, purpose=template, to_name="Sara", **MAILS[template]
        )
        message.created_at, message.message_id = datetime(2026, 5, 4, 9, 30, tzinfo=UTC), "<id@crm.example.org>"
        mail = outbox.compose(message)
        db.session.rollback()
    headers = "\n".join(f"{name}: {value}" for name, value in mail.items() if name != "Content-Transfer-Encoding")
    found = f"{headers}\n\n{mail.get_content()}"
    path = SNAPSHOTS / f"{template}.{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8")


def test_every_mail_has_its_snapshot():
    folder = Path(__file__).parents[2] / "templates" / "mail"
    mails = {path.stem for path in folder.glob("*.txt")}
    assert mails == set(MAILS)
    assert {re.sub(r"\..*", "", path.name) for path in SNAPSHOTS.glob("*.txt")} == mails
