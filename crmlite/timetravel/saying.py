"""The past in words: fields and parts of a record as their readers know them, and which of them can be set back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crmlite import journal, web
from crmlite.auth.models import Viewer
from crmlite.extensions import db
from crmlite.journal.history import Values
from crmlite.records import points, rows, types
from crmlite.records.timeline import in_words
from crmlite.records.types import Column, RecordType
from crmlite.timetravel.past import Snapshot

PART_LABELS = {
    "point": _l("E-mails, phones and links"),
    "address": _l("Addresses"),
    "affiliation": _l("Works at"),
    "tagging": _l("Tags"),
}
_POINT_LABELS = dict(points.LABELS)
FROM_PARTS = frozenset({"main_email", "main_phone"})
"""Fields that copy a part."""
FOLLOWS = frozenset({"lifecycle", "last_activity_at", "created_at", "row_version"})
"""Fields that follow from others, or from what happened: nobody sets them back."""
LEFT_OUT = frozenset({"price"})
"""Kinds of columns that show other tables."""
LEFT_TO_RIGHT = frozenset({"email", "phone", "url", "code", "number", "money", "amount", "micro", "date"})
"""Kinds of columns whose values run so in every language."""
NAMED = {
    "contact": ("city", "country"),
    "company": ("name", "parent_id", "city", "country"),
    "deal": ("name", "contact_id", "company_id", "currency"),
    "product": ("name", "code"),
}
"""Fields that can be set back beside those which are changed in place."""


@dataclass(frozen=True)
class Field:
    """One field, or one kind of parts, at two moments."""

    name: str
    label: Any
    was: tuple[str, ...]
    """What it said, a line each."""
    now: tuple[str, ...]
    differs: bool
    may_set_back: bool = False
    steps: tuple[tuple[datetime, str], ...] = field(default=())
    """When it was changed between the two, and by whom, the latest first."""

    @property
    def only_was(self) -> tuple[str, ...]:
        """The lines that only the earlier moment has; all, where the two differ in what lines do not say."""
        return tuple(line for line in self.was if line not in self.now) or (() if self._says_it else self.was)

    @property
    def only_now(self) -> tuple[str, ...]:
        return tuple(line for line in self.now if line not in self.was) or (() if self._says_it else self.now)

    @property
    def _says_it(self) -> bool:
        return set(self.was) != set(self.now)


class Words:
    """Says what snapshots of one record, or of several, hold; names of other records as far as `user` may see them."""

    def __init__(self, kind: RecordType, user: Viewer, snapshots: Iterable[Snapshot]) -> None:
        self.kind, self.user = kind, user
        self.columns = [column for column in kind.all_columns if column.kind not in {*LEFT_OUT, "tags"}]
        listed = list(snapshots)
        self._names = {name: self._looked_up(name, listed) for name in ("company", "contact")}
        self._tags = _tags(listed)

    def fields(self, was: Snapshot, now: Snapshot) -> list[Field]:
        """Every field and kind of parts that says something at one of the two moments."""
        return [*self._own(was, now), *self._parts(was, now)]

    def _own(self, was: Snapshot, now: Snapshot) -> Iterator[Field]:
        one, other = was.values or {}, now.values or {}
        settable = settable_fields(self.kind)
        for column in self.columns:
            name = column.filter_by or column.attribute
            said, says = self._said(column, one.get(name), one), self._said(column, other.get(name), other)
            if said or says:
                differs = (one.get(name) or None) != (other.get(name) or None)
                yield Field(name, column.label, said, says, differs, name in settable)

    def _parts(self, was: Snapshot, now: Snapshot) -> Iterator[Field]:
        for name in was.parts:
            then, today = (self._seen(name, kept(name, snapshot)) for snapshot in (was, now))
            said, says = (self._lines(name, self._seen(name, s.parts.get(name, {}))) for s in (was, now))
            if said or says:
                differs = then != today
                settable = name != "affiliation" or self.kind.name == "contact"
                label = _("People") if name == "affiliation" and self.kind.name == "company" else PART_LABELS[name]
                yield Field(name, label, said, says, differs, settable)

    def _said(self, column: Column, value: Any, values: Values) -> tuple[str, ...]:
        if value in (None, ""):
            return ()
        if column.kind in self._names:
            return (self._names[column.kind].get(value) or _("a record that is not there for you"),)
        if column.kind == "ago":
            return (web.show_datetime(datetime.fromisoformat(value)),)
        if column.kind == "country":
            return (web.country_name(value),)
        if isinstance(value, bool) and column.choices:
            value = "yes" if value else "no"
        lines = in_words(column, value, str(values.get("currency") or "")).splitlines()
        return tuple(web.isolated(line) if column.kind in LEFT_TO_RIGHT else line for line in lines)

    def _seen(self, name: str, found: Any) -> Any:
        """Of a company's people those whom the user may see: of others not even that there is one."""
        if name != "affiliation" or self.kind.name != "company":
            return found
        return {
            number: values for number, values in found.items() if values.get("contact_id") in self._names["contact"]
        }

    def _lines(self, name: str, found: dict[int, Values]) -> tuple[str, ...]:
        say = {"point": _point, "address": _address, "affiliation": self._affiliation, "tagging": self._tag}[name]
        lines = [
            say(values)
            for _number, values in sorted(found.items(), key=lambda item: (not item[1].get("main"), item[0]))
        ]
        return tuple(lines)

    def _affiliation(self, values: Values) -> str:
        other = "company" if self.kind.name == "contact" else "contact"
        name = self._names[other].get(values.get(f"{other}_id", 0)) or _("a record that is not there for you")
        days = [web.show_date(datetime.fromisoformat(values[end])) for end in ("since", "until") if values.get(end)]
        return " · ".join(part for part in (name, values.get("title"), " – ".join(days)) if part)

    def _tag(self, values: Values) -> str:
        return self._tags.get(values.get("tag_id", 0)) or _("a tag that is gone")

    def _looked_up(self, name: str, snapshots: list[Snapshot]) -> dict[int, str]:
        kind = types.get(name)
        if kind is None:
            return {}
        attributes = [column.attribute for column in self.columns if column.kind == name]
        ids = {(snapshot.values or {}).get(attribute) for snapshot in snapshots for attribute in attributes}
        for snapshot in snapshots if name != self.kind.name else ():
            ids |= {values.get(f"{name}_id") for values in snapshot.parts.get("affiliation", {}).values()}
        known = rows.names_of(kind, {number for number in ids if number is not None}, self.user)
        return {number: title or _("Without a name") for number, title in known.items()}


