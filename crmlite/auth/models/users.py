"""Users, their teams, and roles with what each may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crmlite import events
from crmlite.auth.models.device_passwords import DevicePassword
from crmlite.auth.models.resets import PasswordReset
from crmlite.auth.models.sessions import UserSession
from crmlite.extensions import PERSONAL, UNJOURNALED, Base, db
from crmlite.journal import Journaled

SCOPES = ("none", "own", "team", "all")
ACTIONS = ("view", "create", "edit", "delete")
ADMINISTRATOR = "administrator"


class Team(Journaled, Base):
    __tablename__ = "team"
    name: Mapped[str] = mapped_column(unique=True)

    @classmethod
    def create(cls, name: str) -> Self:
        team = cls(name=name)
        db.session.add(team)
        events.emit(events.TEAM_CREATED, team, team=name)
        return team

    def rename(self, name: str) -> Self:
        if name != self.name:
            was, self.name = self.name, name
            events.emit(events.TEAM_RENAMED, self, was=was, now=name)
        return self


class Role(Journaled, Base):
    __tablename__ = "role"
    name: Mapped[str] = mapped_column(unique=True)
    second_factor: Mapped[bool] = mapped_column(default=False)
    """Whether everybody with this role has to sign in with two steps."""
    grants: Mapped[list["Grant"]] = relationship(back_populates="role", cascade="all")

    @classmethod
    def create(cls, name: str, like: "Role") -> Self:
        """A role that may do what `like` may, to begin with."""
        role = cls(
            name=name,
            second_factor=like.second_factor,
            grants=[Grant(record_type=g.record_type, action=g.action, scope=g.scope) for g in like.grants],
        )
        db.session.add(role)
        events.emit(events.ROLE_CREATED, role, role=name)
        return role

    def rename(self, name: str) -> Self:
        if name != self.name:
            was, self.name = self.name, name
            events.emit(events.ROLE_RENAMED, self, was=was, now=name)
        return self

    def remove(self) -> None:
        """With its grants; nobody may have it any more."""
        events.emit(events.ROLE_REMOVED, self, role=self.name)
        for grant in list(self.grants):
            db.session.delete(grant)
        db.session.flush()  # an undo goes backwards: it needs the role before its grants
        db.session.expire(self, ["grants"])
        db.session.delete(self)

    def give(self, scopes: Mapping[tuple[str, str], str]) -> Self:
        """Sets what it may do: (record type, action) to scope. What is not named stays as it is."""
        known = {(grant.record_type, grant.action): grant for grant in self.grants}

        def put() -> None:
            for (record_type, action), scope in scopes.items():
                grant = known.get((record_type, action))
                if grant is not None:
                    grant.scope = scope
                elif scope != "none":
                    self.grants.append(Grant(record_type=record_type, action=action, scope=scope))

        if events.changed(put):
            events.emit(events.ROLE_CHANGED, self, role=self.name)
        return self


class Grant(Journaled, Base):
    """What a role may do with records of one type (`*`: of every type), and with whose."""

    __tablename__ = "grant"
    __table_args__ = (sa.UniqueConstraint("role_id", "record_type", "action"),)
    role_id: Mapped[int] = mapped_column(sa.ForeignKey("role.id"))
    record_type: Mapped[str]
    action: Mapped[str]
    scope: Mapped[str]
    role: Mapped[Role] = relationship(back_populates="grants")


class User(Journaled, Base):
    __tablename__ = "user"
    name: Mapped[str] = mapped_column(info=PERSONAL)
    email: Mapped[str] = mapped_column(unique=True, info=PERSONAL)
    """Folded to lower case: it is what people sign in with."""
    password: Mapped[str] = mapped_column(info=UNJOURNALED)
    role_id: Mapped[int] = mapped_column(sa.ForeignKey("role.id"))
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    locale: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    theme: Mapped[str] = mapped_column(default="auto")
    shortcuts: Mapped[bool] = mapped_column(default=True)
    week_start: Mapped[int | None]
    """The day that weeks begin with, Monday is 0; None: as in their language."""
    active: Mapped[bool] = mapped_column(default=True)
    role: Mapped[Role] = relationship()
    team: Mapped[Team | None] = relationship()

    @classmethod
    def create(cls, **values: Any) -> Self:
        """Somebody who may sign in. `password` is a hash."""
        user = cls(**values)
        db.session.add(user)
        events.emit(events.USER_CREATED, user, user=user.name)
        return user

    def change(self, **values: Any) -> Self:
        """What people decide for themselves: name, language, time zone, theme, shortcuts."""

        def put() -> None:
            for name, value in values.items():
                setattr(self, name, value)

        if events.changed(put):
            events.emit(events.USER_UPDATED, self, user=self.name)
        return self

    def assign(self, role: Role, team: Team | None) -> Self:
        """Another role or team. With another role they have to sign in again; records stay with the team they are in."""
        if role.id != self.role_id:
            self.sign_out()
        elif (team.id if team else None) == self.team_id:
            return self
        self.role, self.team = role, team
        events.emit(events.USER_ASSIGNED, self, user=self.name, role=role.name, team=team.name if team else "")
        return self

    def set_password(self, hashed: str, but: int | None = None) -> Self:
        """Signs all devices out, except the session `but`, and ends the passwords of phones. Final: the old password is not kept."""
        self.password = hashed
        self.sign_out(but)
        DevicePassword.end_all(self.id)
        events.emit(events.USER_PASSWORD_CHANGED, self, user=self.name)
        return self

    def deactivate(self) -> Self:
        """They sign in no more, and nothing else changes: their records stay theirs and the team's."""
        self.active = False
        self.sign_out()
        DevicePassword.end_all(self.id)
        events.emit(events.USER_DEACTIVATED, self, user=self.name)
        return self

    def reactivate(self) -> Self:
        self.active = True
        events.emit(events.USER_REACTIVATED, self, user=self.name)
        return self

    def is_last_administrator(self) -> bool:
        """Locks the administrators' rows, so that two of them cannot remove each other at the same moment."""
        return self.active and active_administrators() == [self.id]

    def sign_out(self, but: int | None = None) -> None:
        """Ends all of their sessions except that one, and every link to a new password. Final."""
        UserSession.end_all(self.id, but)
        PasswordReset.end_all(self.id)


