"""A person in every store there is: each value begins with one word, which is then looked for in the bytes of the instance."""

import io
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import sqlalchemy as sa

from crmlite import jobs, journal
from crmlite.auth.models import User
from crmlite.contacts.consents import Consent, Purpose
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.duplicates import merging
from crmlite.extensions import db, reading
from crmlite.files import File
from crmlite.leads import intake
from crmlite.leads.models import Lead, Visitor
from crmlite.mail import outbox
from crmlite.mail.models import Message, MessageFile
from crmlite.pipeline.models import Deal, Stage
from crmlite.records import files, points, tags
from crmlite.records.notes import Note
from crmlite.sales.models import Order, OrderLine, Quote
from tests.cast import VERSION, quote_lines
from tests.imports.conftest import Mover

WORD = "zqerasemeqx"
EMAIL = f"{WORD}@example.com"


def stored(stage, url: str) -> dict[str, bytes]:
    """All bytes that there are: the database with its log, and the instance's folder."""
    path = Path(url.removeprefix("sqlite:///"))
    found = [one for one in path.parent.glob(f"{path.name}*") if one.is_file()]
    found += [one for one in Path(stage.app.instance_path).rglob("*") if one.is_file()]
    return {str(one): one.read_bytes() for one in found}


def places(stage, url: str, word: str = WORD) -> list[str]:
    """Files that hold the word, with what stands around it."""
    hits = []
    for name, content in stored(stage, url).items():
        at = content.lower().find(word.encode())
        if at >= 0:
            hits.append(f"{name}: {content[max(0, at - 60) : at + 60]!r}")
        if Path(name).name.startswith(word):
            hits.append(name)
    return hits


def seed(stage, company_id: int | None = None) -> SimpleNamespace:
    """Somebody who came by an import, was merged, wrote, was written to, was noted about, asked for a quote."""
    Mover(stage).move_in(
        f"First name,Last name,E-mail,Shoe\n{WORD},{WORD}son,{EMAIL},{WORD}42\nJan,Jansen,jan@x.example,43\n"
    )
    with stage.writes("seller") as as_:
        contact = db.session.scalars(sa.select(Contact).where(Contact.main_email == EMAIL)).one()
        _fill(contact, as_.user)
        other = Contact.create(as_.user, given=f"{WORD}b", family="Twin", email=f"{WORD}b@example.com")
        Note.write(other, as_.user.id, f"{WORD} before the merge")
        db.session.flush()
        merging.merge(CONTACT, contact, [other], {}, as_.user)
        contact.change(email=f"{WORD}.new@example.com", birthday=date(1980, 1, 1))
        contact.change(email=EMAIL)
        ids = SimpleNamespace(contact=contact.id, other=other.id)
        elsewhere = Note.write(db.session.get_one(Lead, stage.ids["seller.lead"]), as_.user.id, f"Ask {EMAIL} first")
        elsewhere.edit(db.session.get_one(Lead, stage.ids["seller.lead"]), f"Ask {EMAIL}, or call")
    _post(stage)
    with stage.writes("seller") as as_:
        contact = db.session.get_one(Contact, ids.contact)
        ids.lead = db.session.scalars(sa.select(Lead.id).where(Lead.contact_id == ids.contact)).one()
        _deal_with(contact, as_.user, ids)
        _write_to(contact, as_.user)
    return ids


def _fill(contact: Contact, user: User) -> None:
    points.add(contact, "phone", "06 12 34 56 78")
    contact.change(
        instructions=f"{WORD} hates mornings",
        addresses=[{"lines": f"{WORD} street 1", "postcode": "1234", "city": f"{WORD}ville", "country": "NL"}],
    )
    contact.put({"x.memo": f"{WORD} memo"})
    note = Note.write(contact, user.id, f"{WORD} note")
    note.edit(contact, f"{WORD} note, changed")
    Note.write(contact, user.id, f"{WORD} deleted").delete(contact)
    tags.add(contact, "customer")
    kept = files.attach(contact, File.store(io.BytesIO(WORD.encode() * 99), f"{WORD}.txt", "text/plain"), user.id)
    gone = files.attach(contact, File.store(io.BytesIO(WORD.encode() * 98), f"{WORD}2.txt", "text/plain"), user.id)
    db.session.flush()
    files.detach(contact, gone)
    assert kept
    purpose = Purpose.create(user, name="Newsletter", texts={"en": "Send me news."})
    Consent.give(contact, purpose, source="colleague", how=f"{WORD} said so", point=EMAIL, by=user)


def _post(stage) -> None:
    """Fills in the form, twice: once it is held."""

    def answers(name: str) -> list[dict[str, str]]:
        return [
            {"key": "f1", "label": "Name", "kind": "text", "fills": "contact.name", "value": name},
            {"key": "f2", "label": "E-mail", "kind": "email", "fills": "contact.email", "value": EMAIL},
            {"key": "f3", "label": "What", "kind": "text", "fills": "lead.need", "value": f"{WORD} need"},
        ]  # fmt: skip

    visitor = Visitor("192.0.2.7", f"{WORD} browser", f"https://x.example/{WORD}")
    with stage.writes():
        intake.receive(stage.ids["form"], f"{'k' * 20}1", answers(WORD), None, visitor)
        intake.receive(stage.ids["form"], f"{'k' * 20}2", answers(f"{WORD} again"), "honeypot", visitor)
    with stage.app.app_context():
        jobs.run_due()
        reading()


def _deal_with(contact: Contact, user: User, ids: SimpleNamespace) -> None:
    lead = db.session.get_one(Lead, ids.lead)
    Note.write(lead, user.id, f"{WORD} about the lead")
    stage = db.session.scalars(sa.select(Stage).order_by(Stage.id).limit(1)).one()
    deal = Deal.create(user, name=f"{WORD} deal", contact=contact, stage=stage)
    Note.write(deal, user.id, f"{WORD} about the deal")
    quote = Quote.create(user, name=f"{WORD} quote", contact=contact, deal_id=deal.id, **VERSION)
    db.session.flush()
    ids.deal, ids.quote = deal.id, quote.id


def _write_to(contact: Contact, user: User) -> None:
    outbox.send(
        "new_lead", EMAIL, language="en", purpose="new_lead", about=contact, to_name=WORD, name=WORD, form="Form",
        answers=[], can_reply=False, url="http://localhost/", reply_to="",
    )  # fmt: skip
    message = db.session.scalars(sa.select(Message).where(Message.to == EMAIL).order_by(Message.id.desc())).first()
    file = File.store(io.BytesIO(f"{WORD} enclosed".encode()), f"{WORD}3.txt", "text/plain")
    message.files.append(MessageFile(file=file, name=file.name))


def order_of(contact: Contact, user: User, day: date, company_id: int | None = None) -> Order:
    order = Order(
        number=f"O-{day}-{contact.id}", name="Kept order", sort_name="kept", ordered_on=day, currency="EUR",
        contact_id=contact.id, owner_id=user.id, team_id=user.team_id, company_id=company_id,
    )  # fmt: skip
    order.lines.append(OrderLine(position=0, name="Table", qty_micro=1, unit_micro=1, tax_rate_bp=0, amount_minor=1))
    db.session.add(order)
    db.session.flush()
    return order


__all__ = ["EMAIL", "WORD", "journal", "order_of", "places", "quote_lines", "seed", "stored"]
