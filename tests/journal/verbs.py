"""One case for every event: how it comes to be. The walk does each, takes it back, and looks at all rows.

A case is a function of the stage's ids; it runs as the seller, in a transaction that is committed afterwards. What it does
has to emit the event it stands for. An event that is not final and has no case fails the build.
"""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from crmlite import events, journal, retention
from crmlite.auth import handover, second_factor
from crmlite.auth.models import Absence, Invitation, Organisation, Role, Team, User
from crmlite.catalog.models import ExchangeRate, Product, TaxClass
from crmlite.catalog.models.products import Worth
from crmlite.catalog.models.taxes import Rate
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.contacts.consents import Purpose
from crmlite.contacts.models import Affiliation, Contact
from crmlite.contacts.types import CONTACT
from crmlite.details import asking
from crmlite.details.models import Correction
from crmlite.duplicates import merging
from crmlite.duplicates.models import Distinct
from crmlite.events import EventType
from crmlite.extensions import db
from crmlite.files import File
from crmlite.leads.models import Lead, WebForm
from crmlite.pipeline.models import Deal, Pipeline, Stage
from crmlite.records import files, members, tags
from crmlite.records.custom_fields import CustomField
from crmlite.records.files import Attachment
from crmlite.records.notes import Note
from crmlite.records.saved_views import SavedView
from crmlite.retention import Limit
from crmlite.sales.models import NumberRange, Order, Quote
from crmlite.timetravel.restoring import Restoration
from tests.cast import VERSION, quote_lines
from tests.records.who import viewer

Ids = dict[str, int]
CASES: dict[str, Callable[[Ids], Any]] = {}


def case(kind: EventType) -> Callable[[Callable[[Ids], Any]], Callable[[Ids], Any]]:
    def register(function: Callable[[Ids], Any]) -> Callable[[Ids], Any]:
        CASES[kind.name] = function
        return function

    return register


def seller(ids: Ids) -> User:
    return db.session.get_one(User, ids["user.seller"])


def contact(ids: Ids) -> Contact:
    return db.session.get_one(Contact, ids["seller.contact"])


def company(ids: Ids) -> Company:
    return db.session.get_one(Company, ids["seller.company"])


def lead(ids: Ids) -> Lead:
    return db.session.get_one(Lead, ids["seller.lead"])


def link(ids: Ids) -> Affiliation:
    return db.session.get_one(Affiliation, ids["seller.contact.affiliation"])


@case(events.DETAILS_LINK_ENDED)
def _(ids: Ids) -> None:
    assert asking.end(db.session.get_one(Contact, ids["colleague.contact"]))


@case(events.DETAILS_REVIEWED)
def _(ids: Ids) -> None:
    correction = db.session.get_one(Correction, ids["colleague.correction"])
    correction.settle([part.id for part in correction.parts], [], seller(ids))


@case(events.COMPANY_CREATED)
def _(ids: Ids) -> None:
    Company.create(seller(ids), name="Noordlicht", country="NL", email="info@noordlicht.example")


@case(events.COMPANY_UPDATED)
def _(ids: Ids) -> None:
    company(ids).change(industry="Chairs", email="new@noordlicht.example", phone="+31 20 555 01 99")


@case(events.RETENTION_CHANGED)
def _(_ids: Ids) -> None:
    for name, number in (("hits", 365), ("mail", 90), ("trash.contact", None)):
        Limit.set(retention.kinds()[name], number)


@case(events.CONTACT_CREATED)
def _(ids: Ids) -> None:
    Contact.create(seller(ids), given="Anna", family="Lindqvist", birthday=date(1990, 2, 28), email="anna@example.com")


@case(events.CONTACT_UPDATED)
def _(ids: Ids) -> None:
    contact(ids).change(given="Hanna", birthday=None, email="hanna@example.com", phone="")


@case(events.LIFECYCLE_CHANGED)
def _(ids: Ids) -> None:
    contact(ids).change(customer_since=date(2020, 1, 1))


def twins(ids: Ids) -> list[Company]:
    """Two companies of which nobody has a star or a mail: what no journal keeps is undone elsewhere (tests/duplicates)."""
    return [db.session.get_one(Company, ids[f"{owner}.company"]) for owner in ("seller", "colleague")]


@case(events.CONTACT_CAME_BACK)
def _(ids: Ids) -> None:
    made = Contact.create(seller(ids), given="Anna", email="anna@example.com")
    events.emit(events.CONTACT_CAME_BACK, made, day="2026-01-05")


