"""What there is to be allowed, and the standard roles with what each may do, as data; they are made at first start."""

from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import Conflict, Forbidden

from crmlite.auth.models import ACTIONS, Absence, Grant, Role, Viewer
from crmlite.auth.models.users import ADMINISTRATOR, active_administrators
from crmlite.extensions import db, writing
from crmlite.journal import Change
from crmlite.web import modules

STANDARD: dict[str, dict[str, dict[str, str]]] = {
    "administrator": {"*": dict.fromkeys(ACTIONS, "all")},
    "manager": {"*": dict.fromkeys(ACTIONS, "all")},
    "seller": {
        **dict.fromkeys(
            ("contact", "company", "lead", "deal", "quote"),
            {"view": "team", "create": "own", "edit": "team", "delete": "own"},
        ),
        "order": {"view": "team", "edit": "team", "delete": "own"},
        "product": {"view": "all"},
    },
    "marketing": {
        **dict.fromkeys(("contact", "company"), {"view": "all", "create": "own", "edit": "own"}),
        **dict.fromkeys(("lead", "web_form"), dict.fromkeys(ACTIONS, "all")),
        **dict.fromkeys(("deal", "product", "quote", "order"), {"view": "all"}),
        "import": {"view": "own", "create": "own"},
        "export": {"create": "own"},
    },
    "service": {
        **dict.fromkeys(("contact", "company"), {"view": "all", "create": "own", "edit": "team"}),
        **dict.fromkeys(("deal", "product", "quote", "order"), {"view": "all"}),
    },
}

ROLE_LABELS = {
    "administrator": _l("Administrator"),
    "manager": _l("Manager"),
    "seller": _l("Seller"),
    "marketing": _l("Marketing"),
    "service": _l("Service"),
}
ACTION_LABELS = {"view": _l("See"), "create": _l("Add"), "edit": _l("Change"), "delete": _l("Delete")}
SCOPE_LABELS = {"none": _l("No"), "own": _l("Own"), "team": _l("The team's"), "all": _l("All")}


class Sees(Protocol):
    """What a type's policy is asked for the page of a role; policies themselves are built on top of roles."""

    model: Any

    def visible(self, user: Viewer) -> sa.Select[Any]: ...


@dataclass(frozen=True)
class Kind:
    """A type of record as roles know it."""

    label: Any
    url: str = ""
    """Its list, where it has one that can be filtered by owner."""
    policy: Sees | None = None
    module: str = ""


def declare(app: Flask, record_type: str, label: Any, url: str = "", policy: Sees | None = None) -> None:
    """Says that roles can be given grants for this type. A module does so when it is on: what is not declared, nobody may."""
    app.extensions.setdefault("crmlite.kinds", {})[record_type] = Kind(label, url, policy, modules.current(app))


def kinds() -> dict[str, Kind]:
    """Those of what is on."""
    found: dict[str, Kind] = current_app.extensions.get("crmlite.kinds", {})
    return {name: kind for name, kind in found.items() if modules.is_on(kind.module)}


def label_of(role: str) -> str:
    """The role's name in the reader's language; roles that were added are called what their maker called them."""
    return str(ROLE_LABELS.get(role, role))


def make_standard() -> None:
    """Makes the standard roles where there is none at all: later changes of a role are the administrator's. Of two processes that
    open a new database at once one makes them."""
    any_role = sa.select(Role.id).limit(1)
    if db.session.scalar(any_role) is not None:
        return
    writing()
    if db.engines[None].dialect.name == "postgresql":
        db.session.execute(sa.text("LOCK TABLE role IN SHARE ROW EXCLUSIVE MODE"))
    if db.session.scalar(any_role) is not None:
        db.session.rollback()
        return
    for name, given in STANDARD.items():
        grants = [
            Grant(record_type=kind, action=action, scope=scope)
            for kind, scopes in given.items()
            for action, scope in scopes.items()
        ]
        db.session.add(Role(name=name, grants=grants))
    db.session.commit()


def table(given: dict[tuple[str, str], str]) -> list[tuple[str, Any, dict[str, str]]]:
    """(type, label, action to scope) for every type there is, and what holds for all others at the end."""
    rows = [(name, kind.label) for name, kind in kinds().items()]
    found = []
    for name, label in [*rows, ("*", _l("Everything else"))]:
        scopes = {action: given.get((name, action)) or given.get(("*", action)) or "none" for action in ACTIONS}
        found.append((name, label, scopes))
    return found


