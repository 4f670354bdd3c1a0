"""The one filter language: readable in the URL, parsed against closed tables, turned into SQL.

    city=Oslo&city=Bergen          several values: any of them
    created_at.after=-90d          an operator by suffix; days, weeks, months, years back, or a date
    company.city=Oslo              one hop to a related record, which this one names
    deals.stage=3                  one hop to related records, which name this one: there is one like that
    deals.empty=1                  there is none
    1.city=Oslo&1.country=IS       conditions of one group: any of them is enough
    tag=VIP                        a tag
Words that begin with `_` steer the list and are no filters. What is not in the tables is an error, never ignored.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from crmlite import web
from crmlite.auth.models import Viewer
from crmlite.extensions import db, ilike
from crmlite.numbers import MICRO, Unreadable, parse_decimal
from crmlite.records import custom_filters, custom_values, related, types
from crmlite.records.custom_fields import CustomField
from crmlite.records.related import Related
from crmlite.records.tags import Tag, Tagging
from crmlite.records.types import Column, RecordType

MAX_TERMS = 40
MAX_VALUES = 200
MAX_LENGTH = 200


class FilterError(BadRequest):
    """A part of a filter that does not exist or makes no sense; the description is for the user."""


Compare = Callable[[Any, list[Any]], sa.ColumnElement[bool]]


def _like(pattern: str) -> Compare:
    def compare(column: Any, values: list[Any]) -> sa.ColumnElement[bool]:
        return sa.or_(*(ilike(column, pattern.format(_escaped(value))) for value in values))

    return compare


def _escaped(value: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", value)


_IS: dict[str, Compare] = {
    "": lambda column, values: column.in_(values),
    "not": lambda column, values: sa.or_(column.not_in(values), column.is_(None)),
}
_TEXT: dict[str, Compare] = {**_IS, "contains": _like("%{}%"), "starts": _like("{}%")}
_NUMBER: dict[str, Compare] = {
    **_IS,
    "min": lambda column, values: column >= values[-1],
    "max": lambda column, values: column <= values[-1],
}
_DATE: dict[str, Compare] = {
    "": lambda column, values: sa.or_(*(sa.and_(column >= start, column < end) for start, end in values)),
    "after": lambda column, values: column >= values[-1][0],
    "before": lambda column, values: column < values[-1][0],
}
OPERATORS: dict[str, dict[str, Compare]] = {
    **dict.fromkeys(("name", "text", "longtext", "code", "email", "phone", "url"), _TEXT),
    **dict.fromkeys(("choice", "country", "language", "lifecycle", "user", "company", "contact"), _IS),
    **dict.fromkeys(("number", "money", "price"), _NUMBER),
    **dict.fromkeys(("date", "ago"), _DATE),
    **dict.fromkeys(("micro", "amount"), _NUMBER),
    **dict.fromkeys(("option", "options"), _IS),
    "attached": {},
    "related": {},
}
"""Operators by kind of column. `empty` (1 or 0) fits every kind."""


@dataclass(frozen=True)
class Term:
    """One condition: which field of which record, how compared, with what."""

    key: str
    column: Column
    operator: str
    values: tuple[str, ...]
    group: str = ""
    link: str = ""

    def condition(self, kind: RecordType, user: Viewer) -> sa.ColumnElement[bool]:
        if not self.link:
            return _condition(kind, self, user)
        link = linked(kind, self.link)
        if self.column.kind == "related":
            some = link.have(kind, sa.true(), user)
            return sa.not_(some) if self.values[-1] not in {"0", "no"} else some
        return link.have(kind, _condition(link.kind, replace(self, link=""), user), user)


def parse(kind: RecordType, args: "MultiDict[str, str]") -> list[Term]:
    """The terms of a query string. Raises FilterError at the first part that is not in the tables."""
    terms = []
    for key in args:
        if key.startswith("_"):
            continue
        values = tuple(dict.fromkeys(value.strip() for value in args.getlist(key) if value.strip()))
        if not values:
            continue
        if len(values) > MAX_VALUES or any(len(value) > MAX_LENGTH for value in values):
            raise FilterError(_("The filter “%(key)s” has too many or too long values.", key=key[:60]))
        terms.append(_term(kind, key, values))
    if len(terms) > MAX_TERMS:
        raise FilterError(_("That are too many filters at once."))
    return terms


def condition(kind: RecordType, terms: Iterable[Term], user: Viewer) -> sa.ColumnElement[bool]:
    """All terms, those of one group joined by OR. Raises FilterError for a value that does not fit."""
    groups: dict[str, list[sa.ColumnElement[bool]]] = {}
    alone: list[sa.ColumnElement[bool]] = []
    for term in terms:
        (groups.setdefault(term.group, []) if term.group else alone).append(term.condition(kind, user))
    return sa.and_(sa.true(), *alone, *(sa.or_(*terms) for terms in groups.values()))


def _term(kind: RecordType, key: str, values: tuple[str, ...]) -> Term:
    parts = key.split(".")
    group = parts.pop(0) if parts[0].isdigit() and len(parts) > 1 else ""
    link, target = "", kind
    links = related.of(kind) if len(parts) > 1 else {}
    if parts[0] in links:
        other = links[parts[0]]
        if other.many and parts[1:] == ["empty"]:
            return Term(key, some(other), "empty", values, group, other.name)
        if parts[1] in {"x", "tag"} or other.kind.column(parts[1]) or not kind.column(parts[0]):
            link, target = parts.pop(0), other.kind  # else it is an operator of the column: company.empty=1
    if parts[0] == "x" and len(parts) > 1:  # a custom field: x.size, and x.size.not
        parts[:2] = [".".join(parts[:2])]
    name, operator = parts[0], parts[1] if len(parts) > 1 else ""
    column = TAG if name == "tag" else target.column(name)
    if column is None or not column.filterable or len(parts) > 2:
        raise FilterError(_("There is no filter “%(key)s”.", key=key[:60]))
    if operator not in {*OPERATORS.get(column.kind, _IS), "empty"}:
        raise FilterError(_("“%(key)s” cannot be compared like that.", key=key[:60]))
    return Term(key, column, operator, values, group, link)


TAG = Column("tag", "", kind="tags", sortable=False)


def some(link: Related) -> Column:
    """What is asked of many related records: whether there are any."""
    return Column(link.name, link.label, kind="related", sortable=False)


def linked(kind: RecordType, link: str) -> Related:
    """Where the link leads. Raises FilterError where its module is off."""
    found = related.of(kind).get(link)
    if found is None:
        raise FilterError(_("There is no filter “%(key)s”.", key=link))
    return found


def _condition(kind: RecordType, term: Term, user: Viewer) -> sa.ColumnElement[bool]:
    if term.column.kind == "tags":
        return _tagged(kind, term)
    if term.column.kind in _asked:
        return _asked[term.column.kind](kind.model, term.operator, term.values)
    if term.column.custom is not None:
        return _custom(kind, term, term.column.custom, user)
    attribute = getattr(kind.model, term.column.filter_by or term.column.attribute)
    if term.operator == "empty":
        is_empty = attribute.is_(None)
        if isinstance(attribute.type, sa.String):
            is_empty = sa.or_(is_empty, attribute == "")
        return is_empty if term.values[-1] not in {"0", "no"} else sa.not_(is_empty)
    compare = OPERATORS.get(term.column.kind, _IS)[term.operator]
    found = compare(attribute, [_value(term, value, attribute.type, user) for value in term.values])
    other = types.get(term.column.kind)
    if (
        other is not None
    ):  # a link to what one may not see is nothing to ask about: neither whether it is so nor whether not
        unseen = attribute.not_in(sa.select(other.model.id).where(other.policy.rows(user)))
        found = sa.or_(found, unseen) if term.operator == "not" else sa.and_(found, sa.not_(unseen))
    return found


Asks = Callable[[Any, str, tuple[str, ...]], sa.ColumnElement[bool]]
_asked: dict[str, Asks] = {}


def asks(kind: str) -> Callable[[Asks], Asks]:
    """Registers what a module's own kind of column is filtered by: given the model, the operator ("", not, empty) and the values."""

    def register(condition: Asks) -> Asks:
        _asked[kind] = condition
        return condition

    return register