def settable_fields(kind: RecordType) -> dict[str, Column | None]:
    """Names of the fields that can be set back: what is changed in place, and a few more. What follows from others, such as a
    lifecycle or a deal's stage, is not among them: it has verbs of its own."""
    found: dict[str, Column | None] = {
        column.attribute: column
        for column in kind.all_columns
        if column.edit and column.kind not in LEFT_OUT and column.attribute not in FROM_PARTS | FOLLOWS
    }
    found = {name: column for name, column in found.items() if column is None or _may_come_back(column)}
    columns = {column.attribute: column for column in kind.all_columns}
    return found | {name: columns.get(name) for name in NAMED.get(kind.name, ())}


def _may_come_back(column: Column) -> bool:
    return column.custom is None or column.custom.kind != "file"


def kept(name: str, snapshot: Snapshot) -> Any:
    """What of a kind of parts makes a difference: a tag is the same whoever puts it on again."""
    found = snapshot.parts.get(name, {})
    return {values.get("tag_id") for values in found.values()} if name == "tagging" else found


def _point(values: Values) -> str:
    label = _POINT_LABELS.get(values.get("label", ""), "")
    value = web.isolated(str(values.get("value", "")))
    return f"{value} ({label})" if label else value


def _address(values: Values) -> str:
    town = " ".join(part for part in (values.get("postcode"), values.get("city")) if part)
    country = web.country_name(values["country"]) if values.get("country") else ""
    lines = ", ".join(str(values.get("lines") or "").splitlines())
    return ", ".join(part for part in (lines, town, values.get("region"), country) if part)


def _tags(snapshots: list[Snapshot]) -> dict[int, str]:
    ids = {values.get("tag_id") for snapshot in snapshots for values in snapshot.parts.get("tagging", {}).values()}
    model: Any = journal.models()["tag"]
    query = sa.select(model.id, model.name).where(model.id.in_(ids - {None}))
    return {number: name for number, name in db.session.execute(query)} if ids else {}  # noqa: C416 - dict() knows no rows
