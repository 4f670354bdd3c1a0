"""What a record is, and the data that describes one type of record: RecordType and Column."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from werkzeug.exceptions import Forbidden

from crmlite import events
from crmlite.auth.models import User
from crmlite.auth.roles import kinds
from crmlite.extensions import PERSONAL, UNJOURNALED, db, utcnow
from crmlite.fold import sort_key
from crmlite.journal import Journaled, to_json
from crmlite.records import custom_fields
from crmlite.records.custom_fields import PREFIX, CustomField
from crmlite.records.policy import NOT_YOURS, Policy

if TYPE_CHECKING:
    from wtforms import Form


class Record(Journaled):
    """Mixin of what people work with: owner and team, times, row version, trash, the name it is sorted by.

    Verbs change and emit; they never commit.
    """

    if TYPE_CHECKING:
        name: Any

    derived: ClassVar[frozenset[str]] = frozenset({"sort_name"})
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=False)
    created_by_id: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow, info=UNJOURNALED)
    deleted_at: Mapped[datetime | None]
    sort_name: Mapped[str] = mapped_column(default="")
    row_version: Mapped[int] = mapped_column(default=1, info=UNJOURNALED)
    custom: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True), info=PERSONAL | {"parts": PREFIX})
    """Values of custom fields by key, in JSON's own types. It is replaced, never changed in place."""

    may_be_handed_over = True
    """False while it is changed by somebody who may not say whose it is: Policy.find()."""

    @declared_attr
    def owner_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(sa.ForeignKey("user.id"))

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.row_version}

    def derive(self) -> None:
        self.sort_name = sort_key(self.name)

    @property
    def title(self) -> str:
        """What people call it."""
        raise NotImplementedError

    def search_texts(self) -> list[str | None]:
        """Everything it can be found by; the title comes first."""
        return [self.title]

    @staticmethod
    def holders(actor: Any, values: dict[str, Any]) -> dict[str, int | None]:
        """Owner and team of a new record, taken out of `values`: its maker's where neither is named, else the named owner's
        team unless a team is named too."""
        given = {name: values.pop(name) for name in ("owner_id", "team_id") if name in values}
        makers_team = actor.team_id if actor else None
        if not given:
            return {"owner_id": actor.id if actor else None, "team_id": makers_team}
        owner = db.session.get(User, given["owner_id"]) if given.get("owner_id") else None
        team_id = given.get("team_id", owner.team_id if owner else makers_team)
        return {"owner_id": owner.id if owner else None, "team_id": team_id}

    def put(self, values: dict[str, Any]) -> None:
        """Sets fields by name, those of one's own (`x.size`) too: None takes a value away."""
        custom = dict(self.custom or {})
        for name, value in values.items():
            if name.startswith(PREFIX):
                custom[name.removeprefix(PREFIX)] = value
            else:
                setattr(self, name, value)
        kept = {key: to_json(value) for key, value in custom.items() if value not in (None, "", [])}
        if kept != (self.custom or {}):
            self.custom = kept or None

    def change(self, **values: Any) -> Self:
        """Sets fields; types with more to them do it their own way."""
        if "owner_id" in values:
            self.hand_over(values.pop("owner_id"))
        kind = events.get(f"{self.__tablename__}.updated")
        if values and kind and events.changed(lambda: self.put(values)):
            events.emit(kind, self)
        return self

    def set_custom(self, **values: Any) -> Self:
        """change() for custom fields by their keys: set_custom(size="large"). Values are read as CustomField.stored() says; raises
        ValueError for one that does not fit, or that no field is there for."""
        known = {field.key: field for field in custom_fields.of(self.__tablename__)}
        if unknown := set(values) - set(known):
            raise ValueError(min(unknown))
        return self.change(**{PREFIX + key: known[key].stored(value) for key, value in values.items()})

    def value_of(self, name: str) -> Any:
        """A field's value by its name, those of one's own too, in JSON's own types."""
        return (
            (self.custom or {}).get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else getattr(self, name, None)
        )

    def may_become(self, name: str, value: Any) -> bool:
        """An undo brings back no value of a field that was deleted since."""
        if name.startswith(PREFIX) and value is not None:
            return custom_fields.lives(self.__tablename__, name)
        return super().may_become(name, value)

    def touch(self) -> None:
        """Something was done about this record, such as a note: types that show their last activity remember when."""

    def assign(self, owner: Any) -> Self:
        """Makes `owner` (a user, or None) responsible. The record stays with, or moves to, the owner's team."""
        self.owner_id = owner.id if owner else None
        if owner:
            self.team_id = owner.team_id
        events.emit(events.RECORD_ASSIGNED, self, owner=owner.name if owner else "", owner_id=self.owner_id)
        return self

    def hand_over(self, owner_id: int | None) -> Self:
        """assign() by the owner's id, where it is somebody else than now. Forbidden for who may not."""
        if owner_id != self.owner_id:
            if not self.may_be_handed_over:
                raise Forbidden(str(NOT_YOURS))
            self.assign(db.session.get(User, owner_id) if owner_id else None)
        return self

    def trash(self) -> Self:
        """Moves it to the trash, from where it is purged when its time is over (retention)."""
        self.deleted_at = utcnow()
        events.emit(events.RECORD_DELETED, self)
        return self

    @classmethod
    def booked_since(cls, _day: date) -> sa.ColumnElement[bool]:
        """Which of them bookkeeping law wants kept, where it does so for what is of that day or later."""
        return sa.false()

    def goes_along(self) -> list[Any]:
        """Rows that no journal knows, are no parts of it, and go with it when it is removed for good."""
        return []

    @classmethod
    def is_merged(cls) -> sa.ColumnElement[bool]:
        """Which of them are part of another one by now, and so in no trash (merged.py)."""
        return sa.false()

    @classmethod
    def is_erased(cls) -> sa.ColumnElement[bool]:
        """Which of them nobody sees or brings back any more, as they are being erased."""
        return sa.false()

    def restore(self) -> Self:
        self.deleted_at = None
        events.emit(events.RECORD_RESTORED, self)
        return self