def active_administrators() -> list[int]:
    """Their ids, the rows locked."""
    query = sa.select(User.id).join(Role, Role.id == User.role_id).where(Role.name == ADMINISTRATOR, User.active)
    return list(db.session.scalars(query.order_by(User.id).with_for_update(of=User)))


@dataclass(frozen=True)
class Viewer:
    """The user of a request with what they may do, read in one statement: what policies and templates look at."""

    id: int
    name: str
    email: str
    role: str
    team_id: int | None
    locale: str
    time_zone: str
    theme: str
    shortcuts: bool
    scopes: dict[tuple[str, str], str]
    """(record type, action) to scope; what is not there is none."""
    session_id: int | None = None
    seen_at: datetime | None = None
    news: str = ""
    """The version whose news they have seen."""
    owes_second_factor: bool = False
    """Whether nothing is open to them before they have set up the second step."""
    week_start: int | None = None
    absent: tuple["Viewer", ...] = ()
    """Colleagues whom this one stands in for today."""

    def acting(self, action: str) -> tuple["Viewer", ...]:
        """Whose rights hold: one's own, and to see and to change also those of the absent."""
        return (self, *self.absent) if action in {"view", "edit"} else (self,)

    def may(self, record_type: str, action: str) -> bool:
        """Whether there may be any record of that type that this user may `action`."""
        return any(person.scope(record_type, action) != "none" for person in self.acting(action))

    def scope(self, record_type: str, action: str) -> str:
        """Whose records, by one's own rights alone."""
        return self.scopes.get((record_type, action)) or self.scopes.get(("*", action)) or "none"

    @cached_property
    def rights(self) -> tuple[Any, ...]:
        """All that policies look at: two viewers with the same may see the same."""
        return self.id, self.team_id, tuple(self.scopes.items()), tuple(person.rights for person in self.absent)

    @property
    def is_administrator(self) -> bool:
        return self.role == ADMINISTRATOR
