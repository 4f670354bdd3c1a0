"""Companies: accounts with their hierarchy, points, addresses and special instructions."""

from datetime import date, datetime
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crmlite import events
from crmlite.extensions import Base, db, utcnow
from crmlite.fold import sort_key
from crmlite.records import points
from crmlite.records.points import Address, Point
from crmlite.records.types import Record


class Company(Record, Base):
    __tablename__ = "company"
    __table_args__ = (
        sa.Index("ix_company_sort_name", "sort_name", "id", "owner_id", "team_id"),
        sa.Index(None, "owner_id", "sort_name"),
        sa.Index(None, "team_id", "sort_name"),
    )
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id"), index=True)
    vat_id: Mapped[str] = mapped_column(default="")
    industry: Mapped[str] = mapped_column(default="")
    language: Mapped[str | None]
    country: Mapped[str | None]
    city: Mapped[str] = mapped_column(default="")
    instructions: Mapped[str] = mapped_column(default="")
    lifecycle: Mapped[str | None]
    customer_since: Mapped[date | None]
    customer_until: Mapped[date | None]
    main_email: Mapped[str | None]
    main_phone: Mapped[str | None]
    last_activity_at: Mapped[datetime | None]

    @property
    def title(self) -> str:
        return self.name

    @classmethod
    def create(cls, actor: Any, **values: Any) -> Self:
        values = {"owner_id": actor and actor.id, "team_id": actor and actor.team_id, **values}
        company = cls(**values, sort_name=sort_key(values["name"]), created_by_id=actor and actor.id)
        db.session.add(company)
        events.emit(events.COMPANY_CREATED, company)
        return company

    def search_texts(self) -> list[str | None]:
        return [self.name, self.city, self.vat_id, *(point.value for point in points.of(self, Point))]

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
