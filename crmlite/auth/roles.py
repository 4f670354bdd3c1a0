"""The standard roles with what each may do, as data; made at first start."""

import sqlalchemy as sa

from crmlite.auth.models import ACTIONS, Grant, Role
from crmlite.extensions import db, writing

STANDARD: dict[str, dict[str, dict[str, str]]] = {
    "administrator": {"*": dict.fromkeys(ACTIONS, "all")},
    "manager": {"*": dict.fromkeys(ACTIONS, "all")},
    "seller": {
        **dict.fromkeys(
            ("contact", "company", "lead"), {"view": "team", "create": "own", "edit": "team", "delete": "own"}
        ),
    },
    "marketing": {
        **dict.fromkeys(("contact", "company"), {"view": "all", "create": "own", "edit": "own"}),
        **dict.fromkeys(("lead", "web_form"), dict.fromkeys(ACTIONS, "all")),
    },
    "service": dict.fromkeys(("contact", "company"), {"view": "all", "create": "own", "edit": "team"}),
}


def make_standard() -> None:
    """Makes the standard roles where there is none at all: later changes of a role are the administrator's."""
    if db.session.scalar(sa.select(Role.id).limit(1)) is not None:
        return
    writing()
    for name, kinds in STANDARD.items():
        grants = [
            Grant(record_type=kind, action=action, scope=scope)
            for kind, given in kinds.items()
            for action, scope in given.items()
        ]
        db.session.add(Role(name=name, grants=grants))
    db.session.commit()
