"""Holidays and illness: who is away, from when until when, and who stands in."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events
from crmlite.auth.models.users import User
from crmlite.extensions import Base, db, utcnow
from crmlite.journal import Journaled


class Absence(Journaled, Base):
    """Days on which a colleague sees and changes what the absent one may. It ends by itself."""

    __tablename__ = "absence"
    LONGEST: ClassVar[int] = 366
    """Days. Who is away for longer hands over."""
    __table_args__ = (
        sa.Index(None, "deputy_id", "ends_at"),
        sa.Index(None, "user_id", "ends_at"),
    )
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    deputy_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    starts_at: Mapped[datetime]
    """When the first day begins where the absent one lives."""
    ends_at: Mapped[datetime]
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    deputy: Mapped[User] = relationship(foreign_keys=[deputy_id])

    @classmethod
    def create(cls, user: User, deputy: User, first_day: date, last_day: date) -> Self:
        absence = cls(user=user, deputy=deputy, first_day=first_day, last_day=last_day)
        zone = ZoneInfo(user.time_zone)
        absence.starts_at = datetime.combine(first_day, time(), zone).astimezone(UTC)
        absence.ends_at = datetime.combine(last_day + timedelta(days=1), time(), zone).astimezone(UTC)
        db.session.add(absence)
        db.session.flush()
        events.emit(
            events.ABSENCE_SET,
            absence,
            about=[user, deputy],
            user=user.name,
            deputy=deputy.name,
            first_day=first_day,
            last_day=last_day,
        )
        return absence

    def end(self) -> Self:
        """They are back, from this moment on; one that has not begun is called off."""
        events.emit(events.ABSENCE_ENDED, self, about=[self.user], user=self.user.name)
        if self.starts_at >= utcnow():
            db.session.delete(self)
        else:
            self.last_day = utcnow().astimezone(ZoneInfo(self.user.time_zone)).date()
            self.ends_at = utcnow()
        return self

    @property
    def is_now(self) -> bool:
        return self.starts_at <= utcnow() < self.ends_at

    @property
    def is_coming(self) -> bool:
        """Whether it is not over yet."""
        return utcnow() < self.ends_at

    @classmethod
    def coming(cls) -> list[Self]:
        """Everybody's that are not over."""
        return cls._coming(sa.true())

    @classmethod
    def of(cls, user_id: int) -> list[Self]:
        """Those of that user that are not over, the next one first."""
        return cls._coming(cls.user_id == user_id)

    @classmethod
    def covered(cls, user_id: int) -> list[Self]:
        """Those in which that user stands in, now or later."""
        return cls._coming(cls.deputy_id == user_id)

    @classmethod
    def overlapping(cls, user_id: int, first_day: date, last_day: date) -> Self | None:
        query = sa.select(cls).where(cls.user_id == user_id, cls.ends_at > utcnow())
        return db.session.scalar(query.where(cls.first_day <= last_day, cls.last_day >= first_day).limit(1))

    @classmethod
    def _coming(cls, which: sa.ColumnElement[bool]) -> list[Self]:
        query = sa.select(cls).where(which, cls.ends_at > utcnow()).order_by(cls.starts_at, cls.id)
        return list(db.session.scalars(query.options(sa.orm.joinedload(cls.user), sa.orm.joinedload(cls.deputy))))

    # --- for queries; `now` is a parameter of each

    @classmethod
    def goes_on(cls, now: Any = None) -> sa.ColumnElement[bool]:
        moment = utcnow() if now is None else now
        return sa.and_(cls.starts_at <= moment, cls.ends_at > moment)

    @classmethod
    def covered_by(cls, user_id: Any) -> sa.ColumnElement[bool]:
        """Whether that user stands in for anybody at the parameter `now`."""
        now = sa.bindparam("now", type_=cls.starts_at.type)
        return sa.exists().where(cls.deputy_id == user_id, cls.goes_on(now)).label("stands_in")

    @classmethod
    def absent_of(cls, user_id: int) -> sa.Select[Any]:
        """Ids of whom that user stands in for at this moment."""
        return sa.select(cls.user_id).where(cls.deputy_id == user_id, cls.goes_on())
