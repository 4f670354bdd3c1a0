"""The fixed cast and its records: a template database in which every record holds a word of its own.

The users are the demo's. Each owner below has one of everything, and every text field of a record holds the record's canary:
whoever is answered that word has been shown that record. Who may see what is said here a second time, in plain Python, so
that the policy is not checked by itself.
"""

import io
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from crmlite import create_app, journal, schema
from crmlite.auth import inviting, reset, tokens
from crmlite.auth.models import (
    Absence,
    DevicePassword,
    Invitation,
    PasswordReset,
    Preference,
    Role,
    Team,
    User,
    UserSession,
    hash_secret,
)
from crmlite.catalog.models import ExchangeRate, Product, TaxClass
from crmlite.catalog.models.products import Worth
from crmlite.catalog.models.taxes import Rate
from crmlite.companies.models import Company
from crmlite.contacts import suppression
from crmlite.contacts.consents import Consent, Purpose
from crmlite.contacts.models import Affiliation, Contact
from crmlite.demo.cast import CAST, make_cast
from crmlite.desk.models import Notice
from crmlite.details.fields import Wish
from crmlite.details.models import Correction, DetailsRequest, DetailsSending
from crmlite.extensions import db, utcnow, writing
from crmlite.files import File, Made
from crmlite.fold import sort_key
from crmlite.imports.models import Import, ImportRow
from crmlite.jobs import Heartbeat, Job
from crmlite.leads.models import Lead, Submission, WebForm
from crmlite.mail.models import Message, MessageFile
from crmlite.pipeline import models as pipeline_models
from crmlite.pipeline.models import Deal, Pipeline
from crmlite.privacy.models import Erasure
from crmlite.records import favourites, files, links, members, points, tags, types
from crmlite.records.bulk.models import BulkRefusal, BulkRun
from crmlite.records.custom_fields import CustomField
from crmlite.records.favourites import Favourite
from crmlite.records.files import Attachment
from crmlite.records.notes import Note
from crmlite.records.points import Address, Point
from crmlite.records.saved_views import SavedView
from crmlite.records.tags import Tagging
from crmlite.sales import paper
from crmlite.sales.models import Order, OrderLine, Quote

ACTORS = ("stranger", "seller", "colleague", "rival", "manager", "admin")
"""The columns of the route sweep: a stranger, the owner, the same team, another team, and those above."""
USERS = tuple(part.key for part in CAST)
OWNERS = ("seller", "colleague", "rival", "nobody", "manager")
"""Who has records; nobody's belong neither to a user nor to a team."""
TEAM_OF = {part.key: part.team for part in CAST} | {"nobody": None}
ROLE_OF = {part.key: part.role for part in CAST}
TYPES = ("contact", "company", "lead", "product", "deal", "quote", "order")
EVERYBODYS = frozenset({"product"})
"""What all who work here see, whoever's it is, and only those above change."""
PUBLIC_URL = "http://localhost"


def canary(owner: str, kind: str) -> str:
    """The word that only this record holds: letters and digits, so that no escaping and no folding changes it."""
    return f"zc{owner}{kind}qx"


def may_see(actor: str, owner: str, kind: str) -> bool:
    """The standard roles, said again: what records of `owner` this actor may look at."""
    if actor == "stranger":
        return False
    role = ROLE_OF[actor]
    if role in {"administrator", "manager"} or kind in EVERYBODYS:
        return True
    if role == "seller":
        return owner == "nobody" or TEAM_OF[owner] == TEAM_OF[actor]
    if role == "marketing":
        return True
    return role == "service" and kind in {"contact", "company", "deal", "quote", "order"}


def forbidden_to(actor: str) -> set[str]:
    """The canaries that nothing may show to this actor."""
    words = {canary(owner, kind) for owner in OWNERS for kind in TYPES if not may_see(actor, owner, kind)}
    words |= {canary(owner, "trash") for owner in ("seller", "rival") if not may_see(actor, owner, "lead")}
    if not may_see_mail(actor):
        words |= {canary("seller", "mail"), canary("rival", "mail")}
    if not may_edit_forms(actor):
        words.add(canary("held", "submission"))
    return words


