"""Contacts: one person, one contact, for life; several companies through a link with role and dates."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, ClassVar, Self

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events
from crmlite.companies.models import Company
from crmlite.extensions import PERSONAL, Base, db, utcnow
from crmlite.fold import sort_key
from crmlite.journal import Journaled
from crmlite.records import points
from crmlite.records.lifecycle import WithLifecycle
from crmlite.records.merged import Mergeable
from crmlite.records.points import Reachable
from crmlite.records.types import Record, trash_index

BUYING_ROLES = (
    ("decides", _l("Decides")),
    ("buys", _l("Pays")),
    ("influences", _l("Advises")),
    ("uses", _l("Uses it")),
    ("opens", _l("Opens doors")),
    ("blocks", _l("Is against it")),
)
"""What somebody is to a decision; one person may be several of them."""
BUYING_ROLE_LABELS = dict(BUYING_ROLES)


def roles_text(names: Iterable[str]) -> str:
    """Several roles as they are kept: in the order of BUYING_ROLES, with blanks between."""
    return " ".join(name for name, _label in BUYING_ROLES if name in names)


class Contact(Mergeable, Record, Reachable, WithLifecycle, Base):
    __tablename__ = "contact"
    __table_args__ = (
        trash_index("contact"),
        sa.Index("ix_contact_sort_name", "sort_name", "id", "owner_id", "team_id"),
        sa.Index("ix_contact_last_activity_at", "last_activity_at", "id", "owner_id", "team_id"),
        sa.Index("ix_contact_lifecycle", "lifecycle", "id", "owner_id", "team_id", "deleted_at"),
        sa.Index(None, "owner_id", "sort_name"),
        sa.Index(None, "team_id", "sort_name"),
    )
    derived: ClassVar[frozenset[str]] = (
        Reachable.COPIES | Record.derived | {"name", "main_company_id", "lifecycle", "last_activity_at"}
    )
    given: Mapped[str] = mapped_column(default="", info=PERSONAL)
    family: Mapped[str] = mapped_column(default="", info=PERSONAL)
    name: Mapped[str] = mapped_column(default="", info=PERSONAL)
    salutation: Mapped[str] = mapped_column(default="")
    birthday: Mapped[date | None] = mapped_column(info=PERSONAL)
    instructions: Mapped[str] = mapped_column(default="")
    main_company_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id"), index=True)
    last_activity_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """Since when it is being erased, or is the empty row that a kept paper points at: in no list, and in no trash."""

    @property
    def title(self) -> str:
        return self.name

    @classmethod
    def is_merged(cls) -> sa.ColumnElement[bool]:
        """Nor is somebody who was erased in any trash: nobody brings them back."""
        return sa.or_(super().is_merged(), cls.is_erased())

    @classmethod
    def is_erased(cls) -> sa.ColumnElement[bool]:
        return cls.erased_at.is_not(None)

    @classmethod
    def create(cls, actor: Any, given: str = "", family: str = "", **values: Any) -> Self:
        """A new person. Unless told otherwise it is its maker's; values are those of change()."""
        contact = cls(created_by_id=actor.id if actor else None, **cls.holders(actor, values))
        db.session.add(contact)
        contact._set({"given": given, "family": family, **values})
        events.emit(events.CONTACT_CREATED, contact)
        contact.renew_lifecycle()
        return contact

    def change(self, **values: Any) -> Self:
        """Sets fields; `email` and `phone` change the main one, `points` and `addresses` all of them (records/points.py)."""
        if "owner_id" in values:
            self.hand_over(values.pop("owner_id"))
        if values and events.changed(lambda: self._set(values)):
            events.emit(events.CONTACT_UPDATED, self)
            if not self.FACTS.isdisjoint(values):
                self.renew_lifecycle()
        return self

    def join(
        self, company: Company, title: str = "", buying_role: str = "", since: date | None = None
    ) -> "Affiliation":
        """Says that this person works there; the first company is the main one."""
        link = Affiliation(contact_id=self.id, company_id=company.id, title=title, buying_role=buying_role, since=since)
        link.contact, link.company = self, company
        db.session.add(link)
        self.choose_main_company()
        events.emit(events.AFFILIATION_ADDED, self, about=[company], **link.names())
        return link

    def choose_main_company(self, chosen: "Affiliation | None" = None) -> None:
        """The main company is the chosen one, else the one it was while the person works there, else the longest known."""
        db.session.flush()
        links = db.session.scalars(
            sa.select(Affiliation).where(Affiliation.contact_id == self.id).order_by(Affiliation.id)
        ).all()
        current = [link for link in links if link.is_current]
        mains = sorted(
            (link for link in current if link.main), key=lambda link: link.company_id != self.main_company_id
        )
        main = chosen or next(iter(mains or current), None)
        for link in links:
            link.main = link is main
        self.main_company_id = main.company_id if main else None

    def derive(self) -> None:
        self._derive_names()
        self.derive_reach()
        self.choose_main_company()

    def search_texts(self) -> list[str | None]:
        return [self.name, self.city, *self.point_texts(), *self.former_names()]

    def touch(self) -> None:
        self.last_activity_at = utcnow()

    def _set(self, values: dict[str, Any]) -> None:
        reach = {name: values.pop(name) for name in ("email", "phone", "points", "addresses") if name in values}
        self.put(values)
        self._derive_names()
        points.put(self, **reach)

    def _derive_names(self) -> None:
        self.name = whole_name(self.given, self.family)
        self.sort_name = sort_key(self.family, self.given)


