"""Invitations: who may become a user, with which role and team."""

from datetime import datetime, timedelta
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from crmlite import events
from crmlite.auth.models.users import Role, Team, User
from crmlite.extensions import PERSONAL, UNJOURNALED, Base, db, utcnow
from crmlite.journal import Journaled

LIFE = timedelta(days=7)


class Invitation(Journaled, Base):
    """Somebody who was asked to become a user. Good once, for a week, until it is revoked. Its token is in no row."""

    __tablename__ = "invitation"
    email: Mapped[str] = mapped_column(info=PERSONAL, index=True)
    role_id: Mapped[int]
    """No foreign key: a role may be removed when only old invitations name it."""
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    locale: Mapped[str] = mapped_column(default="en")
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    nonce: Mapped[str] = mapped_column(unique=True, info=UNJOURNALED)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    """Who came of it."""
    role: Mapped[Role | None] = relationship(primaryjoin=lambda: foreign(Invitation.role_id) == Role.id)
    team: Mapped[Team | None] = relationship()
    invited_by: Mapped[User | None] = relationship(foreign_keys=[invited_by_id])

    @classmethod
    def create(cls, actor: Any, nonce: str, **values: Any) -> Self:
        """Somebody is invited; the mail is for the caller to send."""
        invitation = cls(invited_by_id=actor.id, nonce=nonce, expires_at=utcnow() + LIFE, **values)
        db.session.add(invitation)
        events.emit(events.INVITATION_SENT, invitation, email=invitation.email)
        return invitation

    @classmethod
    def open(cls) -> list["Invitation"]:
        """Those that nobody has taken up or taken back, the newest first; also those that have expired."""
        query = sa.select(cls).where(cls.accepted_at.is_(None), cls.revoked_at.is_(None))
        query = query.options(sa.orm.joinedload(cls.role), sa.orm.joinedload(cls.team))
        return list(db.session.scalars(query.order_by(cls.id.desc())))

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None

    @property
    def has_expired(self) -> bool:
        return utcnow() >= self.expires_at

    @property
    def works(self) -> bool:
        return self.is_open and not self.has_expired and self.role is not None

    def renew(self) -> Self:
        """Another week, with the same link: the mail before may still be on its way."""
        self.expires_at = utcnow() + LIFE
        events.emit(events.INVITATION_SENT, self, email=self.email)
        return self

    def revoke(self) -> Self:
        self.revoked_at = utcnow()
        events.emit(events.INVITATION_REVOKED, self, email=self.email)
        return self

    def accept(self, name: str, hashed: str, time_zone: str) -> User:
        """The user that comes of it."""
        user = User.create(
            name=name,
            email=self.email,
            password=hashed,
            role=self.role,
            team=self.team,
            locale=self.locale,
            time_zone=time_zone,
        )
        self.accepted_at, self.user_id = utcnow(), user.id
        events.emit(events.INVITATION_ACCEPTED, self, about=[user], user=name)
        return user