def cell(action: str, scope: str) -> str:
    """What a role may do, in a word: adding is yes or no, the rest says whose."""
    if action == "create":
        return str(_l("Yes")) if scope != "none" else str(_l("No"))
    return str(SCOPE_LABELS[scope])


# --- undo -------------------------------------------------------------------------------------------------------------

OWN_FIELDS = frozenset({"name", "locale", "time_zone", "theme", "shortcuts", "week_start"})


def require_undo(user: Viewer, operation_id: int) -> None:
    """Forbids to take back what the user might not do today: who is no administrator any more does not become one by undo."""
    ours = ("user", "team", "role", "grant", "organisation", "invitation", "absence")
    query = sa.select(Change).where(Change.operation_id == operation_id, Change.record_type.in_(ours))
    for change in db.session.scalars(query):
        mine = change.record_type == "user" and change.record_id == user.id and set(change.new or {}) <= OWN_FIELDS
        firms = change.record_type == "organisation" and user.role == "manager"
        away = change.record_type == "absence" and user.id == _whose_absence(change)
        if not (user.is_administrator or mine or firms or away):
            raise Forbidden


def _whose_absence(change: Change) -> int | None:
    """Who is away: also of one that was called off."""
    row = db.session.get(Absence, change.record_id)
    known: dict[str, Any] = (change.new or {}) | (change.old or {})
    return row.user_id if row is not None else known.get("user_id")


def require_administrator_left() -> None:
    """After an undo, before its commit."""
    if not active_administrators():
        raise Conflict(_("Then nobody would be administrator any more. Make somebody else one first."))


# --- docs/permissions.md ----------------------------------------------------------------------------------------------


def as_markdown() -> str:
    lines = [
        "# Who may do what",
        "",
        "<!-- Made by `crmlite permissions`; a test compares it with what the code says. -->",
        "",
        "Every user has one role. What a role may do is a scope for each type of record and each action; an administrator changes it",
        "under Team, Roles. These are the roles as they come.",
        "",
        "*Own*: records whose owner one is, and those one works on as a member (which does not allow to delete them).",
        "*The team's*: also those of one's team, and those that have neither owner nor team. A record that one may not see does",
        "not exist for oneself: it is in no list, search, count or export, and its address answers 404.",
        "",
        "To change a record is not to say whose it is: the owner is changed by the owner, by whoever may delete the record, and,",
        "where nobody owns it, by whoever may change it without being a mere member. So nobody takes a record over to delete it.",
        "",
        "| Role | Records | See | Add | Change | Delete |",
        "|---|---|---|---|---|---|",
    ]
    for name, given in STANDARD.items():
        scopes = {(kind, action): scope for kind, actions in given.items() for action, scope in actions.items()}
        for kind, label, row in table(scopes):
            shown = " | ".join(cell(action, row[action]) for action in ACTIONS)
            lines.append(f"| {label_of(name)} | {label} | {shown} |")
            del kind
    lines += [
        "",
        "Whatever the grants:",
        "",
        "| What | Who |",
        "|---|---|",
        "| One's own profile, password, second step, devices, absences and notices | everybody |",
        "| See and change what an absent colleague may, but neither delete it nor give it away | their stand-in, while it lasts |",
        "| Organisation | administrators and managers |",
        "| Team: users, invitations, teams, roles, who has to sign in with two steps | administrators |",
        "| Doctor, failed jobs, retention | administrators |",
        "| Outbox: all mail, trying the mail server again | administrators and managers; others see what they sent or got |",
        "| Undo | whoever did it, as long as they might still do it; administrators |",
        "",
        "There is always one administrator: the last one can be neither deactivated nor given another role.",
    ]
    return "\n".join(lines) + "\n"


def is_standard(name: str) -> bool:
    """Roles as they come keep their names, which what crmlite says of them rests on, and are not removed."""
    return name in STANDARD


def is_fixed(role: Role) -> bool:
    """Administrators may do everything, or they could lock everybody out."""
    return role.name == ADMINISTRATOR