def may_edit_forms(actor: str) -> bool:
    return ROLE_OF.get(actor) in {"administrator", "manager", "marketing"}


def may_see_mail(actor: str) -> bool:
    """All mail; others see only what they sent or were sent, and of these mails that is nobody in the cast."""
    return ROLE_OF.get(actor) in {"administrator", "manager"}


# --- the template -----------------------------------------------------------------------------------------------------


def build(url: str) -> None:
    """Fills an empty database: schema, cast, sessions, and one of everything per owner."""
    with _app(url).app_context():
        schema.upgrade()
        users = make_cast()
        _sign_everybody_in(users)
        ids = _seed(users)
        writing()
        Preference.write(users["admin"].id, "test.ids", ids)
        db.session.add(Heartbeat(name="worker", seen_at=utcnow() + timedelta(days=300)))  # /health asks for it
        db.session.commit()
        _let_go()


def build_large(url: str) -> None:
    """The same with 10,000 more of each type, and heaps on the seller's own: for tests that count statements."""
    build(url)
    with _app(url).app_context():
        _multiply(10_000)
        _crowd(22)
        _let_go()


def _app(url: str) -> Flask:
    return create_app({"database_url": url, "instance": tempfile.mkdtemp(prefix="crmlite-cast-"), "disk_floor_mb": 0})


def _let_go() -> None:
    db.session.remove()
    for engine in db.engines.values():
        engine.dispose()


def _sign_everybody_in(users: dict[str, User]) -> None:
    writing()
    for key, user in users.items():
        until = utcnow() + timedelta(days=300)
        db.session.add(UserSession(user_id=user.id, secret_hash=hash_secret(secret(key)), expires_at=until))
    db.session.commit()


def secret(key: str) -> str:
    """What the session cookie of this user holds."""
    return f"session-of-{key}"


