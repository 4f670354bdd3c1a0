"""What became of an address book since a device looked last: asked of the journal, from the place that its token names.

A token is a place in the journal and what its user could see then. Who may see something else since (another role, another team,
a colleague away) begins anew: the device is told that its token is worth nothing and fetches all.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from crmlite.addressbook.book import BATCH, KINDS, Key, batches
from crmlite.auth import tokens
from crmlite.auth.models import Member, Viewer
from crmlite.contacts.models import Affiliation, Contact
from crmlite.extensions import db
from crmlite.journal import Change
from crmlite.records.points import Address, Point

MOST = 20_000
"""Changes that are looked through; after more of them, such as an import, it is quicker to fetch all."""
_PARTS: dict[str, Any] = {"point": Point, "address": Address, "affiliation": Affiliation}
_WATCHED = (*KINDS, *_PARTS, "member")
_HELD = ("owner_id", "team_id", "deleted_at")
_TOKEN = re.compile(r"urn:crmlite:book:(\d{1,18})-(\d{1,18})-([0-9a-f]{32})")


@dataclass(frozen=True)
class Difference:
    changed: list[Key]
    """In the book, and new or perhaps other than before."""
    gone: list[Key]
    """Were in the book, and are not any more: deleted, or not to be seen any more."""


def token(user: Viewer, locale: str) -> str:
    """Where the journal is now; asked for before the book is read, so that what happens meanwhile is told twice rather than never."""
    last = db.session.scalar(sa.select(sa.func.max(Change.id))) or 0
    return f"urn:crmlite:book:{last}-{_horizon()}-{_sees(user, locale)}"


def since(text: str, user: Viewer, locale: str) -> Difference | None:
    """None where it cannot be told: then all has to be fetched anew."""
    found = _TOKEN.fullmatch(text)
    if found is None or found[3] != _sees(user, locale):
        return None
    last, horizon = int(found[1]), int(found[2])
    if last > (db.session.scalar(sa.select(sa.func.max(Change.id))) or 0):  # of a database that was put back since
        return None
    new = sa.or_(Change.id > last, Change.tx >= horizon) if horizon else Change.id > last
    query = sa.select(Change.record_type, Change.record_id, Change.action, Change.old, Change.new)
    rows = db.session.execute(
        query.where(new, Change.record_type.in_(_WATCHED)).order_by(Change.id).limit(MOST + 1)
    ).all()
    if len(rows) > MOST:
        return None
    past = _Past()
    for row in rows:
        past.read(*row)
    past.follow()
    return None if past.forgotten else past.compare(user)


def _horizon() -> int:
    """Below it no transaction is open any more; 0 on SQLite, where ids become visible in their order."""
    if db.engines["reader"].dialect.name == "sqlite":
        return 0
    oldest = sa.func.pg_snapshot_xmin(sa.func.pg_current_snapshot())
    return db.session.scalar(sa.select(sa.cast(sa.cast(oldest, sa.Text), sa.BigInteger))) or 0


def _sees(user: Viewer, locale: str) -> str:
    """All that a book follows from besides the records, and where the journal begins: where that was cut off, as when the demo
    is taken away, nobody can be told what is gone. It says nothing to who reads it."""
    first = db.session.scalar(sa.select(sa.func.min(Change.id)))
    return tokens.digest("book", user.rights, locale, first).hex()[:32]


@dataclass
class _Past:
    """What changes say of how it was before them."""

    keys: set[Key] = field(default_factory=set)
    """Whose cards may be others now."""
    parts: dict[str, set[int]] = field(default_factory=dict)
    """Parts of cards that were changed: whose they are has to be looked up."""
    before: dict[Key, list[dict[str, Any] | None]] = field(default_factory=dict)
    """Who held a record before each change of it, as far as that was changed; None where it was not there."""
    joined: set[tuple[str, int, int]] = field(default_factory=set)
    """Who (the third) was a member of a record at some time since."""
    members: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Memberships that began or ended, by their rows."""
    moved: list[tuple[int, int, int]] = field(default_factory=list)
    """Memberships that went from one record to another: of which row, from, to."""
    forgotten: bool = False
    """Whether the journal lost what a record was like: it was removed for good."""

    def read(self, name: str, number: int, action: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
        """One change; they come in their order."""
        if name == "member":
            self._member(number, action, old or {}, new or {})
        elif name in _PARTS:
            self._part(name, number, old or {}, new or {})
        else:
            self._record((name, number), action, old, new)

    def _record(self, key: Key, action: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
        first = key not in self.before
        self.keys.add(key)
        before = self.before.setdefault(key, [])
        if old is None and new is None:
            if not (
                first and action == "deleted"
            ):  # where nothing else happened to it since, it lay in the trash already
                self.forgotten = True
        elif action == "created":
            before.append(None)
        else:
            held = _HELD if action == "deleted" else set(_HELD) & set(old or {})
            before.append({column: (old or {}).get(column) for column in held})

    def _part(self, name: str, number: int, old: dict[str, Any], new: dict[str, Any]) -> None:
        values = [(kind, side[f"{kind}_id"]) for side in (old, new) for kind in KINDS if side.get(f"{kind}_id")]
        if name == "affiliation":
            values = [(kind, holder) for kind, holder in values if kind == "contact"]
        self.keys.update(values)
        if not values:
            self.parts.setdefault(name, set()).add(number)

    def _member(self, number: int, action: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        if action == "updated":
            if "record_id" in old:  # a merge carries memberships over
                self.moved.append((number, old["record_id"], new["record_id"]))
            return
        values = old or new
        self.members[number] = values
        if values.get("record_type") in KINDS:
            self._was_member(values, values["record_id"])

    def _was_member(self, values: dict[str, Any], record_id: int) -> None:
        key = (values["record_type"], record_id)
        self.keys.add(key)
        self.joined.add((*key, values["user_id"]))

    def _follow_members(self) -> None:
        """Whose memberships were carried over stands in their rows, or in what the journal keeps of those."""
        query = sa.select(Member.id, Member.record_type, Member.user_id)
        numbers = {number for number, *_records in self.moved}
        rows = [
            row
            for ids in batches(sorted(numbers), BATCH)
            for row in db.session.execute(query.where(Member.id.in_(ids)))
        ]
        known = self.members | {row.id: row._asdict() for row in rows}
        for number, before, after in self.moved:
            values = known.get(number, {})
            if "user_id" not in values:
                self.forgotten = True
            elif values["record_type"] in KINDS:
                self._was_member(values, before)
                self._was_member(values, after)

    def follow(self) -> None:
        """Adds the cards that say something of what changed: of whose parts they were, and of who works there."""
        self._follow_members()
        for name, numbers in self.parts.items():
            model = _PARTS[name]
            for kind in KINDS if name != "affiliation" else ("contact",):
                holder = getattr(model, f"{kind}_id")
                self.keys.update((kind, number) for number in _asked(holder, model.id, numbers) if number)
        companies = {number for name, number in self.keys if name == "company"}
        self.keys.update(("contact", number) for number in _asked(Contact.id, Contact.main_company_id, companies))
        model = KINDS["company"].model
        self.keys.update(("company", number) for number in _asked(model.id, model.parent_id, companies))

    def compare(self, user: Viewer) -> Difference:
        changed, gone = [], []
        for name, kind in KINDS.items():
            model, policy = kind.model, kind.policy
            for ids in batches(sorted(number for kept, number in self.keys if kept == name), BATCH):
                visible = policy.visible(user).with_only_columns(model.id).where(model.id.in_(ids))
                now = set(db.session.scalars(visible))
                query = sa.select(model.id, model.owner_id, model.team_id, model.deleted_at).where(model.id.in_(ids))
                rows = {row.id: row._asdict() for row in db.session.execute(query)}
                members = _members(name, ids, user)
                changed += [(name, number) for number in ids if number in now]
                gone += [
                    (name, number)
                    for number in ids
                    if number not in now and self._was_visible((name, number), rows.get(number), members, user, kind)
                ]
        return Difference(changed, gone)

    def _was_visible(
        self, key: Key, row: dict[str, Any] | None, members: set[tuple[int, int]], user: Viewer, kind: Any
    ) -> bool:
        """At some time since, not only at first: on PostgreSQL some of what is read here was told before."""
        people = [person for person in user.acting("view") if person.scope(key[0], "view") != "none"]
        joined = any((*key, person.id) in self.joined or (key[1], person.id) in members for person in people)
        state = row
        for before in [{}, *reversed(self.before.get(key, []))]:
            state = None if before is None or (state is None and not before) else {**(state or {}), **before}
            if state is None or state["deleted_at"] is not None:
                continue
            if joined or kind.policy.covers(user, "view", SimpleNamespace(**state)):
                return True
        return False


def _asked(what: Any, by: Any, values: Iterable[int]) -> Iterable[int]:
    for batch in batches(sorted(values), BATCH):
        yield from db.session.scalars(sa.select(what).where(by.in_(batch)))


def _members(name: str, ids: list[int], user: Viewer) -> set[tuple[int, int]]:
    """(record, who) of those that are members now."""
    people = [person.id for person in user.acting("view")]
    query = sa.select(Member.record_id, Member.user_id)
    query = query.where(Member.record_type == name, Member.record_id.in_(ids), Member.user_id.in_(people))
    return {(number, user_id) for number, user_id in db.session.execute(query)}