def purpose(ids: Ids) -> Purpose:
    return db.session.get_one(Purpose, ids["purpose"])


@case(events.PURPOSE_CREATED)
def _(ids: Ids) -> None:
    Purpose.create(seller(ids), "Surveys", {"en": "Ask me.", "nl": "Vraag mij."})


@case(events.PURPOSE_UPDATED)
def _(ids: Ids) -> None:
    purpose(ids).change("News", {"en": "Send me all news.", "ar": "أرسلوا لي الأخبار."})


@case(events.PURPOSE_RETIRED)
def _(ids: Ids) -> None:
    purpose(ids).retire()


@case(events.PURPOSE_RESTORED)
def _(ids: Ids) -> None:
    db.session.get_one(Purpose, ids["purpose.retired"]).restore()


@case(events.RECORDS_MERGED)
def _(ids: Ids) -> None:
    one, other = twins(ids)
    merging.merge(COMPANY, one, [other], {"name": other.id}, seller(ids))


@case(events.RECORDS_DISTINCT)
def _(ids: Ids) -> None:
    Distinct.say(*twins(ids))


@case(events.AFFILIATION_ADDED)
def _(ids: Ids) -> None:
    contact(ids).join(db.session.get_one(Company, ids["colleague.company"]), title="Adviser", since=date(2024, 1, 1))


@case(events.AFFILIATION_UPDATED)
def _(ids: Ids) -> None:
    link(ids).change("Director", "approves", date(2021, 1, 1), None, main=True)


@case(events.AFFILIATION_ENDED)
def _(ids: Ids) -> None:
    link(ids).end(date(2024, 1, 1))


@case(events.AFFILIATION_REMOVED)
def _(ids: Ids) -> None:
    link(ids).remove()


def product(ids: Ids) -> Product:
    return db.session.get_one(Product, ids["seller.product"])


@case(events.PRODUCT_CREATED)
def _(ids: Ids) -> None:
    Product.create(seller(ids), name="Stool", code="ST-1", prices={"EUR": Worth(99_000_000)}, tax_class_id=ids["tax"])


@case(events.PRODUCT_UPDATED)
def _(ids: Ids) -> None:
    product(ids).change(name="Stool of oak", code="ST-2", unit="pair")


@case(events.PRODUCT_PRICED)
def _(ids: Ids) -> None:
    product(ids).change(prices={"EUR": Worth(1), "USD": Worth(2, includes_tax=True)})


@case(events.PRODUCT_UNPRICED)
def _(ids: Ids) -> None:
    product(ids).change(prices={"EUR": None})


@case(events.PRODUCT_WITHDRAWN)
def _(ids: Ids) -> None:
    product(ids).withdraw()


@case(events.PRODUCT_OFFERED)
def _(ids: Ids) -> None:
    db.session.get_one(Product, ids["withdrawn.product"]).offer()


@case(events.TAX_CLASS_CREATED)
def _(ids: Ids) -> None:
    TaxClass.create("Reduced", rates=[Rate(600, date(2012, 1, 1), date(2018, 12, 31)), Rate(900, date(2019, 1, 1))])


@case(events.TAX_CLASS_UPDATED)
def _(ids: Ids) -> None:
    db.session.get_one(TaxClass, ids["tax"]).change(name="High", rates=[Rate(2200, date(2027, 1, 1))])


@case(events.EXCHANGE_RATE_SET)
def _(ids: Ids) -> None:
    ExchangeRate.set("USD", 930_000, date(2026, 1, 1))
    ExchangeRate.set("JPY", 620_000, date(2026, 1, 1), per=100)


@case(events.EXCHANGE_RATE_REMOVED)
def _(ids: Ids) -> None:
    db.session.get_one(ExchangeRate, ids["rate"]).remove()


@case(events.RECORD_DELETED)
def _(ids: Ids) -> None:
    contact(ids).trash()


@case(events.RECORD_RESTORED)
def _(ids: Ids) -> None:
    db.session.get_one(Contact, ids["seller.trash.contact"]).restore()


@case(events.RECORD_ASSIGNED)
def _(ids: Ids) -> None:
    contact(ids).assign(db.session.get_one(User, ids["user.rival"]))


@case(events.MEMBER_JOINED)
def _(ids: Ids) -> None:
    members.join(contact(ids), db.session.get_one(User, ids["user.rival"]), "advises")


