"""Search over all records: one folded row per record, trigrams beside word beginnings, visibility inside the match.

SQLite keeps the words in a contentless FTS5 table, PostgreSQL in a trigram index on the row. Kept in the transaction of the
change by the journal's hook. `search.id` grows with every touch, so that it orders by recency.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from crmlite.auth.models import Member, Viewer
from crmlite.extensions import Base, db
from crmlite.fold import index_text, query_terms
from crmlite.journal import bulk
from crmlite.records import custom_cells, types
from crmlite.records.types import RecordType

_CANDIDATES = 2000
"""How many matches PostgreSQL sorts by recency: a frequent word has more, and nobody reads those."""


class SearchRow(Base):
    __tablename__ = "search"
    __table_args__ = (
        sa.UniqueConstraint("record_type", "record_id"),
        sa.Index("ix_search_text", "text", postgresql_using="gin", postgresql_ops={"text": "gin_trgm_ops"}).ddl_if(
            "postgresql"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    record_id: Mapped[int]
    owner_id: Mapped[int | None]
    team_id: Mapped[int | None]
    title: Mapped[str]
    text: Mapped[str]


_FTS = sa.DDL(
    "CREATE VIRTUAL TABLE search_fts USING fts5(text, scope, content='', contentless_delete=1, tokenize='trigram')"
)
sa.event.listen(SearchRow.__table__, "after_create", _FTS.execute_if(dialect="sqlite"))
_TRIGRAMS = sa.DDL("CREATE EXTENSION IF NOT EXISTS pg_trgm")
sa.event.listen(SearchRow.__table__, "before_create", _TRIGRAMS.execute_if(dialect="postgresql"))


class Row(NamedTuple):
    """What the index keeps of a record. `text` is index_text() of all that it can be found by, the title first."""

    owner_id: int | None
    team_id: int | None
    title: str
    text: str


@dataclass(frozen=True)
class Hit:
    record_type: str
    record_id: int
    title: str
    kind: RecordType

    @property
    def url(self) -> str:
        return self.kind.url_of(self.record_id)


def find(user: Viewer, text: str, kinds: Iterable[RecordType], limit: int = 10) -> list[Hit]:
    """What `user` may see and is called like `text`: beginnings of words first, then parts; the recently touched first."""
    terms = query_terms(text)
    seen = [kind for kind in kinds if user.may(kind.name, "view")]
    if not terms or not seen:
        return []
    rows = {row.id: row for row in _matches(user, [term.beginning for term in terms], seen, limit)}
    anywhere = [term.anywhere for term in terms]
    if len(rows) < limit and anywhere != [term.beginning for term in terms]:
        rows |= {row.id: row for row in _matches(user, anywhere, seen, limit) if row.id not in rows}
    by_name = {kind.name: kind for kind in seen}
    return [Hit(r.record_type, r.record_id, r.title, by_name[r.record_type]) for r in list(rows.values())[:limit]]


def ids(user: Viewer, text: str, kind: RecordType, limit: int) -> list[int]:
    """Ids of the records of one type that match, at most `limit`, the recently touched ones."""
    return list(db.session.scalars(matching(user, text, kind, limit)))


def matching(user: Viewer, text: str, kind: RecordType, limit: int) -> sa.Select[Any]:
    """ids() as a query, to be one condition among others."""
    terms = query_terms(text)
    if not terms or not user.may(kind.name, "view"):
        return sa.select(SearchRow.record_id).where(sa.false())
    found = _query(user, [term.anywhere for term in terms], [kind], limit).subquery("found")
    return sa.select(found.c.record_id)


# --- asking -----------------------------------------------------------------------------------------------------------


def _matches(user: Viewer, pieces: list[str], kinds: list[RecordType], limit: int) -> list[Any]:
    return list(db.session.execute(_query(user, pieces, kinds, limit)))


def _query(user: Viewer, pieces: list[str], kinds: list[RecordType], limit: int) -> Any:
    if db.session.get_bind().dialect.name == "sqlite":
        return _sqlite_query(user, pieces, kinds, limit)
    return _postgresql_query(user, pieces, kinds, limit)


_SQLITE_MATCHES = sa.text(
    "SELECT s.id, s.record_type, s.record_id, s.title FROM search_fts f JOIN search s ON s.id = f.rowid "
    "WHERE search_fts MATCH :query ORDER BY f.rowid DESC LIMIT :limit"
).columns(sa.column("id", sa.Integer), sa.column("record_type"), sa.column("record_id"), sa.column("title"))


def _sqlite_query(user: Viewer, pieces: list[str], kinds: list[RecordType], limit: int) -> Any:
    words = " AND ".join(f"text : {_quoted(piece)}" for piece in pieces)
    scopes = " OR ".join(f"({_scope_query(user, kind)})" for kind in kinds)
    return _SQLITE_MATCHES.bindparams(query=f"({words}) AND ({scopes})", limit=limit)


def _scope_query(user: Viewer, kind: RecordType) -> str:
    of_type = f"scope : {_quoted(_letter(_TYPE, _type_number(kind.name)))}"
    people = [(person, person.scope(kind.name, "view")) for person in user.acting("view")]
    if any(scope == "all" for _person, scope in people):
        return of_type
    holders = [holder for person, scope in people for holder in _holders(person, scope)]
    return f"{of_type} AND ({' OR '.join(f'scope : {_quoted(holder)}' for holder in dict.fromkeys(holders))})"


def _holders(user: Viewer, scope: str) -> list[str]:
    holders = [_letter(_USER, user.id)] if scope != "none" else []
    if scope == "team":
        holders.append(_letter(_NOBODY, 0))
        if user.team_id is not None:
            holders.append(_letter(_TEAM, user.team_id))
    return holders


def _quoted(piece: str) -> str:
    return '"' + piece.replace('"', '""') + '"'


def _postgresql_query(user: Viewer, pieces: list[str], kinds: list[RecordType], limit: int) -> Any:
    row = SearchRow
    words = [row.text.like(f"%{_escaped(piece)}%", escape="\\") for piece in pieces]
    visible = sa.or_(*(sa.and_(row.record_type == kind.name, _rows(user, kind)) for kind in kinds))
    # a fence: without it the planner walks the ids backwards and takes seconds for a rare word
    found = sa.select(row.id, row.record_type, row.record_id, row.title).where(*words, visible)
    found = found.limit(max(_CANDIDATES, limit))
    cte = found.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    return sa.select(cte).order_by(cte.c.id.desc()).limit(limit)


def _rows(user: Viewer, kind: RecordType) -> sa.ColumnElement[bool]:
    """policy.rows() on the copies of owner and team that the search row holds."""
    return sa.or_(*(_rows_of(person, kind) for person in user.acting("view")))


def _rows_of(user: Viewer, kind: RecordType) -> sa.ColumnElement[bool]:
    scope = user.scope(kind.name, "view")
    if scope in {"all", "none"}:
        return sa.true() if scope == "all" else sa.false()
    mine = [SearchRow.owner_id == user.id, SearchRow.record_id.in_(kind.policy.joined(user))]
    if scope == "team":
        mine.append(sa.and_(SearchRow.owner_id.is_(None), SearchRow.team_id.is_(None)))
        if user.team_id is not None:
            mine.append(SearchRow.team_id == user.team_id)
    return sa.or_(*mine)


def _escaped(piece: str) -> str:
    return piece.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# --- keeping ----------------------------------------------------------------------------------------------------------

# Private-use letters stand for users, teams and types in the index, so that "may see" is one more word of the match.
_USER, _TEAM, _TYPE, _NOBODY = 0xF0000, 0x100000, 0xE000, 0xF8FF


def _letter(base: int, number: int) -> str:
    return f" {chr(base + number)} "


def _type_number(name: str) -> int:
    return _TYPE_NUMBERS[name]


_TYPE_NUMBERS = {
    "contact": 1, "company": 2, "lead": 3, "deal": 4, "quote": 5, "order": 6, "product": 7, "ticket": 8, "article": 9,
    "contract": 10, "survey": 11, "campaign": 12, "task": 13, "activity": 14, "request": 15, "delivery": 16,
}  # fmt: skip
"""Part of what is stored in the index: numbers are never given twice."""


_AT_ONCE = 500
"""Records whose rows are renewed with the same few statements."""


def keep(session: Session, touched: set[tuple[str, int]]) -> None:
    """The journal's hook: renews the rows of records that changed. What changed last is found first."""
    names: dict[str, list[int]] = {}
    for name, record_id in sorted(touched):
        names.setdefault(name, []).append(record_id)
    for name, ids in names.items():
        if (kind := types.known(name)) is not None:
            for begin in range(0, len(ids), _AT_ONCE):
                _keep_some(session, kind, ids[begin : begin + _AT_ONCE])


