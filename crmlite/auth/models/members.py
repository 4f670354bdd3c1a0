"""Who works on a record together, and what users chose for themselves."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite.auth.models.users import User
from crmlite.extensions import Base, db, insert
from crmlite.journal import Journaled


class Member(Journaled, Base):
    """A user who works on one record together with its owner."""

    __tablename__ = "member"
    is_copied: ClassVar[bool] = False
    __table_args__ = (
        sa.UniqueConstraint("record_type", "record_id", "user_id"),
        sa.Index(None, "user_id", "record_type", "record_id"),
    )
    record_type: Mapped[str]
    record_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    role: Mapped[str] = mapped_column(default="")
    user: Mapped[User] = relationship()

    def concerns(self) -> list[tuple[str, int]]:
        return [(self.record_type, self.record_id)]


class Preference(Base):
    """What one user chose for oneself, such as the columns of a list."""

    __tablename__ = "preference"
    __table_args__ = (sa.UniqueConstraint("user_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    name: Mapped[str]
    value: Mapped[dict[str, Any]]

    @classmethod
    def read(cls, user_id: int, name: str) -> dict[str, Any]:
        return db.session.scalar(_PREFERENCE, {"user": user_id, "name": name}) or {}

    @classmethod
    def write(cls, user_id: int, name: str, value: dict[str, Any]) -> None:
        row = insert(cls.__table__).values(user_id=user_id, name=name, value=value)
        db.session.execute(
            row.on_conflict_do_update(index_elements=["user_id", "name"], set_={"value": row.excluded.value})
        )


_PREFERENCE = sa.select(Preference.value).where(
    Preference.user_id == sa.bindparam("user"), Preference.name == sa.bindparam("name")
)