@case(events.MEMBER_LEFT)
def _(ids: Ids) -> None:
    members.leave(db.session.get_one(Contact, ids["shared.contact"]), ids["user.seller"])


@case(events.NOTE_ADDED)
def _(ids: Ids) -> None:
    Note.write(contact(ids), ids["user.seller"], "Called back")


@case(events.NOTE_EDITED)
def _(ids: Ids) -> None:
    db.session.get_one(Note, ids["seller.contact.note"]).edit(contact(ids), "Called back twice")


@case(events.NOTE_DELETED)
def _(ids: Ids) -> None:
    db.session.get_one(Note, ids["seller.contact.note"]).delete(contact(ids))


@case(events.TAG_ADDED)
def _(ids: Ids) -> None:
    tags.add(contact(ids), "Brand new")


@case(events.TAG_REMOVED)
def _(ids: Ids) -> None:
    tags.remove(contact(ids), ids["seller.contact.tag"])


@case(events.FILE_ATTACHED)
def _(ids: Ids) -> None:
    files.attach(contact(ids), File.store(BytesIO(b"words"), "offer.pdf", "application/pdf"), ids["user.seller"])


@case(events.FILE_REMOVED)
def _(ids: Ids) -> None:
    files.detach(contact(ids), db.session.get_one(Attachment, ids["seller.contact.attachment"]))


@case(events.OPERATION_UNDONE)
def _(ids: Ids) -> None:
    journal.undo(ids["operation"])
    events.emit(events.OPERATION_UNDONE, contact(ids), operation_id=ids["operation"])


@case(events.LEAD_CREATED)
def _(ids: Ids) -> None:
    Lead.create(seller(ids), contact=contact(ids), need="Two hundred chairs", company_id=ids["seller.company"])


@case(events.LEAD_QUALIFIED)
def _(ids: Ids) -> None:
    lead(ids).qualify(by=seller(ids))


@case(events.LEAD_DISQUALIFIED)
def _(ids: Ids) -> None:
    lead(ids).disqualify("Too small", by=seller(ids))


@case(events.LEAD_REOPENED)
def _(ids: Ids) -> None:
    db.session.get_one(Lead, ids["seller.closed"]).reopen(by=seller(ids))


@case(events.LEAD_UPDATED)
def _(ids: Ids) -> None:
    lead(ids).change(need="Three hundred chairs", source="Fair")


def deal(ids: Ids) -> Deal:
    return db.session.get_one(Deal, ids["seller.deal"])


def stage(ids: Ids, name: str) -> Stage:
    return db.session.get_one(Stage, ids[f"stage.{name}"])


@case(events.DEAL_CREATED)
def _(ids: Ids) -> None:
    Deal.create(
        seller(ids), name="Chairs", contact=contact(ids), stage=stage(ids, "second"), company_id=ids["seller.company"],
        amount_minor=500_00, currency="USD",
    )  # fmt: skip


@case(events.DEAL_UPDATED)
def _(ids: Ids) -> None:
    deal(ids).change(name="Tables", contact_id=ids["shared.contact"], company_id=None, close_on=date(2027, 1, 31))


@case(events.DEAL_MOVED)
def _(ids: Ids) -> None:
    deal(ids).move(stage(ids, "third"))


@case(events.DEAL_RANKED)
def _(ids: Ids) -> None:
    deal(ids).move(stage(ids, "first"))


@case(events.DEAL_WON)
def _(ids: Ids) -> None:
    deal(ids).win(by=seller(ids))


@case(events.DEAL_LOST)
def _(ids: Ids) -> None:
    deal(ids).lose("Too expensive", by=seller(ids))


@case(events.DEAL_REOPENED)
def _(ids: Ids) -> None:
    db.session.get_one(Deal, ids["seller.deal.lost"]).reopen()


ROWS = [
    {"name": "Asked", "kind": "open", "probability_bp": 2500, "stale_days": 14},
    {"name": "Yes", "kind": "won", "probability_bp": 0, "stale_days": None},
    {"name": "No", "kind": "lost", "probability_bp": 0, "stale_days": None},
]


@case(events.PIPELINE_CREATED)
def _(ids: Ids) -> None:
    Pipeline.create("Projects", ROWS)


@case(events.PIPELINE_UPDATED)
def _(ids: Ids) -> None:
    pipeline = db.session.get_one(Pipeline, ids["pipeline.empty"])
    kept = {stage.kind: stage.id for stage in pipeline.stages if not stage.is_open}
    pipeline.change("Extensions", [{**row, "id": kept.get(row["kind"])} for row in ROWS])