def trash_index(table: str) -> sa.Index:
    """Of deleted rows only, which are few: the trash page and the purge look by it."""
    where = sa.text("deleted_at IS NOT NULL")
    return sa.Index(f"ix_{table}_deleted_at", "deleted_at", sqlite_where=where, postgresql_where=where)


@dataclass(frozen=True)
class Column:
    """One field of a record type as lists, filters, cells and forms know it. `name` is the model's attribute."""

    name: str
    label: Any
    kind: str = "text"
    """Names the cell's template, and which operators a filter may use."""
    sortable: bool = True
    filterable: bool = True
    edit: bool = False
    """Whether the cell is edited in place, by the form's field of the same name."""
    phone: bool = False
    """Whether it stays on a narrow screen."""
    hidden: bool = False
    """Whether it is shown only to those who choose it."""
    choices: Callable[[], list[tuple[str, Any]]] | None = None
    field: str = ""
    """The model's attribute where it is not called like the column."""
    form_field: str = ""
    """The form's field where it is not called like the column."""
    sort_by: str = ""
    """The model's attribute that orders it, where that is another one: names sort by `sort_name`."""
    filter_by: str | None = None
    """The model's attribute that filters ask, where that is another one: what is shown may follow from several."""
    custom: CustomField | None = None
    """The firm's own field that it is, where it is one."""
    width: str = ""
    """How wide its reader wants it: one of WIDTHS."""

    @classmethod
    def of(cls, field: CustomField) -> Self:
        """A custom field as a column."""
        return cls(
            field.name,
            field.label,
            kind=_CELLS[field.kind],
            sortable=field.kind in _SORTABLE,
            edit=True,
            hidden=True,
            choices=field.offered if field.options else None,
            custom=field,
        )

    @property
    def is_owner(self) -> bool:
        """Whether changing it hands the record over."""
        return self.kind == "user" and self.custom is None

    @property
    def is_stored(self) -> bool:
        """Whether the record's own row has it in a column."""
        return self.kind != "tags" and self.custom is None

    @property
    def attribute(self) -> str:
        return self.field or self.name

    @property
    def field_name(self) -> str:
        return self.form_field or self.name

    @property
    def numeric(self) -> bool:
        return self.kind in {"number", "money", "price", "micro", "amount"}


WIDTHS = ("s", "m", "l", "xl")

_CELLS = {
    "text": "text",
    "number": "micro",
    "money": "amount",
    "date": "date",
    "choice": "option",
    "choices": "options",
    "person": "user",
    "file": "attached",
    "link": "url",
}
"""The kind of column of each kind of custom field."""
_SORTABLE = frozenset({"text", "number", "money", "date", "choice", "person", "link"})


@dataclass(frozen=True)
class RecordType:
    """One type of record, as data: it drives listing, filter, cell, bulk and search alike."""

    name: str
    model: Any
    label: Any
    label_plural: Any
    icon: str
    form: "type[Form]"
    policy: Policy
    columns: tuple[Column, ...]
    default_sort: str = "name"
    views: tuple[tuple[Any, str], ...] = ()
    """Ready-made lists: label and query string, the first with none."""
    links: dict[str, str] = dataclasses.field(default_factory=dict)
    """One hop to related records in filters: prefix to the name of the foreign key, such as {"company": "main_company_id"}."""

    @cached_property
    def plural(self) -> str:
        return {"company": "companies"}.get(self.name, f"{self.name}s")

    @cached_property
    def url(self) -> str:
        return f"/{self.plural}/"

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Its own and those that the firm made: custom fields."""
        return self.columns + tuple(Column.of(field) for field in custom_fields.of(self))

    def column(self, name: str) -> Column | None:
        columns = self.all_columns if name.startswith(PREFIX) else self.columns
        return next((column for column in columns if column.name == name), None)

    def url_of(self, record_id: int) -> str:
        return f"/{self.plural}/{record_id}"

    def shared_url_of(self, record_id: int) -> str:
        """Where the pages that all types share have this record: /records/contact/7."""
        return f"/records/{self.name}/{record_id}"

    def may(self, user: Any, action: str) -> bool:
        """Whether `user` may do that to any record of this type at all."""
        allowed: bool = user.may(self.name, action)
        return allowed


_types: dict[str, RecordType] = {}


def register(record_type: RecordType) -> RecordType:
    _types[record_type.name] = record_type
    return record_type


def registered() -> dict[str, RecordType]:
    """Record types of the modules that are on, by name."""
    from flask import current_app

    loaded, declared = current_app.extensions["crmlite.record_types"], kinds()
    return {name: kind for name, kind in _types.items() if name in loaded and name in declared}


def get(name: str) -> RecordType | None:
    return registered().get(name)


def known(name: str) -> RecordType | None:
    """The type of that name, also of a module that is off: its records stay searchable data."""
    return _types.get(name)


def of(record: Any) -> RecordType:
    """The type of this record."""
    return _types[record.__tablename__]


def load(record_type: str, record_id: int) -> Any:
    """A record by its type's name, whoever asks; for jobs and listeners, never with an id from a request."""
    kind = known(record_type)
    return db.session.get(kind.model, record_id) if kind else None