def is_of_the_row(column: Column) -> bool:
    """Whether the record's own row has what the column is filtered by."""
    return column.kind not in _asked


def _custom(kind: RecordType, term: Term, field: CustomField, user: Viewer) -> sa.ColumnElement[bool]:
    def read(text: str) -> Any:
        if field.kind == "date":
            return custom_filters.days(_span(text, True))
        if field.kind in {"number", "money"}:
            return decimal(text, custom_filters.places(field))
        return _value(term, text, custom_values.compared(field).type, user)

    compare = {**OPERATORS[term.column.kind], "not": _IS[""]}.get(term.operator)
    return custom_filters.condition(kind.model, term.values, term.operator, field, compare, read)


def decimal(text: str, places: int = MICRO) -> int:
    """12.5, with a point in every language: addresses are no place for commas."""
    try:
        return parse_decimal(text, "en", places, at_most=10**12, may_be_negative=True)
    except Unreadable:
        raise FilterError(_("“%(value)s” is not a number.", value=text[:60])) from None


def _tagged(kind: RecordType, term: Term) -> sa.ColumnElement[bool]:
    tagged = sa.select(Tagging.record_id).where(Tagging.record_type == kind.name)
    if term.operator == "empty":
        untagged = kind.model.id.not_in(tagged)
        return untagged if term.values[-1] not in {"0", "no"} else sa.not_(untagged)
    named = tagged.where(Tagging.tag_id.in_(sa.select(Tag.id).where(Tag.name.in_(term.values))))
    return kind.model.id.not_in(named) if term.operator == "not" else kind.model.id.in_(named)


