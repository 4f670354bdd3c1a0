"""What somebody with a role sees, or would see: how many records of each type, and which for instance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crmlite.auth.models import ACTIONS, Role, User, Viewer
from crmlite.auth.roles import kinds
from crmlite.extensions import db

MOST = 1000
"""Counted exactly; more is said to be more."""
EXAMPLES = 3


@dataclass(frozen=True)
class Seen:
    """Of one type of records."""

    label: Any
    number: int
    """How many they see: MOST + 1 where it is more than MOST."""
    total: int
    examples: list[Any]


def holders(role: Role) -> list[User]:
    """Who has that role, by name: the page looks through the eyes of one of them."""
    query = sa.select(User).where(User.role_id == role.id, User.active).order_by(User.name, User.id)
    return list(db.session.scalars(query.limit(200)))


def of(role: Role, given: Mapping[tuple[str, str], str], user: User | None) -> list[Seen]:
    """With these scopes; through the eyes of somebody without team and records where nobody has the role."""
    viewer = _viewer(role, given, user)
    policies = [(kind.label, kind.policy) for kind in kinds().values() if kind.policy is not None]
    numbers = []
    for _label, policy in policies:
        seen = policy.visible(viewer)
        everything = sa.select(policy.model).where(policy.model.deleted_at.is_(None))
        numbers += [_count(seen, policy.model), _count(everything, policy.model)]
    if not numbers:
        return []
    counted = db.session.execute(sa.select(*numbers)).one()
    examples: dict[int, list[str]] = {}
    for at, name in db.session.execute(_examples([policy for _label, policy in policies], viewer)):
        examples.setdefault(at, []).append(name)
    return [
        Seen(label, counted[2 * at], counted[2 * at + 1], examples.get(at, []))
        for at, (label, _policy) in enumerate(policies)
    ]


def _examples(policies: list[Any], viewer: Viewer) -> sa.CompoundSelect[Any]:
    """The newest names of each type that they see, in one statement: (place of the policy, name)."""
    found = []
    for at, policy in enumerate(policies):
        newest = policy.visible(viewer).with_only_columns(policy.model.id, policy.model.name)
        some = newest.order_by(policy.model.id.desc()).limit(EXAMPLES).subquery()
        found.append(sa.select(sa.literal(at), some.c.name))
    return sa.union_all(*found)


def _count(query: sa.Select[Any], model: Any) -> sa.ScalarSelect[int]:
    """In one statement with the others, and no further than it is shown."""
    rows = query.with_only_columns(model.id).limit(MOST + 1).subquery()
    return sa.select(sa.func.count()).select_from(rows).scalar_subquery()


def _viewer(role: Role, given: Mapping[tuple[str, str], str], user: User | None) -> Viewer:
    scopes = {
        (kind, action): given.get((kind, action)) or given.get(("*", action)) or "none"
        for kind in kinds()
        for action in ACTIONS
    }
    return Viewer(
        id=user.id if user else 0,
        name=user.name if user else "",
        email=user.email if user else "",
        role=role.name,
        team_id=user.team_id if user else None,
        locale="en",
        time_zone="UTC",
        theme="auto",
        shortcuts=False,
        scopes=scopes,
    )