def whole_name(given: str, family: str) -> str:
    """As people call somebody: 王芳, the family's name first and no blank, where it is written in Han letters or Hangul."""
    if given and family and all(_EAST_ASIAN.fullmatch(part) for part in (given, family)):
        return family + given
    return f"{given} {family}".strip()


_EAST_ASIAN = re.compile("[\u3400-\u9fff\uac00-\ud7af]+")


def split_name(name: str) -> tuple[str, str]:
    """First and last name of a whole one: the last word is the last name. A name of one word is a first name."""
    given, _, family = " ".join(name.split()).rpartition(" ")
    return (given, family) if given else (family, "")


class Affiliation(Journaled, Base):
    """A person at a company: in which role, from when to when."""

    __tablename__ = "affiliation"
    derived: ClassVar[frozenset[str]] = frozenset({"main"})
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"), index=True)
    company_id: Mapped[int] = mapped_column(sa.ForeignKey("company.id"), index=True)
    title: Mapped[str] = mapped_column(default="")
    buying_role: Mapped[str] = mapped_column(default="")
    """Roles in the decision, as roles_text() writes them."""
    since: Mapped[date | None]
    until: Mapped[date | None]
    main: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[Contact] = relationship()
    company: Mapped[Company] = relationship()

    @property
    def is_current(self) -> bool:
        return self.until is None or self.until > utcnow().date()

    @property
    def roles(self) -> list[str]:
        return self.buying_role.split()

    @property
    def role_labels(self) -> list[Any]:
        return [BUYING_ROLE_LABELS.get(name, name) for name in self.roles]

    def change(self, title: str, buying_role: str, since: date | None, until: date | None, main: bool) -> Self:
        was_current = self.is_current

        def put() -> None:
            self.title, self.buying_role, self.since, self.until = title, buying_role, since, until
            self.contact.choose_main_company(self if main and self.is_current else None)

        if events.changed(put):
            left = was_current and not self.is_current
            kind = events.AFFILIATION_ENDED if left else events.AFFILIATION_UPDATED
            events.emit(kind, self.contact, about=[self.company], **self.names())
        return self

    def give_roles(self, names: Iterable[str]) -> Self:
        """Says what the person is to decisions there, in place of what was said before."""
        return self.change(self.title, roles_text(names), self.since, self.until, self.main)

    def end(self, on: date) -> Self:
        """The person does not work there any more; the link stays, as history."""
        return self.change(self.title, self.buying_role, self.since, on, main=False)

    def remove(self) -> None:
        """Takes the link away altogether: it was a mistake."""
        contact, company, names = self.contact, self.company, self.names()
        db.session.delete(self)
        contact.choose_main_company()
        events.emit(events.AFFILIATION_REMOVED, contact, about=[company], **names)

    def names(self) -> dict[str, str]:
        return {"contact": self.contact.name, "company": self.company.name}

    def concerns(self) -> list[tuple[str, int]]:
        return [("contact", self.contact_id), ("company", self.company_id)]
