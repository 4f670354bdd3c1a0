"""The bulk path leaves what the verbs leave: every table, every column, and what a search finds."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from crmlite import schema
from crmlite.auth.models import Team, User, Viewer
from crmlite.companies.types import COMPANY
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.demo import bulk
from crmlite.demo.cast import make_cast
from crmlite.demo.people import Generator, Owner
from crmlite.demo.pipelines import make_pipelines
from crmlite.demo.verbs import ByVerbs
from crmlite.extensions import db, pretending, writing
from crmlite.pipeline.types import DEAL
from crmlite.records import search
from tests.demo.conftest import dump, opened

SIZE = 200
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
DIFFERENT = {("search", "id"), ("event", "tx"), ("change", "tx")}
"""Numbers that grow by more where verbs renew a row than where it is written once, and transactions, which batches share."""


BY_A_JOB = ("duplicate_card", "duplicate_key")
"""What a job makes after the load: `crmlite demo --size` asks for it."""


def build_empty(url: str) -> None:
    with opened(url), pretending(UNTIL - timedelta(days=1200)):
        schema.upgrade()
        make_cast()
        writing()
        make_pipelines()
        db.session.commit()


def generator() -> Generator:
    owners = [Owner(0, 0, 3), Owner(1, 0, 2), Owner(2, 1, 2), Owner(6, None, 1)]
    return Generator(7, SIZE, owners, UNTIL - timedelta(days=1000), UNTIL)


def users() -> list[User]:
    return list(db.session.scalars(sa.select(User).order_by(User.id)))


def teams() -> list[int]:
    return list(db.session.scalars(sa.select(Team.id).order_by(Team.id)))


@pytest.fixture(scope="module")
def dumps(database, databases):
    """All tables as the verbs leave them and as the bulk path does."""
    found = []
    for make in (by_verbs, in_bulk):
        url = databases.fresh(database, build_empty)
        with opened(url):
            make()
            found.append({**dump_all(), "what people find": searches()})
        databases.drop(url)
    return found


def by_verbs() -> None:
    writing()
    verbs = ByVerbs(users(), teams())
    for firm in generator().firms():
        verbs.add(firm)


def in_bulk() -> None:
    user_ids, team_ids = [user.id for user in users()], teams()
    db.session.rollback()
    bulk.load(generator(), user_ids, team_ids, batch=60)


def dump_all() -> dict[str, list]:
    found: dict[str, list] = dump(*DIFFERENT)
    for name in BY_A_JOB:
        found.pop(name, None)
    if db.engines[None].dialect.name == "sqlite":
        found["search_fts"] = index_of_sqlite()
    return found


def index_of_sqlite() -> list[tuple]:
    """Every piece of three letters with where it stands, rows counted in their order."""
    with db.engines[None].connect() as connection:
        connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.pieces USING fts5vocab(main, search_fts, instance)")
        rows = list(connection.exec_driver_sql("SELECT term, doc, col, offset FROM temp.pieces"))
        connection.exec_driver_sql("DROP TABLE temp.pieces")
        connection.rollback()
    ranks = {doc: rank for rank, doc in enumerate(sorted({row[1] for row in rows}))}
    return sorted((term, ranks[doc], column, offset) for term, doc, column, offset in rows)


def searches() -> list[tuple]:
    """What three users with other views find by two letters and by whole words, in order."""
    kinds = [CONTACT, COMPANY, DEAL]
    texts = {
        word[:length]
        for name in db.session.scalars(sa.select(Contact.name))
        for word in name.split()
        for length in (2, 9)
    }
    texts |= {phone[-8:] for phone in db.session.scalars(sa.select(Contact.main_phone))}
    hits = [
        (viewer.id, text, [(hit.record_type, hit.record_id, hit.title) for hit in search.find(viewer, text, kinds)])
        for viewer in (viewer_of(users()[number], scope) for number, scope in ((0, "team"), (2, "own"), (5, "all")))
        for text in sorted(texts)[::6]
    ]
    db.session.rollback()
    return hits


def viewer_of(user: User, scope: str) -> Viewer:
    scopes = {(kind, "view"): scope for kind in ("contact", "company", "deal")}
    return Viewer(user.id, user.name, user.email, user.role.name, user.team_id, "en", "UTC", "auto", True, scopes)


def test_the_bulk_path_leaves_the_tables_that_the_verbs_leave(dumps):
    verbs, bulk_path = dumps
    assert verbs.keys() == bulk_path.keys()
    for table in verbs:
        assert len(verbs[table]) == len(bulk_path[table]), table
        for one, other in zip(verbs[table], bulk_path[table], strict=True):
            assert one == other, table
    assert sum(bool(hits) for _user, _text, hits in verbs["what people find"]) > SIZE // 4
    for table in (
        "contact",
        "company",
        "deal",
        "point",
        "address",
        "affiliation",
        "tagging",
        "note",
        "event",
        "change",
        "search",
    ):
        assert len(verbs[table]) >= SIZE // 5, table