@case(events.PIPELINE_REMOVED)
def _(ids: Ids) -> None:
    db.session.get_one(Pipeline, ids["pipeline.empty"]).remove()


FIELDS = [{"key": "f1", "label": "E-mail", "kind": "email", "required": True, "fills": "contact.email", "choices": []}]


@case(events.WEB_FORM_CREATED)
def _(ids: Ids) -> None:
    WebForm.create(seller(ids), name="Second form", fields=FIELDS, sites=["https://www.example.com"])


@case(events.WEB_FORM_UPDATED)
def _(ids: Ids) -> None:
    db.session.get_one(WebForm, ids["form"]).change(name="Renamed", fields=FIELDS, active=False)


@case(events.ORGANISATION_UPDATED)
def _(ids: Ids) -> None:
    organisation = Organisation.get().change(legal_name="Noordlicht B.V.", country="BE")
    organisation.show_logo(File.store(BytesIO(b"pixels"), "logo.png", "image/png"))


@case(events.USER_CREATED)
def _(ids: Ids) -> None:
    role = db.session.get_one(Role, ids["role.seller"])
    User.create(
        name="Anna", email="anna@demo.example", password="hash", role=role, team=None, locale="en", time_zone="UTC"
    )


@case(events.USER_UPDATED)
def _(ids: Ids) -> None:
    seller(ids).change(name="Renamed", theme="dark")


@case(events.USER_ASSIGNED)
def _(ids: Ids) -> None:
    seller(ids).assign(db.session.get_one(Role, ids["role.manager"]), None)


@case(events.USER_DEACTIVATED)
def _(ids: Ids) -> None:
    db.session.get_one(User, ids["user.colleague"]).deactivate()


@case(events.USER_REACTIVATED)
def _(ids: Ids) -> None:
    db.session.get_one(User, ids["user.gone"]).reactivate()


@case(events.USER_HANDED_OVER)
def _(ids: Ids) -> None:
    to = dict.fromkeys(("contact", "company", "deal", "quote", "web_form", "member"), ids["user.rival"])
    handover.hand_over(seller(ids), to)


@case(events.ABSENCE_SET)
def _(ids: Ids) -> None:
    manager = db.session.get_one(User, ids["user.manager"])
    Absence.create(manager, seller(ids), date(2097, 1, 1), date(2097, 2, 1))


@case(events.ABSENCE_ENDED)
def _(ids: Ids) -> None:
    db.session.get_one(Absence, ids["absence.seller"]).end()


@case(events.TEAM_CREATED)
def _(ids: Ids) -> None:
    Team.create("North")


@case(events.TEAM_RENAMED)
def _(ids: Ids) -> None:
    db.session.get_one(Team, ids["team.Europe"]).rename("North")


@case(events.ROLE_CHANGED)
def _(ids: Ids) -> None:
    db.session.get_one(Role, ids["role.seller"]).give({("contact", "view"): "all", ("contact", "edit"): "own"})


@case(events.ROLE_CREATED)
def _(ids: Ids) -> None:
    Role.create("Sales South", db.session.get_one(Role, ids["role.seller"]))


@case(events.ROLE_RENAMED)
def _(ids: Ids) -> None:
    db.session.get_one(Role, ids["role.own"]).rename("Sales South")


@case(events.ROLE_REMOVED)
def _(ids: Ids) -> None:
    db.session.get_one(Role, ids["role.own"]).remove()


@case(events.SECOND_FACTOR_REQUIRED)
def _(ids: Ids) -> None:
    second_factor.require(True, [ids["role.seller"]])


@case(events.INVITATION_REVOKED)
def _(ids: Ids) -> None:
    db.session.get_one(Invitation, ids["invitation"]).revoke()


NOT_COMPARED = {"operation", "event", "event_link", "change", "user_session", "password_reset", "notice"} | {
    "merge", "merge_move", "duplicate_pair",
}  # fmt: skip
"""The journal itself; who was signed out stays so, as links to a new password stay ended; notices of what was undone are not shown;
and what merging keeps to take records apart (tests/duplicates)."""


_ONLY_ONWARDS = {"search": {"id"}, "number_range": {"next_number", "year"}}
"""What an undo does not set back: a number that was given is never given again."""