def _seed(users: dict[str, User]) -> dict[str, int]:
    ids: dict[str, int] = {f"user.{key}": user.id for key, user in users.items()}
    ids |= {
        f"session.{key}": db.session.scalar(sa.select(UserSession.id).filter_by(user_id=user.id))
        for key, user in users.items()
    }
    ids |= {f"role.{role.name}": role.id for role in db.session.scalars(sa.select(Role))}
    ids |= {f"team.{team.name}": team.id for team in db.session.scalars(sa.select(Team))}
    with _operation(users["admin"]):  # who worked on everything and left
        gone = User(name="Once Here", email="gone@demo.example", password="", role=users["seller"].role, active=False)
        db.session.add(gone)
        db.session.flush()
        ids["user.gone"] = gone.id
    with _operation(users["admin"]):  # what opens an account
        own_role = Role.create("Sales North", users["seller"].role)
        invitation = Invitation.create(
            users["admin"], tokens.new_nonce(), email="invited@demo.example", role=users["seller"].role, team=None
        )
        asked = PasswordReset.begin(users["seller"].id, tokens.new_nonce())
        asked.expires_at = invitation.expires_at = utcnow() + timedelta(days=300)
        ids |= {"role.own": own_role.id, "invitation": invitation.id, "reset": asked.id}
    with _operation(users["manager"]):
        tax = TaxClass.create("Standard", rates=[Rate(2100, date(2012, 10, 1))])
        rate = ExchangeRate.set("USD", 920_000, date(2026, 1, 1))
        withdrawn = Product.create(users["manager"], name="Old booth").withdraw()
        ids |= {"tax": tax.id, "rate": rate.id, "withdrawn.product": withdrawn.id}
        ids |= _seed_pipelines()
    with _operation(users["admin"]):
        for kind in TYPES:
            CustomField.create(users["admin"], kind, "Memo")
        ids["field"] = CustomField.create(users["admin"], "contact", "Spare", "choice", ["One", "Two"]).id
        ids["field.retired"] = CustomField.create(users["admin"], "contact", "Old", "date").retire().id
    for owner in OWNERS:
        with _operation(users.get(owner)):
            company = make_company(owner, users.get(owner))
            contact = make_contact(owner, users.get(owner), company)
            lead = make_lead(owner, users.get(owner), contact, company)
            product = make_product(owner, users.get(owner), tax)
            deal = make_deal(owner, users.get(owner), contact, company)
            quote = make_quote(owner, users.get(owner), contact, company, tax)
            order = make_order(owner, users.get(owner), contact, company)
            mine = (company, contact, lead, product, deal, quote, order)
            for record in mine:
                members.join(record, gone, "answered questions")
            ids |= {f"{owner}.{record.__tablename__}": record.id for record in mine}
    ids["seller.quote.version"] = db.session.get_one(Quote, ids["seller.quote"]).row_version
    for owner in ("seller", "rival"):
        with _operation(users[owner]):
            ids |= _seed_more(owner, users[owner])
    with _operation(users["rival"]):  # what two teams work on together
        shared = Contact.create(users["rival"], given="Shared", family="Person")
        members.join(shared, users["seller"], "helps")
        ids["shared.contact"] = shared.id
    with _operation(users["seller"]):  # what customers look at: it holds nobody's word
        buyer = db.session.get_one(Contact, ids["shared.contact"])
        tax = db.session.get_one(TaxClass, ids["tax"])
        sent = make_sent_quote(users["seller"], buyer, tax)
        withdrawn_quote = make_sent_quote(users["seller"], buyer, tax, "Withdrawn").withdraw()
        ids |= {"sent.quote": sent.id, "withdrawn.quote": withdrawn_quote.id}
    with _operation(
        users["manager"]
    ):  # the seller's lead from, and contact at, somebody whom only the rival's team may see
        rivals = db.session.get_one(Contact, ids["rival.contact"])
        firm = db.session.get_one(Company, ids["rival.company"])
        db.session.get_one(Contact, ids["seller.contact"]).join(firm, title="Works there too")
        crossed = Lead.create(users["seller"], contact=rivals, need="Crossed", company_id=firm.id)
        ids["crossed.lead"] = crossed.id
        stage = db.session.get_one(pipeline_models.Stage, ids["stage.first"])
        deal = Deal.create(users["seller"], name="Crossed deal", contact=rivals, stage=stage, company_id=firm.id)
        ids["crossed.deal"] = deal.id
    with _operation(users["seller"]):
        ids |= _seed_details(users["seller"], ids)
    with _operation(users["admin"]):
        ids |= _seed_forms(users)
    with _operation(users["manager"]):
        ids |= _seed_imports(users["manager"])
    with _operation(users["admin"]):
        ids |= _seed_privacy(users["admin"], ids)
    with _operation(users["seller"]) as operation:
        db.session.get_one(Contact, ids["seller.contact"]).assign(users["seller"])
        db.session.get_one(Contact, ids["seller.contact"]).touch()
        ids["operation"] = operation()
    db.session.flush()
    ids |= {f"seller.{kind}.seen": types.load(kind, ids[f"seller.{kind}"]).row_version for kind in TYPES}
    return ids | _desk(users, ids) | _seed_bulk(users["seller"], ids) | _parts("seller", ids) | _parts("rival", ids)