def _value(term: Term, text: str, sql_type: Any, user: Viewer) -> Any:
    kind = term.column.kind
    if kind in {"date", "ago"}:
        return _span(text, kind == "date")
    if kind == "user" and text == "me":
        return user.id
    if isinstance(sql_type, sa.Boolean):
        if text not in {"yes", "no"}:
            raise FilterError(_("“%(value)s” is neither yes nor no.", value=text[:60]))
        return text == "yes"
    if kind in {"user", "company", "contact", "number", "money"} or isinstance(sql_type, sa.Integer):
        if not re.fullmatch(r"-?[0-9]{1,15}", text):
            raise FilterError(_("“%(value)s” is not a number.", value=text[:60]))
        return int(text)
    return text


_BACK = re.compile(r"([+-])([0-9]{1,4})([dwmy])")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def _span(text: str, is_date: bool) -> tuple[Any, Any]:
    """A day as [start, end): dates stay dates, times become the user's day in UTC."""
    back = _BACK.fullmatch(text)
    if text == "today":
        day = web.local_today()
    elif back:
        days = int(back[2]) * _DAYS[back[3]]
        day = web.local_today() + timedelta(days=-days if back[1] == "-" else days)
    else:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise FilterError(_("“%(value)s” is not a date like 2026-05-31 or -90d.", value=text[:60])) from None
    if is_date:
        return day, day + timedelta(days=1)
    zone = ZoneInfo(
        web.time_zone()
    )  # not babel's, which may be pytz: combine() would take a zone of the nineteenth century
    start, end = (datetime.combine(d, time(), zone).astimezone(UTC) for d in (day, day + timedelta(days=1)))
    return start, end


# --- for people -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chip:
    """An active filter as people read it."""

    key: str
    label: str
    value: str


def chips(kind: RecordType, terms: Iterable[Term], users: dict[int, str], user: Viewer) -> list[Chip]:
    return [Chip(term.key, _label(kind, term), _said(kind, term, users, user)) for term in terms]


def _label(kind: RecordType, term: Term) -> str:
    if term.column.kind == "related":
        return str(term.column.label)
    label = _("Tag") if term.column.kind == "tags" else str(term.column.label)
    if term.link:
        label = _("%(record)s: %(field)s", record=linked(kind, term.link).label, field=label)
    if term.group:
        label = _("any of %(group)s: %(field)s", group=term.group, field=label)
    sentences = {
        "": "%(field)s",
        "not": _("%(field)s is not", field="%(field)s"),
        "contains": _("%(field)s contains", field="%(field)s"),
        "starts": _("%(field)s begins with", field="%(field)s"),
        "min": _("%(field)s at least", field="%(field)s"),
        "max": _("%(field)s at most", field="%(field)s"),
        "after": _("%(field)s since", field="%(field)s"),
        "before": _("%(field)s before", field="%(field)s"),
        "empty": _("%(field)s is empty", field="%(field)s"),
    }
    return sentences[term.operator].replace("%(field)s", label)


def _said(kind: RecordType, term: Term, users: dict[int, str], user: Viewer) -> str:
    if term.column.kind == "related":
        return _("at least one") if term.values[-1] in {"0", "no"} else _("none")
    if term.operator == "empty":
        return _("no") if term.values[-1] in {"0", "no"} else _("yes")
    column = term.column
    if column.kind == "user":
        names = [
            _("me") if value == "me" else users.get(int(value), value) if value.isascii() and value.isdigit() else value
            for value in term.values
        ]
    elif column.kind in {"company", "contact"}:
        names = titles(column.kind, term.values, user)
    elif column.kind in _NAMED:
        names = [_NAMED[column.kind](value) or value for value in term.values]
    elif column.custom is not None:
        names = [custom_filters.said(column.custom, value) for value in term.values]
    elif column.choices:
        labels = {value: str(label) for value, label in column.choices()}
        names = [labels.get(value, value) for value in term.values]
    else:
        names = list(term.values)
    return ", ".join(names)


_NAMED = {"country": web.country_name, "language": web.language_name}
"""Kinds whose codes have a name in the reader's language."""


def titles(name: str, ids: tuple[str, ...], user: Viewer) -> list[str]:
    """Names of related records that the user may see; others stay numbers."""
    kind = types.get(name)
    if kind is None:
        return list(ids)
    wanted = [int(value) for value in ids if value.isascii() and value.isdigit()]
    rows = db.session.execute(
        sa.select(kind.model.id, kind.model.name).where(kind.model.id.in_(wanted), kind.policy.rows(user))
    )
    known = {str(record_id): title for record_id, title in rows}
    return [known.get(value, value) for value in ids]
