"""The tables of the journal, and the mixin of what it is kept about."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column

from crmlite.extensions import Base


class current_tx(sa.sql.expression.FunctionElement[int]):  # noqa: N801 - it is written like the SQL function it becomes
    """The writing transaction's number on PostgreSQL, where ids become visible out of order; 0 on SQLite, where they do not."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(current_tx)
def _no_tx(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "0"


@compiles(current_tx, "postgresql")
def _postgresql_tx(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "pg_current_xact_id()::text::bigint"


class Operation(Base):
    """One thing somebody did: a request, a job, a bulk edit, an import, a merge, an undo."""

    __tablename__ = "operation"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_kind: Mapped[str]
    request_id: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(index=True)
    undone_by_id: Mapped[int | None]


class Event(Base):
    """What an operation meant: `contact.created`, linked to every record it concerns."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    tx: Mapped[int] = mapped_column(sa.BigInteger, default=current_tx())
    operation_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    for_user_id: Mapped[int | None]
    """The absent colleague that whoever did it stood in for."""


class EventLink(Base):
    __tablename__ = "event_link"
    record_type: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(primary_key=True)


class Change(Base):
    """One row of one table as it changed: only the fields that did, old and new, in JSON's own types."""

    __tablename__ = "change"
    __table_args__ = (
        sa.Index(None, "record_type", "record_id", "id"),
        sa.Index(None, "tx", "id"),
        sa.Index(None, "operation_id", "record_type", "action"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    tx: Mapped[int] = mapped_column(sa.BigInteger, default=current_tx())
    operation_id: Mapped[int]
    record_type: Mapped[str]
    record_id: Mapped[int]
    action: Mapped[str]
    old: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    new: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))


class Journaled:
    """Mixin of models whose every change is written down. Their `id` is one integer; `record_type` in the journal is the table's name."""

    if TYPE_CHECKING:
        __tablename__: Any

    id: Mapped[int] = mapped_column(primary_key=True)
    derived: ClassVar[frozenset[str]] = frozenset()
    """Names of the fields that derive() sets: an undo does not ask who changed them last."""

    is_copied: ClassVar[bool] = True
    """Whether derive() of the records that it is part of looks at it."""

    def derive(self) -> None:
        """Sets what follows from its other fields and from its parts. Verbs do it, and undo for all that it touched."""

    def may_become(self, _name: str, _value: Any) -> bool:
        """Whether an undo may set that field back to that: what was right then may be wrong beside what others did since."""
        return True

    def may_be_undone(self) -> bool:
        """Whether an undo may take it away again, or bring it back."""
        return True

    def concerns(self) -> list[tuple[str, int]]:
        """(record type, id) of the records it is a part of: what is copied from it is renewed when it changes, and it stays
        when an undo leaves one of them."""
        return []


# --- rows as the journal writes them ----------------------------------------------------------------------------------


def models() -> dict[str, type]:
    """Journaled models by table name."""
    return {m.class_.__tablename__: m.class_ for m in Base.registry.mappers if issubclass(m.class_, Journaled)}


def journaled_columns(model: Any) -> list[sa.Column[Any]]:
    return [c for c in sa.inspect(model).columns if c.info.get("journal", True) and c.name != "id"]


def written(column: sa.Column[Any], value: Any) -> dict[str, Any]:
    """What the journal writes of a column: its value by its name. Of one whose info says `parts`, a JSON object, each of its
    values by a name of its own, such as `x.size`: one of them changes, and is taken back, without the others."""
    prefix = column.info.get("parts")
    if prefix is None:
        return {column.name: to_json(value)}
    return {prefix + key: part for key, part in (value or {}).items()}


def read_back(column: sa.Column[Any], values: dict[str, Any]) -> Any:
    """The column's value out of what written() made of a row."""
    prefix = column.info.get("parts")
    if prefix is None:
        return from_json(column, values.get(column.name))
    found = {name.removeprefix(prefix): part for name, part in values.items() if name.startswith(prefix)}
    return {key: part for key, part in found.items() if part is not None} or None


def column_of_part(model: Any, name: str) -> sa.Column[Any] | None:
    """The column that `x.size` is a part of."""
    prefix = name.partition(".")[0] + "."
    return next((column for column in journaled_columns(model) if column.info.get("parts") == prefix), None)


def to_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def from_json(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    kind = column.type.python_type
    if kind in {datetime, date}:
        return kind.fromisoformat(value)
    if kind is Decimal:
        return Decimal(value)
    if kind is bytes:
        return bytes.fromhex(value)
    return value


def values_of(instance: Any) -> dict[str, Any]:
    mapper = sa.inspect(type(instance))
    values: dict[str, Any] = {}
    for column in journaled_columns(type(instance)):
        values |= written(column, getattr(instance, mapper.get_property_by_column(column).key))
    return {name: value for name, value in values.items() if value is not None}
