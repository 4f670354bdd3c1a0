"""Whom labels and letters are for: the records of a list or of a choice, with what stands on their envelope.

Only what the user may see: the company that somebody works for is named, and its address used, where the user sees the company.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from crmlite import postal
from crmlite.auth.models import Organisation, Viewer
from crmlite.companies.models import Company
from crmlite.companies.types import COMPANY
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.postal import Place
from crmlite.records.forms import row_id
from crmlite.records.listing import Listing
from crmlite.records.points import Address
from crmlite.records.types import RecordType
from crmlite.web import country_name

MOST = 10_000
"""How many of a list are looked at: the first, by name."""
MOST_TICKED = 1000
PERSON_FIRST = frozenset(("AU", "CA", "GB", "IE", "NZ", "US", "ZA", "IN"))
"""Where the person stands above the company; elsewhere the company does."""


@dataclass(frozen=True)
class Recipient:
    type: str
    id: int
    title: str
    names: tuple[str, ...] = ()
    place: Place | None = None
    fields: dict[str, str] = field(default_factory=dict)
    """What the text of a letter may be filled in with."""

    @property
    def is_reached(self) -> bool:
        return self.place is not None and self.place.is_complete

    @property
    def url(self) -> str:
        return f"{'/contacts' if self.type == 'contact' else '/companies'}/{self.id}"

    def block(self, home: str, language: str) -> list[str]:
        """What stands on the envelope."""
        return postal.block(self.names, self.place or Place(), home, language)


class Recipients:
    """The records that are meant: those whose `id` was sent, else all of the `list`."""

    def __init__(self, kind: RecordType, user: Viewer, sent: "MultiDict[str, str]") -> None:
        self.kind, self.user = kind, user
        self.ids = sorted({number for value in sent.getlist("id") if (number := row_id(value))})
        self.query = "" if self.ids else sent.get("list", "")
        if len(self.ids) > MOST_TICKED:
            raise BadRequest(_("Tick at most %(count)d records.", count=MOST_TICKED))

    @cached_property
    def _which(self) -> sa.ColumnElement[bool]:
        if self.ids:
            model = self.kind.model
            return sa.and_(model.id.in_(self.ids), model.deleted_at.is_(None), self.kind.policy.rows(self.user))
        pairs = [(key, value) for key, value in parse_qsl(self.query) if key != "_after"]
        listing = Listing(self.kind, self.user, MultiDict(pairs))
        listing.searched = MOST + 1
        return listing.query

    @cached_property
    def _rows(self) -> list[Any]:
        model = self.kind.model
        names: tuple[Any, ...] = (model.id, model.name, model.language)
        if model is Contact:
            names += (model.given, model.family, model.salutation, model.main_company_id)
        return list(db.session.execute(self._first(*names).limit(MOST + 1)).mappings())

    def _first(self, *columns: Any) -> sa.Select[Any]:
        """These columns of the records that are meant, by name."""
        model = self.kind.model
        return sa.select(*columns).where(self._which).order_by(model.sort_name, model.id)

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are looked at."""
        return len(self._rows) > MOST

    @cached_property
    def all(self) -> list[Recipient]:
        rows = self._rows[:MOST]
        places = _places(self.kind.name, self._first(self.kind.model.id).limit(MOST))
        if self.kind.model is Company:
            return [_company(row, places.get(row["id"])) for row in rows]
        seen = COMPANY.policy.visible(self.user).where(Company.id.in_(self._first(Contact.main_company_id).limit(MOST)))
        firms: dict[int, str] = dict(db.session.execute(seen.with_only_columns(Company.id, Company.name)).all())
        theirs = _places("company", seen.with_only_columns(Company.id))
        return [_contact(row, places.get(row["id"]), firms, theirs) for row in rows]

    @cached_property
    def reached(self) -> list[Recipient]:
        return [one for one in self.all if one.is_reached]

    @cached_property
    def left_out(self) -> list[Recipient]:
        """Those without an address, or with one that no letter would arrive at."""
        return [one for one in self.all if not one.is_reached]


def _places(holder: str, ids: sa.Select[Any]) -> dict[int, tuple[Place, str]]:
    """The main address of each, and what kind of address it is."""
    key = getattr(Address, f"{holder}_id")
    query = sa.select(
        key.label("holder"),
        Address.lines,
        Address.postcode,
        Address.city,
        Address.region,
        Address.country,
        Address.label,
    )
    found: dict[int, tuple[Place, str]] = {}
    for row in db.session.execute(query.where(key.in_(ids)).order_by(Address.main.desc(), Address.id)):
        found.setdefault(row.holder, (Place.of(row), row.label))
    return found


def _company(row: Any, known: tuple[Place, str] | None) -> Recipient:
    place = known[0] if known else None
    fields = {"name": row["name"], "company": row["name"], **_where(place)}
    return Recipient("company", row["id"], row["name"], (row["name"],), place, fields)


def _contact(
    row: Any, own: tuple[Place, str] | None, firms: dict[int, str], theirs: dict[int, tuple[Place, str]]
) -> Recipient:
    """At their own address, which is their home unless it says otherwise, else at their company."""
    firm = firms.get(row["main_company_id"], "")
    place, label = own or theirs.get(row["main_company_id"] or 0) or (None, "")
    at_work = firm if own is None or label != "home" else ""
    name = " ".join(filter(None, (row["salutation"], row["name"])))
    names = (name, at_work) if place and place.country in PERSON_FIRST else (at_work, name)
    fields = {
        "name": row["name"],
        "first_name": row["given"],
        "last_name": row["family"],
        "form_of_address": row["salutation"],
        "company": firm,
        **_where(place),
    }
    return Recipient("contact", row["id"], row["name"], tuple(filter(None, names)), place, fields)


def _where(place: Place | None) -> dict[str, str]:
    if place is None:
        return {"city": "", "region": "", "country": ""}
    return {"city": place.city, "region": place.region, "country": country_name(place.country)}


def home() -> tuple[str, str]:
    """The sender's country and language."""
    ours = Organisation.get()
    return ours.country, ours.locale or "en"
