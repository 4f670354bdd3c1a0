"""The builder of filters: which fields a list can be asked about, how, and with what; it writes what filters.py reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms.form import BaseForm

from crmlite import money, numbers
from crmlite.auth.models import Organisation, Viewer
from crmlite.forms import Form
from crmlite.number_fields import said_why
from crmlite.records import filters, related, tags
from crmlite.records.colleagues import users
from crmlite.records.filters import OPERATORS, FilterError
from crmlite.records.forms import RecordField
from crmlite.records.listing import Listing
from crmlite.records.types import Column, RecordType
from crmlite.web import locale

OPERATOR_LABELS = {
    "": _l("is"),
    "not": _l("is not"),
    "contains": _l("contains"),
    "starts": _l("begins with"),
    "min": _l("is at least"),
    "max": _l("is at most"),
    "after": _l("is on or after"),
    "before": _l("is before"),
    "filled": _l("is filled in"),
    "empty": _l("is empty"),
}
GROUPS = ("1", "2", "3")
_BY_ID = frozenset({"company", "contact"})
_BARE = frozenset({"filled", "empty"})
_SOME = {"filled": _l("there is at least one"), "empty": _l("there is none")}


@dataclass(frozen=True)
class Field:
    """One thing to ask about: `key` is what it is called in the address."""

    key: str
    label: Any
    column: Column
    kind: RecordType
    """Whose field it is: the list's type, or a related one."""


class _Chosen(Form):
    """A record that a link is compared with."""

    def __init__(self, record_type: str, sent: "MultiDict[str, str]") -> None:
        super().__init__()
        BaseForm.__setitem__(self, "value", RecordField(_l("Value"), record_type, id="b-value"))
        self.process(sent)


class Builder:
    """A filter that is being put together for the list whose query is `query`."""

    def __init__(self, kind: RecordType, user: Viewer, args: "MultiDict[str, str]") -> None:
        self.type, self.user = kind, user
        self.query = args.get("list", "")
        asked = args.get("field", "")
        self.field = next((field for _label, group in self.groups for field in group if field.key == asked), None)
        self.operator, self.group = args.get("operator", ""), args.get("group", "")
        self.values = [value.strip() for value in args.getlist("value") if value.strip()]
        self.problem = ""
        self.sent = MultiDict((name, value) for name in ("value", "value-text") for value in args.getlist(name))

    @property
    def groups(self) -> list[tuple[Any, list[Field]]]:
        """Fields of the type itself, then those of the records that it names or that name it, as far as its user may see such
        records."""
        found = [(self.type.label, list(_fields(self.type, "")))]
        for link in related.of(self.type).values():
            if link.kind.may(self.user, "view"):
                some = [Field(link.name, link.label, filters.some(link), link.kind)] if link.many else []
                found.append((link.label, some + list(_fields(link.kind, f"{link.name}."))))
        return found

    @property
    def operators(self) -> list[tuple[str, Any]]:
        column = self.field.column if self.field else None
        if column is None:
            return []
        labels = OPERATOR_LABELS if column.kind != "related" else _SOME
        known = OPERATORS.get(column.kind, OPERATORS["choice"])
        return [(name, labels[name]) for name in (*known, *("filled", "empty"))]

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """What can be ticked, where that is all there is."""
        column = self.field.column if self.field else None
        if column is None:
            return []
        if column.kind == "tags":
            return [(name, name) for name in tags.names(self.field.kind, self.user)] if self.field else []
        if column.kind == "user":
            people = [(str(number), user["name"]) for number, user in users().items() if number != self.user.id]
            return [("me", _("Me")), *people]
        return column.choices() if column.choices else []

    @property
    def control(self) -> str:
        """What a value is typed into: "choices", "record", "date", "number", "text", or "" where there is none."""
        if self.field is None or self.field.column.kind in {"attached", "related"}:
            return ""
        if self.field.column.kind in _BY_ID:
            return "record"
        if self.choices or self.field.column.kind in {"user", "tags"}:
            return "choices"
        kind = self.field.column.kind
        return "date" if kind in {"date", "ago"} else "number" if self.field.column.numeric else "text"

    @cached_property
    def picker(self) -> RecordField | None:
        """Where a record is chosen by its name."""
        if self.field is None or self.control != "record":
            return None
        chosen: RecordField = _Chosen(self.field.column.kind, self.sent)["value"]
        return chosen

    def url(self) -> str | None:
        """The list with the filter; None where it makes no sense, and then `problem` says why."""
        if self.field is None:
            self.problem = _("Choose a field first.")
            return None
        if self.operator not in dict(self.operators):
            self.problem = _("That does not go with this field. Choose again.")
            return None
        if self.operator not in _BARE and self.picker is not None:
            valid = self.picker.validate(_Chosen(self.picker.record_type, self.sent))
            self.values = [str(self.picker.data)] if valid and self.picker.data else []
        if self.operator not in _BARE and not self.values:
            self.problem = _("Say with what: choose or write a value.")
            return None
        try:
            pairs = [(key, value) for key, value in parse_qsl(self.query) if key != "_after"]
            pairs += [(self._key(), value) for value in self._written()]
            _asked = Listing(self.type, self.user, MultiDict(pairs)).query
        except FilterError as problem:
            self.problem = str(problem.description)
            return None
        return f"{self.type.url}?{urlencode(pairs)}"

    def _key(self) -> str:
        assert self.field is not None  # noqa: S101 - url() asked
        suffix = {"filled": ".empty"}.get(self.operator, f".{self.operator}" if self.operator else "")
        return f"{self.group}.{self.field.key}{suffix}" if self.group in GROUPS else f"{self.field.key}{suffix}"

    def _written(self) -> Iterator[str]:
        if self.operator in _BARE:
            yield "1" if self.operator == "empty" else "0"
            return
        for value in self.values:
            yield self._number(value) if self.control == "number" else value

    def _number(self, typed: str) -> str:
        """As the reader's language writes it, made what addresses hold: amounts of a type's own in minor units, others with a point."""
        assert self.field is not None  # noqa: S101 - url() asked
        column = self.field.column
        try:
            if column.kind == "money":
                return str(money.parse(typed, locale(), Organisation.get().currency).minor)
            scaled = numbers.parse_decimal(typed, locale(), numbers.MICRO, at_most=10**12, may_be_negative=True)
        except numbers.Unreadable as problem:
            raise FilterError(said_why(problem)) from None
        return numbers.editable(scaled, "en", numbers.MICRO)


def _fields(kind: RecordType, prefix: str) -> Iterator[Field]:
    for column in kind.all_columns:
        if column.filterable:
            yield Field(prefix + column.name, column.label, column, kind)
    yield Field(f"{prefix}tag", _l("Tag"), filters.TAG, kind)
