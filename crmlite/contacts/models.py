"""Contacts: one person, one contact, for life; several companies through a link with role and dates."""

from datetime import date, datetime
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events
from crmlite.companies.models import Company
from crmlite.extensions import PERSONAL, Base, db, utcnow
from crmlite.fold import sort_key
from crmlite.journal import Journaled
from crmlite.records import points
from crmlite.records.points import Address, Point
from crmlite.records.types import Record


class Contact(Record, Base):
    __tablename__ = "contact"
    __table_args__ = (
        sa.Index("ix_contact_sort_name", "sort_name", "id", "owner_id", "team_id"),
        sa.Index(None, "owner_id", "sort_name"),
        sa.Index(None, "team_id", "sort_name"),
    )
    given: Mapped[str] = mapped_column(default="", info=PERSONAL)
    family: Mapped[str] = mapped_column(default="", info=PERSONAL)
    name: Mapped[str] = mapped_column(default="", info=PERSONAL)
    salutation: Mapped[str] = mapped_column(default="")
    language: Mapped[str | None]
    country: Mapped[str | None]
    city: Mapped[str] = mapped_column(default="", info=PERSONAL)
    birthday: Mapped[date | None] = mapped_column(info=PERSONAL)
    instructions: Mapped[str] = mapped_column(default="")
    lifecycle: Mapped[str | None]
    customer_since: Mapped[date | None]
    customer_until: Mapped[date | None]
    main_email: Mapped[str | None] = mapped_column(info=PERSONAL)
    main_phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    main_company_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id"), index=True)
    last_activity_at: Mapped[datetime | None]

    @property
    def title(self) -> str:
        return self.name

    @classmethod
    def create(cls, actor: Any, given: str = "", family: str = "", **values: Any) -> Self:
        values = {"owner_id": actor and actor.id, "team_id": actor and actor.team_id, **values}
        contact = cls(given=given, family=family, created_by_id=actor and actor.id, **values)
        contact.name = f"{given} {family}".strip()
        contact.sort_name = sort_key(family, given)
        db.session.add(contact)
        events.emit(events.CONTACT_CREATED, contact)
        return contact

    def join(
        self, company: Company, title: str = "", buying_role: str = "", since: date | None = None
    ) -> "Affiliation":
        """Says that this person works there; the first company is the main one."""
        link = Affiliation(contact_id=self.id, company_id=company.id, title=title, buying_role=buying_role, since=since)
        link.main = self.main_company_id is None
        if link.main:
            self.main_company_id = company.id
        db.session.add(link)
        events.emit(events.AFFILIATION_ADDED, self, about=[company], contact=self.name, company=company.name)
        return link

    def search_texts(self) -> list[str | None]:
        return [self.name, self.city, *(point.value for point in points.of(self, Point))]

    def touch(self) -> None:
        self.last_activity_at = utcnow()

    def copy_points(self) -> None:
        """Keeps the copies that lists show."""
        known = points.of(self, Point)
        self.main_email, self.main_phone = points.main_value(known, "email"), points.main_value(known, "phone")

    def copy_addresses(self) -> None:
        main = next(iter(points.of(self, Address)), None)
        if main:
            self.city, self.country = main.city, main.country or self.country


class Affiliation(Journaled, Base):
    """A person at a company: in which role, from when to when."""

    __tablename__ = "affiliation"
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"), index=True)
    company_id: Mapped[int] = mapped_column(sa.ForeignKey("company.id"), index=True)
    title: Mapped[str] = mapped_column(default="")
    buying_role: Mapped[str] = mapped_column(default="")
    since: Mapped[date | None]
    until: Mapped[date | None]
    main: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[Contact] = relationship()
    company: Mapped[Company] = relationship()

    def concerns(self) -> list[tuple[str, int]]:
        return [("contact", self.contact_id), ("company", self.company_id)]