def rows(tables: dict[str, sa.Table]) -> dict[str, list[tuple[Any, ...]]]:
    """All rows, without the journal, counters of saves, and the numbers by which search orders."""
    found = {}
    for name, table in tables.items():
        if name in NOT_COMPARED:
            continue
        left_out = {"updated_at", "row_version"} | _ONLY_ONWARDS.get(name, set())
        columns = [column for column in table.c if column.name not in left_out]
        found[name] = sorted(map(tuple, db.session.execute(sa.select(*columns))), key=repr)
    return found


# --- quotes and orders ------------------------------------------------------------------------------------------------


def quote(ids: Ids, key: str = "seller.quote") -> Quote:
    return db.session.get_one(Quote, ids[key])


@case(events.QUOTE_CREATED)
def _(ids: Ids) -> None:
    Quote.create(seller(ids), name="Two booths", contact=contact(ids), **VERSION)


@case(events.QUOTE_UPDATED)
def _(ids: Ids) -> None:
    tax = db.session.get_one(TaxClass, ids["tax"])
    first = quote(ids).latest.lines[1]
    lines = [{"id": first.id, "name": "Other booth", "qty_micro": 5_000_000}, *quote_lines("new", tax)]
    quote(ids).write(name="Other subject", lines=lines, terms="Thirty days")


@case(events.QUOTE_REWRITTEN)
def _(ids: Ids) -> None:
    quote(ids, "sent.quote").rewrite()


@case(events.QUOTE_WITHDRAWN)
def _(ids: Ids) -> None:
    quote(ids, "sent.quote").withdraw()


@case(events.NUMBERS_CHANGED)
def _(ids: Ids) -> None:
    NumberRange.get("quote").change("{number}", 6, 500, date(2026, 11, 26))


@case(events.ORDER_UPDATED)
def _(ids: Ids) -> None:
    db.session.get_one(Order, ids["seller.order"]).set_custom(memo="Urgent")


# --- fields and views -------------------------------------------------------------------------------------------------


def field(ids: Ids) -> CustomField:
    return db.session.get_one(CustomField, ids["field"])


def view(ids: Ids) -> SavedView:
    return db.session.get_one(SavedView, ids["view.seller"])


@case(events.CUSTOM_FIELD_CREATED)
def _(ids: Ids) -> None:
    CustomField.create(seller(ids), "deal", "Risk", "choice", ["Low", "High"])


@case(events.CUSTOM_FIELD_UPDATED)
def _(ids: Ids) -> None:
    field(ids).change("Part", [("two", "Second", False), (None, "Third", False), ("one", "First", True)])


@case(events.CUSTOM_FIELD_MOVED)
def _(ids: Ids) -> None:
    field(ids).move(up=True)


@case(events.CUSTOM_FIELD_RETIRED)
def _(ids: Ids) -> None:
    field(ids).retire()


@case(events.CUSTOM_FIELD_RESTORED)
def _(ids: Ids) -> None:
    db.session.get_one(CustomField, ids["field.retired"]).restore()


@case(events.CUSTOM_FIELD_DELETED)
def _(ids: Ids) -> None:
    contact(ids).set_custom(spare="one")
    field(ids).delete()


@case(events.SAVED_VIEW_CREATED)
def _(ids: Ids) -> None:
    SavedView.create(seller(ids), "deal", "Large", "amount.min=100000", "team")


@case(events.SAVED_VIEW_UPDATED)
def _(ids: Ids) -> None:
    view(ids).change(seller(ids), name="Ours", query="city=Oslo", shared="team")


@case(events.SAVED_VIEW_MOVED)
def _(ids: Ids) -> None:
    SavedView.create(seller(ids), "contact", "Other", "").move(up=True)


@case(events.SAVED_VIEW_REMOVED)
def _(ids: Ids) -> None:
    view(ids).remove()


@case(events.RECORD_SET_BACK)
def _(ids: Ids) -> None:
    """To how the contact was made: since then the manager said that they work elsewhere too."""
    made = sa.select(journal.Operation.at).join(journal.Change, journal.Change.operation_id == journal.Operation.id)
    made = made.where(journal.Change.record_type == "contact", journal.Change.record_id == ids["seller.contact"])
    at = db.session.scalars(made.order_by(journal.Change.id).limit(1)).one()
    who = viewer(SimpleNamespace(ids=ids), "seller")
    assert Restoration(CONTACT, who, [ids["seller.contact"]], at).carry_out() == 1
