"""The notices of one user, newest first, by day; those of the same about the same record stand together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from crmlite import web
from crmlite.auth.models import Viewer
from crmlite.desk import things
from crmlite.desk.kinds import KINDS
from crmlite.desk.models import Notice
from crmlite.extensions import db, utcnow
from crmlite.journal import Operation
from crmlite.records import types
from crmlite.records.colleagues import users
from crmlite.records.timeline import period

PAGE = 50
Key = tuple[str, int]


@dataclass(frozen=True)
class Entry:
    id: int
    at: datetime
    sentence: str
    icon: str
    url: str | None
    """None where the record may not be seen any more."""
    is_unread: bool
    for_whom: str
    """The absent colleague whose notice it is."""
    more: int
    """How many of the same are older."""


def standing(user_id: int) -> sa.Select[Any]:
    """Notices of what was not taken back."""
    query = sa.select(Notice).join(Operation, Operation.id == Notice.operation_id)
    return query.where(Notice.user_id == user_id, Operation.undone_by_id.is_(None), Notice.kind.in_(KINDS))


class Inbox:
    """A page of what `user` should know of, older than the notice `before`."""

    def __init__(self, user: Viewer, unread: bool = False, before: int | None = None, limit: int = PAGE) -> None:
        self.user, self.unread, self.before, self.limit = user, unread, before, limit

    @cached_property
    def groups(self) -> list[tuple[str, list[Entry]]]:
        return [(label, list(entries)) for label, entries in groupby(self.entries, key=lambda entry: period(entry.at))]

    @cached_property
    def entries(self) -> list[Entry]:
        rows = self._rows[: self.limit]
        names = _names(self.user, {(notice.record_type, notice.record_id) for notice, _actor_id, _kind in rows})
        return [self._entry(list(same), names) for _key, same in groupby(rows, key=lambda row: _about(row[0]))]

    @property
    def newest(self) -> int:
        """What "all read" means: those that were there when the page was."""
        return self._rows[0][0].id if self._rows else 0

    @property
    def next_before(self) -> int | None:
        return self._rows[self.limit - 1][0].id if len(self._rows) > self.limit else None

    @cached_property
    def _rows(self) -> list[Any]:
        query = standing(self.user.id).add_columns(Operation.actor_id, Operation.actor_kind)
        if self.unread:
            query = query.where(Notice.read_at.is_(None))
        if self.before is not None:
            query = query.where(Notice.id < self.before)
        return list(db.session.execute(query.order_by(Notice.id.desc()).limit(self.limit + 1)))

    def _entry(self, rows: list[Any], names: dict[Key, tuple[str, str]]) -> Entry:
        notice, actor_id, _actor_kind = rows[0]
        name, url = names.get((notice.record_type, notice.record_id), (None, None))
        return Entry(
            id=notice.id,
            at=notice.at,
            sentence=sentence(notice, name, users().get(actor_id or 0, {}).get("name")),
            icon=KINDS[notice.kind].icon,
            url=_list_of(notice) or url,
            is_unread=any(row[0].read_at is None for row in rows),
            for_whom=users().get(notice.for_user_id, {}).get("name", ""),
            more=len(rows) - 1,
        )


def sentence(notice: Notice, name: str | None, actor: str | None) -> str:
    """What a notice says in the reader's language; without the record's name where they may not see it."""
    shown = _("something that you may not see any more") if name is None else web.isolated(f"“{name}”")
    return KINDS[notice.kind].sentence(notice.count, {"actor": actor or "crmlite", "record": shown})


def _about(notice: Notice) -> tuple[Any, ...]:
    return notice.kind, notice.record_type, notice.record_id, notice.for_user_id, notice.count == 1


def _list_of(notice: Notice) -> str | None:
    """Where many records are, that somebody was handed at once."""
    kind = types.get(notice.record_type)
    if notice.count == 1 or kind is None:
        return None
    return f"{kind.url}?owner={notice.for_user_id or 'me'}"


def _names(user: Viewer, wanted: Iterable[Key]) -> dict[Key, tuple[str, str]]:
    """Name and address of those that the user may see, in one statement."""
    ids: dict[str, set[int]] = {}
    for record_type, number in wanted:
        ids.setdefault(record_type, set()).add(number)
    kinds = {name: kind for name in sorted(ids) if (kind := types.get(name)) is not None}
    queries = [
        sa.select(sa.literal(name), kind.model.id, kind.model.name).where(
            kind.model.id.in_(ids[name]), kind.model.deleted_at.is_(None), kind.policy.rows(user)
        )
        for name, kind in kinds.items()
    ]
    others = {name: thing for name, thing in things.declared().items() if name in ids}
    queries += [
        sa.select(sa.literal(name), thing.model.id, thing.name).where(thing.model.id.in_(ids[name]), thing.rows(user))
        for name, thing in others.items()
    ]
    rows = db.session.execute(sa.union_all(*queries)) if queries else ()
    return {
        (name, number): (
            title or _("Without a name"),
            kinds[name].url_of(number) if name in kinds else f"{others[name].url}{number}",
        )
        for name, number, title in rows
    }


# --- read and unread --------------------------------------------------------------------------------------------------


def mark(user_id: int, notice_id: int, read: bool) -> bool:
    """That notice and those of the same about the same record; False for one that is not theirs."""
    notice = db.session.scalar(sa.select(Notice).where(Notice.user_id == user_id, Notice.id == notice_id))
    if notice is None:
        return False
    same = sa.and_(
        Notice.kind == notice.kind, Notice.record_type == notice.record_type, Notice.record_id == notice.record_id
    )
    _put(sa.and_(same, Notice.user_id == user_id), read)
    return True


def mark_all(user_id: int, newest: int) -> None:
    _put(sa.and_(Notice.user_id == user_id, Notice.id <= newest), True)


def has_unread_about(user_id: int, record: Any) -> bool:
    return db.session.scalar(sa.select(Notice.id).where(*_of(user_id, record)).limit(1)) is not None


def mark_about(user_id: int, record: Any) -> None:
    """Whoever looks at the record has read what there was to say of it."""
    _put(sa.and_(*_of(user_id, record)), True)


def _of(user_id: int, record: Any) -> tuple[sa.ColumnElement[bool], ...]:
    about = (Notice.record_type == record.__tablename__, Notice.record_id == record.id, Notice.count == 1)
    return (Notice.user_id == user_id, Notice.read_at.is_(None), *about)


def _put(which: sa.ColumnElement[bool], read: bool) -> None:
    other = Notice.read_at.is_(None) if read else Notice.read_at.is_not(None)
    db.session.execute(sa.update(Notice).where(which, other).values(read_at=utcnow() if read else None))