def _seed_imports(user: User) -> dict[str, int]:
    """A file in every state that a page has buttons for; the one that is done brought nobody."""
    found = {"kind": "csv", "headers": ["Name"], "columns": [{"filled": 1, "samples": ["Anna"], "kind": ""}], "rows": 1}
    ids = {}
    for state in ("mapping", "tried", "running", "done"):
        stream = File.store(io.BytesIO(b'[2,["Anna"]]\n'), "rows.jsonl", "application/json")
        made = Import(
            made_by_id=user.id, name="people.csv", state=state, stream=stream, found=found, mapping=["contact.name"],
            options={"match": "fill", "owner_id": user.id}, total=1, counts={"refused": 1} if state == "done" else {},
            trial_counts={"new": 1} if state == "tried" else {}, operation_id=journal.operation() if state == "done" else None,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        if state in {"tried", "done"}:
            outcome, trial = ("new", True) if state == "tried" else ("refused", False)
            db.session.add(ImportRow(import_id=made.id, trial=trial, number=2, place=0, outcome=outcome))
        ids[f"import.{state}"] = made.id
    return ids


def _seed_privacy(user: User, ids: dict[str, int]) -> dict[str, int]:
    """Something that people are asked, what two said to it, and an erasure that is done."""
    purpose = Purpose.create(user, "Newsletter", {"en": "Send me news.", "nl": "Stuur mij nieuws."})
    for owner in ("seller", "rival"):
        contact = db.session.get_one(Contact, ids[f"{owner}.contact"])
        Consent.give(contact, purpose, source="colleague", how=canary(owner, "contact"), by=user)
    done = Erasure(
        contact_id=999, asked_by_id=user.id, operation_id=journal.operation(), state="done", counts={"contact": 1},
        kept=[{"type": "order", "number": "O-1", "until": 2033}], done_at=utcnow(),
    )  # fmt: skip
    db.session.add(done)
    db.session.flush()
    suppression.suppress([("email", "erased@example.com")], done.id)
    retired = Purpose.create(user, "Printed catalogue", {"en": "Send me paper."}).retire()
    return {"purpose": purpose.id, "purpose.retired": retired.id, "erasure": done.id}


def _seed_details(user: User, ids: dict[str, int]) -> dict[str, int]:
    """What a contact of his team corrected of themselves, and private links: theirs, and that of who holds nobody's word."""
    theirs, shared = (db.session.get_one(Contact, ids[f"{key}.contact"]) for key in ("colleague", "shared"))
    for contact in (theirs, shared):
        links.make("details", contact, expires_on=date(2099, 12, 31))
    journal.act_as("customer")
    wish = Wish("given", None, f"{canary('colleague', 'contact')}wanted", theirs.given)
    Correction.receive(theirs, [wish], at_once=False)
    sending = DetailsSending(made_by_id=user.id)
    db.session.add(sending)
    db.session.flush()
    db.session.add(DetailsRequest(sending_id=sending.id, contact_id=theirs.id))
    return {"colleague.correction": Correction.waiting_of(theirs)[0].id, "seller.sending": sending.id}


def _seed_bulk(user: User, ids: dict[str, int]) -> dict[str, int]:
    """Two changes of many contacts: one that left somebody's alone whom its maker may not see, one that goes on."""
    made = {}
    for state in ("done", "running"):
        with _operation(user):
            run = BulkRun(
                user_id=user.id, record_type="contact", asked=[["action", "tag"], ["tag", "Fair"]], last_id=1, total=2,
                state=state, changed=1, refused=1, operation_id=journal.operation(),
            )  # fmt: skip
            db.session.add(run)
            db.session.flush()
            db.session.add(
                BulkRefusal(run_id=run.id, record_id=ids["rival.contact"], reason="You may not change this.")
            )
            made[f"bulk.{state}"] = run.id
    return made


def _desk(users: dict[str, User], ids: dict[str, int]) -> dict[str, int]:
    """The seller has a notice and two stars, and goes away in a distant future."""
    with _operation(users["manager"]):
        absence = Absence.create(users["seller"], users["colleague"], date(2098, 1, 1), date(2098, 1, 9))
        members.join(db.session.get_one(Contact, ids["nobody.contact"]), users["seller"], "advises")
        favourites.add(users["seller"].id, "contact", ids["seller.contact"])
        favourites.add(users["seller"].id, "lead", query="owner=me", name="Mine")
        db.session.flush()
        notice = sa.select(Notice.id).where(Notice.user_id == users["seller"].id).order_by(Notice.id.desc())
        view = SavedView.create(users["seller"], "contact", "Kept", "owner=me")
        db.session.flush()
        ids["view.seller"] = view.id
        device = DevicePassword(user_id=users["seller"].id, name="Old phone", secret_hash=hash_secret("old"))
        db.session.add(device)
        db.session.flush()
        ids["device.seller"] = device.id
        star = db.session.scalars(sa.select(Favourite.id).where(Favourite.record_id == 0)).one()
        noticed = db.session.scalars(notice.limit(1)).one()
        return {"absence.seller": absence.id, "notice.seller": noticed, "favourite.seller": star}


def _parts(owner: str, ids: dict[str, int]) -> dict[str, int]:
    """Ids of what hangs on the owner's records, for URLs that name them: seller.contact.note, seller.lead.attachment ..."""
    found = {}
    for kind in TYPES:
        number = ids[f"{owner}.{kind}"]
        for model in (Note, Tagging, Attachment, Point, Address, Affiliation):
            if "record_type" in model.__table__.c:
                by = {"record_type": kind, "record_id": number}
            elif f"{kind}_id" in model.__table__.c:
                by = {f"{kind}_id": number}
            else:
                continue
            row = db.session.scalars(sa.select(model).filter_by(**by).order_by(model.id)).first()
            if row is None:
                continue
            found[f"{owner}.{kind}.{model.__tablename__}"] = row.id
            if isinstance(row, Tagging):
                found[f"{owner}.{kind}.tag"] = row.tag_id
            if isinstance(row, Attachment):
                found[f"{owner}.{kind}.picture"] = row.id + 1  # attached right after it
    return found


@contextmanager
def _operation(user: User | None) -> Iterator[Any]:
    writing()
    journal.act_as("user" if user else "system", user.id if user else None)
    yield journal.operation
    db.session.commit()


def make_company(owner: str, user: User | None) -> Company:
    word = canary(owner, "company")
    company = Company.create(user, name=f"{word} Ltd", industry=word, vat_id=word, instructions=word, city=word)
    points.add(company, "email", f"{word}@example.com")
    points.add(company, "url", f"https://{word}.example.com")
    _decorate(company, user, word)
    return company


def make_contact(owner: str, user: User | None, company: Company) -> Contact:
    word = canary(owner, "contact")
    contact = Contact.create(
        user,
        given=f"{word}given",
        family=f"{word}family",
        salutation=word,
        instructions=word,
        birthday=date(1980, 1, 2),
    )
    points.add(contact, "email", f"{word}@example.com")
    points.add(contact, "phone", "+31 20 555 01 00")
    points.set_addresses(
        contact, [{"lines": f"{word} street 1", "postcode": word, "city": word, "region": word, "country": "NL"}]
    )
    contact.join(company, title=word, buying_role="decides")
    _decorate(contact, user, word)
    return contact


def make_lead(owner: str, user: User | None, contact: Contact, company: Company) -> Lead:
    word = canary(owner, "lead")
    owned = {} if user else {"owner_id": None, "team_id": None}
    lead = Lead.create(user, contact=contact, need=f"{word} need", source=word, company_id=company.id, **owned)
    _decorate(lead, user, word)
    return lead


def make_product(owner: str, user: User | None, tax: TaxClass) -> Product:
    word = canary(owner, "product")
    owned = {} if user else {"owner_id": None, "team_id": None}
    product = Product.create(
        user,
        name=f"{word} booth",
        prices={"EUR": Worth(1_250_000_000), "GBP": Worth(1_100_000_000, includes_tax=True)},
        code=word,
        description=word,
        unit="piece",
        instructions=word,
        tax_class_id=tax.id,
        **owned,
    )
    _decorate(product, user, word)
    return product


def make_deal(owner: str, user: User | None, contact: Contact, company: Company) -> Deal:
    word = canary(owner, "deal")
    owned = {} if user else {"owner_id": None, "team_id": None}
    stage = _first_stage()
    deal = Deal.create(
        user, name=word, contact=contact, stage=stage, company_id=company.id, amount_minor=123_400,
        currency="EUR", close_on=date(2026, 12, 24), **owned,
    )  # fmt: skip
    _decorate(deal, user, word)
    return deal


def make_quote(owner: str, user: User | None, contact: Contact, company: Company, tax: TaxClass) -> Quote:
    """A draft with a line of each kind."""
    word = canary(owner, "quote")
    owned = {} if user else {"owner_id": None, "team_id": None}
    quote = Quote.create(user, name=f"{word} quote", contact=contact, company_id=company.id, **VERSION, **owned)
    quote.write(name=quote.name, lines=[{"kind": "section", "name": word}, *quote_lines(word, tax)], intro=word)
    _decorate(quote, user, word)
    return quote


VERSION = {"currency": "EUR", "language": "en", "time_zone": "Europe/Amsterdam", "valid_until": date(2099, 12, 31)}


def quote_lines(word: str, tax: TaxClass) -> list[dict[str, Any]]:
    """Two booths for 2,500.00 before tax, and an optional lamp for 80.00."""
    taxed = {"tax_class_id": tax.id, "tax_name": tax.name, "tax_rate_bp": 2100, "qty_micro": 2_000_000}
    return [
        {"name": f"{word} booth", "text": word, "unit": "piece", "unit_micro": 1_250_000_000, **taxed},
        {"name": f"{word} lamp", "unit_micro": 40_000_000, "optional": True, **taxed},
    ]


def make_sent_quote(user: User, contact: Contact, tax: TaxClass, name: str = "Sent") -> Quote:
    quote = Quote.create(user, name=f"{name} quote", contact=contact, **VERSION)
    quote.write(name=quote.name, lines=quote_lines(name, tax))
    file = File.store(io.BytesIO(b"%PDF-1.7 not a real one"), f"{quote.number}.pdf", "application/pdf")
    db.session.flush()
    quote.send(file, paper.parties(quote, "en"), "buyer@example.com")
    return quote


def make_order(owner: str, user: User | None, contact: Contact, company: Company) -> Order:
    """One that begins in a distant future, so that nobody is a customer of it today."""
    word = canary(owner, "order")
    order = Order(
        number=f"O-{owner}", name=f"{word} order", sort_name=sort_key(f"{word} order"), ordered_on=date(2099, 1, 1), currency="EUR",
        contact_id=contact.id, company_id=company.id, owner_id=user.id if user else None,
        team_id=user.team_id if user else None, net_minor=10000, tax_minor=2100, gross_minor=12100,
    )  # fmt: skip
    order.lines.append(
        OrderLine(
            position=0,
            name=f"{word} table",
            qty_micro=1_000_000,
            unit_micro=100_000_000,
            tax_rate_bp=2100,
            amount_minor=10000,
        )
    )
    db.session.add(order)
    db.session.flush()
    _decorate(order, user, word)
    return order


def _decorate(record: Any, user: User | None, word: str) -> None:
    """A note, a tag, a file and a picture, as the renderer would have made it."""
    author_id = user.id if user else None
    Note.write(record, author_id, f"{word} note")
    tags.add(record, "customer")
    record.put({"x.memo": word})
    files.attach(record, File.store(io.BytesIO(word.encode()), f"{word}.txt", "text/plain"), author_id)
    shown = File.write(io.BytesIO(word.encode()), f"{word}.png", "image/png", Made(word.encode(), 40, 30))
    files.attach(record, shown, author_id)


def _seed_more(owner: str, user: User) -> dict[str, int]:
    """What only two owners need to have: one of each type in the trash, a closed lead, a mail."""
    contact = db.session.scalars(sa.select(Contact).where(Contact.given == f"{canary(owner, 'contact')}given")).one()
    word = canary(owner, "trash")
    stage = _first_stage()
    trash = {
        "contact": Contact.create(user, given=word, family=word),
        "company": Company.create(user, name=word),
        "lead": Lead.create(user, contact=contact, need=word),
        "product": Product.create(user, name=word, code=word),
        "deal": Deal.create(user, name=f"{canary(owner, 'deal')} trash", contact=contact, stage=stage),
        "quote": Quote.create(user, name=f"{canary(owner, 'quote')} trash", contact=contact, **VERSION),
        "order": _plain_order(f"{canary(owner, 'order')} trash", user, contact),
    }
    for record in trash.values():
        record.trash()
    closed = Lead.create(user, contact=contact, need=f"{canary(owner, 'lead')} closed")
    closed.disqualify("Too small", by=user)
    word = canary(owner, "deal")
    lost = Deal.create(user, name=f"{word}lost", contact=contact, stage=stage)
    lost.lose(f"{word} reason", by=user)
    won = Deal.create(user, name=f"{word}won", contact=contact, stage=stage, amount_minor=10_000)
    won.win(by=user)
    mail = canary(owner, "mail")
    message = Message(
        message_id=f"<{mail}@demo.example>", sender="crm@demo.example", to=f"{mail}@example.com", to_name=mail,
        language="en", subject=mail, text=mail, purpose="test", about_type="lead", about_id=closed.id, state="failed",
        reply=mail,
    )  # fmt: skip
    db.session.add(message)
    file = File.store(io.BytesIO(mail.encode()), f"{mail}.txt", "text/plain")
    message.files.append(MessageFile(file=file, name=file.name))
    db.session.flush()
    ids = {f"{owner}.trash.{kind}": record.id for kind, record in trash.items()}
    ids |= {f"{owner}.deal.lost": lost.id, f"{owner}.deal.won": won.id}
    return {**ids, f"{owner}.closed": closed.id, f"{owner}.mail": message.id, f"{owner}.mail.file": file.id}


def _seed_pipelines() -> dict[str, int]:
    """Two of them, one with three open stages, and one that has no deal."""
    first = Pipeline.create("Sales", stage_rows("New", "Proposal", "Negotiation"))
    second = Pipeline.create("Renewals", stage_rows("Due"))
    names = ("first", "second", "third", "won", "lost")
    stages = {f"stage.{name}": stage.id for name, stage in zip(names, first.stages, strict=True)}
    return {**stages, "pipeline": first.id, "pipeline.empty": second.id, "stage.other": second.stages[0].id}


def _plain_order(word: str, user: User, contact: Contact) -> Order:
    order = Order(
        number=word, name=word, sort_name=sort_key(word), ordered_on=date(2099, 1, 1), currency="EUR",
        contact_id=contact.id, owner_id=user.id, team_id=user.team_id,
    )  # fmt: skip
    db.session.add(order)
    db.session.flush()
    return order


def _first_stage() -> pipeline_models.Stage:
    stage = pipeline_models.Stage
    return db.session.scalars(sa.select(stage).order_by(stage.id).limit(1)).one()


def stage_rows(*open_stages: str) -> list[dict[str, Any]]:
    """What Pipeline.create() and change() take: open stages of these names, and the two ends."""
    rows = [
        {"name": name, "kind": "open", "probability_bp": 1000 * (n + 1), "stale_days": 7}
        for n, name in enumerate(open_stages)
    ]
    ends = [{"name": kind.title(), "kind": kind, "probability_bp": 0, "stale_days": None} for kind in ("won", "lost")]
    return rows + ends


def _seed_forms(users: dict[str, User]) -> dict[str, int]:
    form = WebForm.create(
        users["admin"],
        name="Contact us",
        fields=[
            {"key": "f1", "label": "Name", "kind": "text", "required": True, "fills": "contact.name", "choices": []},
            {
                "key": "f2",
                "label": "E-mail",
                "kind": "email",
                "required": True,
                "fills": "contact.email",
                "choices": [],
            },
        ],
        owner_id=users["seller"].id,
    )
    form.public_id = "testform0001"
    db.session.flush()
    word = canary("held", "submission")
    answers = [{"key": "f1", "label": "Name", "kind": "text", "fills": "contact.name", "value": word}]
    held = Submission(
        web_form_id=form.id,
        client_key=word,
        answers=answers,
        state="held",
        reason="honeypot",
        user_agent=word,
        page=word,
    )
    failed = Job(name="leads.intake.process_submission", args={"submission_id": 0}, state="parked", due_at=utcnow())
    failed.attempts, failed.error = 6, "Traceback: it broke"
    db.session.add_all([held, failed])
    db.session.flush()
    return {"form": form.id, "submission": held.id, "job": failed.id}


def _multiply(count: int) -> None:
    """Copies the seller's contact, company and lead many times, past the journal: it is only for counting."""
    with db.engines[None].begin() as connection:
        for model in (Company, Contact, Lead, Product, Deal, Quote, Order):
            table, word = model.__table__, model.__tablename__
            first = connection.execute(sa.select(table).order_by(table.c.id).limit(1)).mappings().one()
            base = {name: value for name, value in first.items() if name != "id"}
            base |= {name: None for name in ("submission_id", "quote_version_id") if name in base} | {
                name: "" for name in ("code",) if name in base
            }
            rows = [
                {
                    **base,
                    "name": f"{word} {n:05}",
                    "sort_name": f"{word} {n:05}",
                    "created_at": utcnow(),
                    **({"number": f"{n:05}"} if "number" in base else {}),
                }
                for n in range(count)
            ]
            connection.execute(sa.insert(table), rows)


def _crowd(count: int) -> None:
    """Notes, tags, files, members, links and history in heaps on one record of each type."""
    writing()
    seller = db.session.scalars(sa.select(User).where(User.email == "seller@demo.example")).one()
    journal.act_as("user", seller.id)
    contact, company, lead, product, deal, quote, order = (
        db.session.scalars(sa.select(model).order_by(model.id)).first()
        for model in (Contact, Company, Lead, Product, Deal, Quote, Order)
    )
    for n in range(count):
        for record in (contact, company, lead, product, deal, quote, order):
            Note.write(record, seller.id, f"note {n}")
            tags.add(record, f"tag {n}")
            files.attach(record, File.store(io.BytesIO(b"x"), f"{n}.txt", "text/plain"), seller.id)
        points.add(contact, "email", f"more{n}@example.com")
        points.add(company, "email", f"more{n}@example.com")
        contact.join(Company.create(seller, name=f"Firm {n}"), title="Adviser")
        Contact.create(seller, given=f"Person {n}").join(company, title="Clerk")
        Lead.create(seller, contact=contact, need=f"More {n}", company_id=company.id)
        Deal.create(seller, name=f"More {n}", contact=contact, stage=deal.stage, company_id=company.id)
    quote.write(name=quote.name, lines=[{"id": line.id} for line in quote.latest.lines], intro="Written again")
    db.session.commit()


# --- for tests --------------------------------------------------------------------------------------------------------


class Stage:
    """An app on a copy of the template, with a client for each of the cast."""

    def __init__(self, url: str, instance: str, **settings: Any) -> None:
        self.app = create_app(
            {
                "database_url": url,
                "instance": instance,
                "disk_floor_mb": 0,
                "public_url": PUBLIC_URL,
                **settings,
            }
        )
        self.app.testing = True
        logging.getLogger("crmlite").setLevel(logging.CRITICAL)  # thousands of refusals are looked at, not read
        with self.app.app_context():
            self.engines = dict(db.engines)
            admin = sa.select(User.id).where(User.email == "admin@demo.example").scalar_subquery()
            query = sa.select(Preference.value).where(Preference.user_id == admin, Preference.name == "test.ids")
            self.ids: dict[str, int] = db.session.scalars(query).one()
            for file in db.session.scalars(sa.select(File)):  # the template's bytes lie in another instance's folder
                file.location.parent.mkdir(parents=True, exist_ok=True)
                word = file.name.removesuffix(".txt").removesuffix(".png").encode()
                file.location.write_bytes(word)
                if file.thumbnail:
                    small = file.location.parent.parent / file.thumbnail
                    small.parent.mkdir(parents=True, exist_ok=True)
                    small.write_bytes(word)

    def client(self, actor: str = "stranger") -> FlaskClient:
        """A browser of its own; it sends what browsers send."""
        client = self.app.test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        if actor != "stranger":
            client.set_cookie("crmlite_session", secret(actor))
        return client

    def token(self, key: str, version: int = 1) -> str:
        """What stands in the customer's link to a quote, or in the mail with a `reset` or an `invitation`."""
        with self.app.app_context():
            if key == "reset":
                found = db.session.get_one(PasswordReset, self.ids[key])
                return tokens.make("password_reset", *reset.about(db.session.get_one(User, found.user_id), found))
            if key == "invitation":
                return inviting.token_of(db.session.get_one(Invitation, self.ids[key]))
            if key == "details":
                contact = db.session.get_one(Contact, self.ids["shared.contact"])
                return next(link for link in links.of(contact) if link.purpose == "details").token
            quote = db.session.get_one(Quote, self.ids[key])
            return next(link for link in links.of(quote) if link.version == version).token

    @contextmanager
    def writes(self, actor: str | None = None) -> Iterator[SimpleNamespace]:
        """A session that writes, outside a request, as that user; committed at the end."""
        with self.app.app_context():
            writing()
            journal.act_as("user" if actor else "system", self.ids[f"user.{actor}"] if actor else None)
            yield SimpleNamespace(user=db.session.get(User, self.ids[f"user.{actor}"]) if actor else None)
            db.session.commit()

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()
