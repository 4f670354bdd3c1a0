"""The pairs of what somebody types and what it must find, or must not, as people see it: in lists, the palette and pickers."""

import re
from urllib.parse import quote

import pytest
from sqlalchemy import event

from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.records import search
from tests import cast
from tests.search_pairs import NOT_FOUND, SEARCH_PAIRS

STORED = sorted({stored for _query, stored in [*SEARCH_PAIRS, *NOT_FOUND]})


def build_names(url: str) -> None:
    """The cast's database with a contact for every stored text of the pairs."""
    import tempfile

    cast.build(url)
    with tempfile.TemporaryDirectory() as folder:
        stage = cast.Stage(url, folder)
        with stage.writes():
            for stored in STORED:
                Contact.create(None, given=stored)
        stage.close()


@pytest.fixture(scope="module")
def stage(database, databases, tmp_path_factory):
    url = databases.fresh(database, build_names)
    made = cast.Stage(url, str(tmp_path_factory.mktemp("names")))
    yield made
    made.close()
    databases.drop(url)


@pytest.fixture(scope="module")
def id_of(stage) -> dict[str, int]:
    with stage.app.app_context():
        return dict(db.session.execute(db.select(Contact.given, Contact.id)).all())


@pytest.fixture(scope="module")
def client(stage):
    return stage.client("manager")


def shown(page: str) -> set[int]:
    return {int(number) for number in re.findall(r'href="/contacts/(\d+)"', page)}


@pytest.mark.parametrize(("query", "stored"), SEARCH_PAIRS)
def test_found(client, id_of, query, stored):
    assert id_of[stored] in shown(client.get(f"/contacts/?_q={quote(query)}").text)


@pytest.mark.parametrize(("query", "stored"), NOT_FOUND)
def test_not_found(client, id_of, query, stored):
    assert id_of[stored] not in shown(client.get(f"/contacts/?_q={quote(query)}").text)
    assert id_of[stored] not in shown(client.get(f"/records/search?q={quote(query)}").text)


@pytest.mark.parametrize(("query", "stored"), [pair for pair in SEARCH_PAIRS if len(pair[0]) > 3])
def test_found_by_the_palette(client, id_of, query, stored):
    assert id_of[stored] in shown(client.get(f"/records/search?q={quote(query)}").text)


def test_beginnings_of_words_come_first_then_what_was_touched_last(stage):
    """'ann' finds Anna before Johanna, and of two Annas the one that somebody worked with last."""
    from crmlite.contacts.types import CONTACT
    from crmlite.records import search
    from tests.records.who import request_of, viewer

    ids = {}
    for name in ("Johannaxy", "Annaxy One", "Annaxy Two"):
        with stage.writes():
            ids[name] = Contact.create(None, given=name).id
    with stage.writes():
        db.session.get_one(Contact, ids["Annaxy One"]).salutation = "Dr"
    user = viewer(stage)
    with request_of(stage, user):
        hits = [hit.record_id for hit in search.find(user, "annaxy", [CONTACT])]
    assert hits == [ids["Annaxy One"], ids["Annaxy Two"], ids["Johannaxy"]]


def test_two_letters_are_a_beginning(client, id_of):
    page = shown(client.get("/contacts/?_q=ka").text)
    assert id_of["Katarzyna Nowak"] in page
    assert id_of["Erika Lukas"] not in page


def test_what_was_renamed_is_found_by_its_new_name_only(stage):
    with stage.writes():
        person = Contact.create(None, given="Zebulonold")
        number = person.id
    with stage.writes():
        db.session.get_one(Contact, number).change(given="Zebulonnew")
    client = stage.client("manager")
    assert number in shown(client.get("/contacts/?_q=zebulonnew").text)
    assert number not in shown(client.get("/contacts/?_q=zebulonold").text)


def test_many_records_are_renewed_with_few_statements(stage, id_of):
    """They are read at once, and written at once; only what each is found by besides its own fields is asked one by one."""
    told: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        told.append(statement)

    some = {("contact", number) for number in sorted(id_of.values())[:20]}
    with stage.writes():
        event.listen(db.engines[None], "before_cursor_execute", note)
        try:
            search.keep(db.session(), some)
        finally:
            event.remove(db.engines[None], "before_cursor_execute", note)
    assert len(some) == 20
    assert sum("FROM contact" in text and "contact.id" in text and "merged_into_id =" not in text for text in told) == 1
    assert len(told) <= 2 * len(some) + 10
