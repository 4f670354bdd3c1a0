"""Companies: accounts with their hierarchy, points, addresses and special instructions."""

from datetime import datetime
from typing import Any, ClassVar, Self

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column

from crmlite import events
from crmlite.auth.models import Organisation
from crmlite.extensions import Base, db, utcnow
from crmlite.records import points
from crmlite.records.lifecycle import WithLifecycle
from crmlite.records.merged import Mergeable
from crmlite.records.points import Reachable
from crmlite.records.types import Record, trash_index

DEEPEST = 20
"""How many companies may stand above one another."""


class InsideItself(ValueError):
    """A company would become part of one that is part of it."""


class Company(Mergeable, Record, Reachable, WithLifecycle, Base):
    __tablename__ = "company"
    __table_args__ = (
        trash_index("company"),
        sa.Index("ix_company_sort_name", "sort_name", "id", "owner_id", "team_id"),
        sa.Index("ix_company_last_activity_at", "last_activity_at", "id", "owner_id", "team_id"),
        sa.Index(None, "owner_id", "sort_name"),
        sa.Index(None, "team_id", "sort_name"),
    )
    derived: ClassVar[frozenset[str]] = Reachable.COPIES | Record.derived | {"lifecycle", "last_activity_at"}
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id"), index=True)
    vat_id: Mapped[str] = mapped_column(default="")
    industry: Mapped[str] = mapped_column(default="")
    instructions: Mapped[str] = mapped_column(default="")
    last_activity_at: Mapped[datetime | None]

    @property
    def title(self) -> str:
        return self.name

    @classmethod
    def create(cls, actor: Any, name: str, **values: Any) -> Self:
        """A new company. Unless told otherwise it is its maker's; values are those of change()."""
        company = cls(name=name, created_by_id=actor.id if actor else None, **cls.holders(actor, values))
        db.session.add(company)
        company._set(values)
        events.emit(events.COMPANY_CREATED, company)
        company.renew_lifecycle()
        return company

    def change(self, **values: Any) -> Self:
        """Sets fields; `email` and `phone` change the main one, `points` and `addresses` all of them. Raises InsideItself."""
        if "owner_id" in values:
            self.hand_over(values.pop("owner_id"))
        if values and events.changed(lambda: self._set(values)):
            events.emit(events.COMPANY_UPDATED, self)
            if not self.FACTS.isdisjoint(values):
                self.renew_lifecycle()
        return self

    def check_parent(self, parent_id: int | None) -> None:
        """Raises InsideItself where `parent_id` is this company or a part of it, or stands too deep."""
        if parent_id is None:
            return
        if self.id is not None:
            self.hold_hierarchy()
        for _step in range(DEEPEST):
            if parent_id is None:
                return
            if parent_id == self.id:
                raise InsideItself(_("A company cannot be part of itself or of its own parts."))
            parent_id = db.session.scalar(sa.select(Company.parent_id).where(Company.id == parent_id))
        raise InsideItself(_("More companies than that cannot stand above one another."))

    @staticmethod
    def hold_hierarchy() -> None:
        """Until the end of the transaction nobody else moves a company: two moves at once could close a circle that neither of them
        sees. Who locks a company too does so afterwards, or two wait for each other."""
        Organisation.get(lock=True)

    def move_below(self, parent_id: int | None) -> Self:
        """Makes it part of another company, or of none. Raises InsideItself."""
        return self.change(parent_id=parent_id)

    def may_become(self, name: str, value: Any) -> bool:
        try:
            self.check_parent(value if name == "parent_id" else None)
        except InsideItself:
            return False
        return super().may_become(name, value)

    def derive(self) -> None:
        super().derive()
        self.derive_reach()

    def search_texts(self) -> list[str | None]:
        return [self.name, self.city, self.vat_id, *self.point_texts(), *self.former_names()]

    def touch(self) -> None:
        self.last_activity_at = utcnow()

    def _set(self, values: dict[str, Any]) -> None:
        reach = {name: values.pop(name) for name in ("email", "phone", "points", "addresses") if name in values}
        if "parent_id" in values:
            self.check_parent(values["parent_id"])
        self.put(values)
        super().derive()
        points.put(self, **reach)
