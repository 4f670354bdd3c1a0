"""The people who sign in: one of each kind that the rules tell apart. The demo plays with them, and so do the tests."""

from dataclasses import dataclass

import sqlalchemy as sa

from crmlite.auth import roles
from crmlite.auth.models import Role, Team, User
from crmlite.auth.signin import hash_password
from crmlite.extensions import db, writing

PASSWORD = "crmlite-demo"  # noqa: S105 - everybody may know it: the demo refuses to run where strangers can come
DOMAIN = "demo.example"


@dataclass(frozen=True)
class Part:
    """One user: `key` is what the brief calls them, and what stands before the @."""

    key: str
    name: str
    role: str
    team: str | None
    locale: str
    time_zone: str

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


CAST = (
    Part("seller", "Sanne de Wit", "seller", "Europe", "en", "Europe/Amsterdam"),
    Part("colleague", "Mads Lindholt", "seller", "Europe", "nl", "Europe/Copenhagen"),
    Part("rival", "ليلى منصور", "seller", "Gulf and Asia", "ar", "Asia/Dubai"),
    Part("marketing", "Giulia Ferrandi", "marketing", "Marketing", "en", "Europe/Rome"),
    Part("service", "Олег Савин", "service", "Service", "nl", "Europe/Sofia"),
    Part("manager", "Hanneke Dekker", "manager", "Europe", "en", "Europe/Amsterdam"),
    Part("admin", "Robin Ashworth", "administrator", None, "en", "Europe/London"),
)
"""Seller and colleague share a team, the rival sells in another one; the administrator has none."""


def make_cast() -> dict[str, User]:
    """Roles, teams and users, by key, on an upgraded database that has no users. Commits. All have PASSWORD."""
    roles.make_standard()
    password = hash_password(PASSWORD)  # once, and before the transaction: hashing takes longer than all the rows
    writing()
    role_ids = {role.name: role.id for role in db.session.scalars(sa.select(Role))}
    teams = {name: Team(name=name) for name in dict.fromkeys(part.team for part in CAST if part.team)}
    db.session.add_all(teams.values())
    db.session.flush()
    users = {
        part.key: User(
            name=part.name,
            email=part.email,
            password=password,
            role_id=role_ids[part.role],
            team_id=teams[part.team].id if part.team else None,
            locale=part.locale,
            time_zone=part.time_zone,
        )
        for part in CAST
    }
    db.session.add_all(users.values())
    db.session.commit()
    return users