def _keep_some(session: Session, kind: RecordType, ids: list[int]) -> None:
    name, model = kind.name, kind.model
    if len(ids) > 1:
        records = session.scalars(sa.select(model).where(model.id.in_(ids)).order_by(model.id)).all()
    else:
        records = [session.get(model, ids[0])]
    rows = {
        record.id: Row(
            record.owner_id,
            record.team_id,
            record.title,
            index_text(*record.search_texts(), *custom_cells.texts(record)),
        )
        for record in records
        if record is not None and record.deleted_at is None
    }
    remove_many(session, name, ids)
    _put(session, name, rows, _members(session, name, rows))


def _members(session: Session, name: str, ids: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    query = sa.select(Member.record_id, Member.user_id).where(Member.record_type == name, Member.record_id.in_(ids))
    for number, user_id in session.execute(query):
        found.setdefault(number, []).append(user_id)
    return found


def add_many(session: Session, record_type: str, rows: dict[int, Row]) -> None:
    """Makes records findable, by their ids, that were just made: nobody works on them yet but their owner."""
    _put(session, record_type, rows, {})


def _put(session: Session, record_type: str, rows: dict[int, Row], members: dict[int, list[int]]) -> None:
    if not rows:
        return
    connection = session.connection()
    numbers = bulk.new_ids("search", len(rows))
    bulk.fill(
        sa.insert(SearchRow.__table__),
        [
            {"id": number, "record_type": record_type, "record_id": record_id, **row._asdict()}
            for number, (record_id, row) in zip(numbers, rows.items(), strict=True)
        ],
    )
    if connection.dialect.name == "sqlite":
        found = [
            (number, row.text, scope_text(record_type, row.owner_id, row.team_id, members.get(record_id, ())))
            for number, (record_id, row) in zip(numbers, rows.items(), strict=True)
        ]
        connection.exec_driver_sql(_FTS_INSERTS, found)


def remove_many(session: Session, record_type: str, ids: Sequence[int]) -> None:
    """Of records that are gone, or get other ones."""
    table, connection = SearchRow.__table__, session.connection()
    gone = sa.delete(table).where(table.c.record_type == record_type, table.c.record_id.in_(ids)).returning(table.c.id)
    numbers = connection.scalars(gone).all()
    if numbers and connection.dialect.name == "sqlite":
        connection.execute(_FTS_DELETE, [{"id": number} for number in numbers])


_FTS_INSERTS = "INSERT INTO search_fts (rowid, text, scope) VALUES (?, ?, ?)"
_FTS_DELETE = sa.text("DELETE FROM search_fts WHERE rowid = :id")


def scope_text(record_type: str, owner_id: int | None, team_id: int | None, members: Iterable[int] = ()) -> str:
    letters = [_letter(_TYPE, _type_number(record_type))]
    letters += [_letter(_USER, user_id) for user_id in {owner_id, *members} if user_id is not None]
    if team_id is not None:
        letters.append(_letter(_TEAM, team_id))
    if owner_id is None and team_id is None:
        letters.append(_letter(_NOBODY, 0))
    return "".join(letters)
