"""Who works at a company, in which roles; and which roles nobody there has yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from crmlite.auth.models import Organisation, Viewer
from crmlite.companies.models import Company
from crmlite.contacts.forms import RolesForm
from crmlite.contacts.models import BUYING_ROLE_LABELS, BUYING_ROLES, Affiliation, Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db, utcnow
from crmlite.records import opens

MISSING = {
    "decides": _l("Nobody here decides yet."),
    "buys": _l("Nobody here pays yet."),
    "influences": _l("Nobody here advises yet."),
    "uses": _l("Nobody here uses it yet."),
    "opens": _l("Nobody here opens doors yet."),
    "blocks": _l("Nobody here is known to be against it yet."),
}


@dataclass(frozen=True)
class Gap:
    """A role that nobody at a company has, and that the firm wants to know there."""

    role: str
    for_deal: bool
    """Whether it is asked for only because a deal is open."""

    @property
    def label(self) -> Any:
        return BUYING_ROLE_LABELS[self.role]

    @property
    def sentence(self) -> Any:
        return MISSING[self.role]


class People:
    """Who works and worked at a company, as far as the user may see them; at most MOST."""

    MOST = 30

    def __init__(self, company: Company, user: Viewer) -> None:
        self.company, self.user = company, user

    @cached_property
    def _rows(self) -> list[Any]:
        """(link, roles that are needed everywhere, those that are where a deal is open): those who work there now, deciders
        first; then those who left."""
        has_left = sa.and_(Affiliation.until.is_not(None), Affiliation.until <= utcnow().date())
        rank = sa.case(*((_has(name), at) for at, (name, _label) in enumerate(BUYING_ROLES)), else_=len(BUYING_ROLES))
        firms = sa.select(Organisation).order_by(Organisation.id).limit(1)
        found = db.session.execute(
            sa.select(
                Affiliation,
                firms.with_only_columns(Organisation.needed_roles).scalar_subquery(),
                firms.with_only_columns(Organisation.deal_roles).scalar_subquery(),
            )
            .join(Affiliation.contact)
            .options(sa.orm.contains_eager(Affiliation.contact))
            .where(
                Affiliation.company_id == self.company.id, Contact.deleted_at.is_(None), CONTACT.policy.rows(self.user)
            )
            .order_by(has_left, rank, Affiliation.id)
            .limit(self.MOST + 1)
        )
        return list(found)

    @property
    def links(self) -> list[Affiliation]:
        return [row[0] for row in self._rows]

    @property
    def shown(self) -> list[Affiliation]:
        return self.links[: self.MOST]

    @property
    def has_more(self) -> bool:
        return len(self.links) > self.MOST

    @cached_property
    def changeable(self) -> list[Affiliation]:
        """Those who work there now and whose roles the user may set, of people who are the user's by owner or team."""
        return [link for link in self.shown if link.is_current and self.may_edit(link)]

    def may_edit(self, link: Affiliation) -> bool:
        return CONTACT.policy.covers(self.user, "edit", link.contact)

    @cached_property
    def gaps(self) -> list[Gap]:
        """Where people are known at all: roles that none of them has, of those that the firm wants to know."""
        current = [link for link in self.links if link.is_current]
        if not current or self.has_more:
            return []
        _link, always, for_deals = self._rows[0]
        return missing(
            {role for link in current for role in link.roles},
            Organisation.NEEDED if always is None else always,
            Organisation.NEEDED_FOR_DEALS if for_deals is None else for_deals,
            self.has_open_deal,
        )

    @property
    def has_open_deal(self) -> bool:
        return any(one.kind == "deal" for one in opens.of(self.company, self.user))

    def form_of(self, link: Affiliation) -> RolesForm:
        return RolesForm(obj=link, prefix=f"r{link.id}-")


def missing(there: Iterable[str], always: str, for_deals: str, deal_is_open: bool) -> list[Gap]:
    """The gaps in the order of the roles."""
    asked = {*always.split(), *(for_deals.split() if deal_is_open else ())}
    return [
        Gap(name, name not in always.split())
        for name, _label in BUYING_ROLES
        if name in asked and name not in set(there)
    ]


def _has(role: str) -> sa.ColumnElement[bool]:
    """Whether it is the first of a person's roles, which are kept in their order."""
    return sa.or_(Affiliation.buying_role == role, Affiliation.buying_role.startswith(f"{role} "))
