"""Custom fields: what a firm wants to know of its records besides, as rows. Their values are `record.custom`, by key.

A field is an `x.<key>` wherever a column is: in forms, cells, lists, filters, the journal. Its key is made from its first
label, never changes and is never given twice; so is that of an option, and renaming one changes no record.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

import sqlalchemy as sa
from anyascii import anyascii
from flask import g, has_app_context
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import Conflict

from crmlite import events
from crmlite.auth.models import Organisation, User, Viewer
from crmlite.extensions import UNJOURNALED, Base, db, utcnow
from crmlite.journal import Journaled
from crmlite.money import decimals
from crmlite.numbers import MICRO, parse_decimal

PREFIX = "x."
MOST = 100
"""Of one type of record, without those that were deleted."""
MOST_OPTIONS = 200
MAX_LABEL = 80
MAX_TEXT = 500
KINDS = (
    ("text", _l("Text")),
    ("number", _l("Number")),
    ("money", _l("Amount of money")),
    ("date", _l("Date")),
    ("choice", _l("Choice")),
    ("choices", _l("Several choices")),
    ("person", _l("Person who works here")),
    ("file", _l("File")),
    ("link", _l("Link")),
)
KIND_LABELS = dict(KINDS)
WITH_OPTIONS = ("choice", "choices")


class CustomField(Journaled, Base):
    """One field of one type of record. `position` is its place among those of its type."""

    __tablename__ = "custom_field"
    __table_args__ = (sa.UniqueConstraint("record_type", "key"),)
    record_type: Mapped[str]
    key: Mapped[str]
    label: Mapped[str]
    kind: Mapped[str]
    options: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    """Of a choice: {key, label, off}; one that is `off` is not offered any more, and stays where it was chosen."""
    currency: Mapped[str] = mapped_column(default="")
    """Of an amount: that of all its values."""
    for_person: Mapped[bool] = mapped_column(default=False)
    """Whether the person themself sees and corrects it, of a contact: crmlite/details."""
    position: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    retired_at: Mapped[datetime | None]
    """Since when it is not shown; its values stay."""
    deleted_at: Mapped[datetime | None]
    """Since when it is gone; its values follow when the time in the trash is over, its key stays taken."""
    row_version: Mapped[int] = mapped_column(default=1, info=UNJOURNALED)

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012

    @classmethod
    def create(
        cls,
        actor: Any,
        record_type: str = "contact",
        label: str = "",
        kind: str = "text",
        options: Iterable[str] = (),
        currency: str = "",
        for_person: bool = False,
    ) -> Self:
        """A new field, the last of its type; `options` are the labels of what can be chosen. Raises Conflict where there are MOST."""
        if kind not in KIND_LABELS or not label.strip():
            raise ValueError(kind)
        taken = _taken(record_type)
        if sum(not row.is_deleted for row in taken) >= MOST:
            raise Conflict(_("There are %(count)d fields already. Delete one that nobody needs first.", count=MOST))
        field = cls(
            record_type=record_type,
            key=_free_key(label, {row.key for row in taken}),
            label=label.strip()[:MAX_LABEL],
            kind=kind,
            options=_options((), [(None, text, False) for text in options]) if kind in WITH_OPTIONS else [],
            for_person=for_person and _is_for_people(record_type, kind),
            currency=(currency or Organisation.get().currency) if kind == "money" else "",
            position=max((row.position for row in taken), default=0) + 1,
        )
        db.session.add(field)
        events.emit(events.CUSTOM_FIELD_CREATED, field, field=field.label)
        forget()
        return field

    def change(
        self,
        label: str,
        options: Iterable[tuple[str | None, str, bool]] | None = None,
        for_person: bool | None = None,
    ) -> Self:
        """Renames it. `options` are all it has from now on, in that order: (key, or None for a new one, label, whether it is
        off). One that is left out is off: records may have it."""

        def put() -> None:
            self.label = label.strip()[:MAX_LABEL]
            if for_person is not None:
                self.for_person = for_person and _is_for_people(self.record_type, self.kind)
            if options is not None:
                self.options = _options(self.options, options)

        if events.changed(put):
            events.emit(events.CUSTOM_FIELD_UPDATED, self, field=self.label)
        forget()
        return self

    def move(self, up: bool) -> Self:
        """Changes places with the one before or after it."""
        rows = [row for row in _taken(self.record_type) if row.is_shown]
        at = next((n for n, row in enumerate(rows) if row.id == self.id), None)
        to = None if at is None else at + (-1 if up else 1)
        if to is not None and 0 <= to < len(rows):
            other = rows[to]
            self.position, other.position = other.position, self.position
            events.emit(events.CUSTOM_FIELD_MOVED, self, field=self.label)
            forget()
        return self

    def retire(self) -> Self:
        """It is not asked for and not shown any more; what records have of it stays."""
        if self.retired_at is None:
            self.retired_at = utcnow()
            events.emit(events.CUSTOM_FIELD_RETIRED, self, field=self.label)
            forget()
        return self

    def restore(self) -> Self:
        """It is back, with all its values."""
        if self.retired_at is not None:
            self.retired_at = None
            events.emit(events.CUSTOM_FIELD_RESTORED, self, field=self.label)
            forget()
        return self

    def delete(self) -> Self:
        """It is gone, and what records have of it is gone with it when its time in the trash is over."""
        self.deleted_at = utcnow()
        events.emit(events.CUSTOM_FIELD_DELETED, self, field=self.label)
        forget()
        return self

    def may_become(self, name: str, value: Any) -> bool:
        """An undo does not bring back what is gone for good."""
        return name != "deleted_at" or value is not None or self.label != ""

    def stored(self, value: Any) -> Any:
        """What records keep of `value`: of a text a number, day or choice is read, with a point, as 2026-05-31, by its key or
        label; anything else is in the stored units already. Raises ValueError for what does not fit."""
        if value in (None, "", []):
            return None
        if self.kind in WITH_OPTIONS:
            several = [self._key_of(one) for one in (value if isinstance(value, list | tuple) else [value])]
            return several if self.kind == "choices" else several[0]
        if self.kind in {"number", "money"}:
            places = decimals(self.currency) if self.kind == "money" else MICRO
            if not isinstance(value, str | Decimal):
                return int(value)
            return parse_decimal(str(value), "en", places, at_most=10**12, may_be_negative=True)
        if self.kind == "date":
            return (date.fromisoformat(value) if isinstance(value, str) else value).isoformat()
        return int(value) if self.kind in {"person", "file"} else str(value)

    def _key_of(self, value: str) -> str:
        wanted = {value, value.casefold()}
        found = next((key for key, label in self.labels.items() if {key, label.casefold()} & wanted), None)
        if found is None:
            raise ValueError(value)
        return found

    @property
    def name(self) -> str:
        """What it is called as a column."""
        return PREFIX + self.key

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def is_shown(self) -> bool:
        return self.deleted_at is None and self.retired_at is None

    @property
    def labels(self) -> dict[str, str]:
        """Options by key, also those that are off."""
        return {option["key"]: option["label"] for option in self.options}

    def offered(self, besides: Iterable[str] = ()) -> list[tuple[str, str]]:
        """Options that can be chosen, with those of `besides`, which were chosen before."""
        kept = set(besides)
        return [(o["key"], o["label"]) for o in self.options if not o.get("off") or o["key"] in kept]


def of(kind: Any) -> tuple[CustomField, ...]:
    """The fields that records of this type (or of the type of this name) are asked for, in order. One statement a request."""
    name = kind if isinstance(kind, str) else kind.name
    return tuple(field for field in everything() if field.record_type == name and field.is_shown)


def everything() -> list[CustomField]:
    """Also those that are retired or deleted, to be read: a verb wants one that was found in the session."""
    return _firm()[1]


def people() -> list[tuple[int, str, bool]]:
    """Everybody who works or worked here: id, name, whether they still do. Read with the fields, in one statement."""
    return _firm()[0]


def forget() -> None:
    """What was read is not so any more."""
    if has_app_context():
        g.pop("_firm", None)


def _firm() -> tuple[list[tuple[int, str, bool]], list[CustomField]]:
    if not has_app_context():
        return _read()
    if "_firm" not in g:
        g._firm = _read()
    found: tuple[list[tuple[int, str, bool]], list[CustomField]] = g._firm
    return found


def _read() -> tuple[list[tuple[int, str, bool]], list[CustomField]]:
    """Both are small, both are asked for by nearly every page."""
    names = ("record_type", "key", "kind", "currency", "options", "for_person", "position", "retired_at", "deleted_at")
    columns = [CustomField.__table__.c[name] for name in names]
    nothing = [sa.cast(sa.null(), column.type).label(column.name) for column in columns]
    users = sa.select(User.id, User.name.label("label"), User.active, *nothing)
    fields = sa.select(CustomField.id, CustomField.label, sa.null(), *columns)
    with db.session.no_autoflush:
        rows = db.session.execute(sa.union_all(users, fields)).all()
    works = sorted(((row.id, row.label, row.active) for row in rows if row.key is None), key=lambda row: row[1])
    found = [
        CustomField(id=row.id, label=row.label, **{name: row._mapping[name] for name in names})
        for row in rows
        if row.key
    ]
    return works, sorted(found, key=lambda field: (field.position, field.id))


def lives(record_type: str, name: str) -> bool:
    """Whether there is a field of that name (`x.size`) that was not deleted; asked of the database."""
    query = sa.select(CustomField.id).where(CustomField.record_type == record_type, CustomField.deleted_at.is_(None))
    with db.session.no_autoflush:
        return db.session.scalar(query.where(CustomField.key == name.removeprefix(PREFIX))) is not None


def may_edit_fields(user: Viewer) -> bool:
    """Which fields there are is said by managers and administrators, or who else has a grant for `custom_field`."""
    return user.scope("custom_field", "edit") != "none"


def _taken(record_type: str) -> list[CustomField]:
    query = sa.select(CustomField).where(CustomField.record_type == record_type)
    return list(db.session.scalars(query.order_by(CustomField.position, CustomField.id)))


def _is_for_people(record_type: str, kind: str) -> bool:
    """Colleagues and files are nothing that somebody outside could choose among."""
    return record_type == "contact" and kind not in {"person", "file"}


def _free_key(label: str, taken: Iterable[str]) -> str:
    """A word of the label in plain letters, with a number behind it where there is one like it already."""
    word = re.sub(r"[^a-z0-9]+", "_", anyascii(label).lower()).strip("_")[:40] or "field"
    used = set(taken)
    return next(key for n in range(1, len(used) + 2) if (key := word if n == 1 else f"{word}_{n}") not in used)


def _options(now: Iterable[dict[str, Any]], wanted: Iterable[tuple[str | None, str, bool]]) -> list[dict[str, Any]]:
    known = {option["key"]: option for option in now}
    used = set(known)
    found = []
    for key, label, off in wanted:
        if not (text := " ".join(label.split())[:MAX_LABEL]):
            continue
        if key is None or known.pop(key, None) is None:
            key = _free_key(text, used)
            used.add(key)
        found.append({"key": key, "label": text, **({"off": True} if off else {})})
    return found[:MOST_OPTIONS] + [{**option, "off": True} for option in known.values()]
