"""Export of lists as CSV: what is in the file, for whom, and that no cell of it is a formula."""

import csv
import io
import unicodedata
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlite import journal
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.safety import csv_cell
from tests import cast, oracles


def export(stage, actor="manager", kind="contact", query="", form="csv", **data):
    return stage.client(actor).post(f"/records/{kind}/export", data={"query": query, "format": form, **data})


def rows(answer, delimiter=","):
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_the_columns_of_the_view_with_custom_fields_filtered_and_sorted(stage):
    with stage.writes("manager") as it:
        for given_name, size in (("Bea", "large"), ("Abe", "small"), ("Cas", "")):
            Contact.create(it.user, given=given_name, family="Zorn", **{"x.memo": size or None})
    query = urlencode({"name.contains": "Zorn", "_columns": "given,x.memo,owner", "_sort": "-name"})
    found = rows(export(stage, query=query))
    assert found == [["First name", "Memo", "Owner"]] + [
        [n, s, found[1][2]] for n, s in (("Cas", ""), ("Bea", "large"), ("Abe", "small"))
    ]
    ids = [str(stage.ids["seller.contact"]), str(stage.ids["rival.contact"])]
    assert len(rows(export(stage, id=ids))) == 3
    assert len(rows(export(stage, query="city.contains=nowhere"))) == 1


@pytest.mark.parametrize("kind", cast.TYPES)
def test_every_type_in_all_its_columns_shows_no_more_than_the_list(stage, kind):
    with stage.app.test_request_context():
        from crmlite.records import types

        names = ",".join(column.name for column in types.get(kind).all_columns)
    page = stage.client("manager").get(f"{cast_url(kind)}?_columns={names}").text
    found = rows(export(stage, kind=kind, query=urlencode({"_columns": names})))
    assert all(len(row) == len(found[0]) for row in found)
    assert page.count('name="id"') == len(found) - 1
    assert not any(cell.startswith(("<", "{")) or cell in {"None", "–"} for row in found for cell in row)


def cast_url(kind):
    return {"company": "/companies/"}.get(kind, f"/{kind}s/")


def test_only_who_may_export_and_only_what_they_may_see(stage):
    assert export(stage, "seller").status_code == 403
    assert 'popovertarget="export"' not in stage.client("seller").get("/contacts/").text
    with stage.writes("admin"):
        from crmlite.auth.models import Role

        role = db.session.scalars(sa.select(Role).where(Role.name == "seller")).one()
        role.give({("export", "create"): "own"})
    assert 'popovertarget="export"' in stage.client("seller").get("/contacts/").text
    for kind in ("contact", "company"):
        answer = export(stage, "seller", kind, query="_columns=name,tags,city,country")
        assert oracles.canaries_in(answer.text, cast.forbidden_to("seller")) == []
        assert cast.canary("colleague", kind) in answer.text
    ids = [str(stage.ids["rival.contact"])]
    assert len(rows(export(stage, "seller", id=ids))) == 1


def test_it_is_written_down_with_how_many(stage):
    before = len(rows(export(stage))) - 1
    with stage.app.app_context():
        found = db.session.scalars(sa.select(journal.Event).order_by(journal.Event.id.desc()).limit(1)).one()
        assert (found.name, found.subject_id) == ("records.exported", stage.ids["user.manager"])
        assert found.data["count"] == before
        assert (found.data["of"], found.data["format"]) == ("contact", "csv")


@pytest.mark.parametrize(
    ("language", "delimiter", "number"), [("en", ",", "1234.00"), ("nl", ";", "1234,00"), ("ar", ";", "1234.00")]
)
def test_excel_opens_it_in_the_users_language(stage, language, delimiter, number):
    from crmlite.auth.models import User

    with stage.writes("manager") as it:
        db.session.get_one(User, it.user.id).locale = language
    answer = export(stage, kind="deal", form="excel", query="_columns=name,amount")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    found = rows(answer, delimiter)
    assert [number, "EUR"] in [row[1:] for row in found]


SIGNS = st.sampled_from(["=", "+", "-", "@", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212"])
BEFORE = st.text(st.sampled_from(list(" \t\r\n\u00a0\u200b\x00\ufeff\u3164")), max_size=4)


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs"])), BEFORE, SIGNS)
def test_no_text_is_a_formula(rest, before, sign):
    cell = csv_cell(before + sign + rest)
    assert cell[0] == "'"
    assert cell[1:] == before + sign + rest


def test_no_cell_of_an_export_is_a_formula(stage):
    evil = ["=1+1", " =1+1", "\uff1dcmd", "\u00a0@x", "-2+3", "|x"]
    with stage.writes("manager") as it:
        for text in evil:
            Contact.create(it.user, given="Evil", family=text, **{"x.memo": text})
    found = rows(export(stage, query="_columns=given,family,x.memo&given.contains=Evil"))
    assert len(found) == len(evil) + 1
    for row in found[1:]:
        for cell in row[1:]:
            first = next(char for char in cell if unicodedata.category(char)[0] not in "ZC")
            assert unicodedata.normalize("NFKC", first) not in "=+-@|%"


def test_memory_stays_flat(stage, monkeypatch):
    """Rows are made and let go in batches."""
    from crmlite.records import exporting

    with stage.writes("manager") as it:
        for n in range(30):
            Contact.create(it.user, given=f"N{n:02}", family="Many")
    sizes = []
    made = exporting.rows_of
    monkeypatch.setattr(exporting, "BATCH", 7)
    monkeypatch.setattr(exporting, "rows_of", lambda *a: sizes.append(len(a[2])) or made(*a))
    assert len(rows(export(stage, query="family.contains=Many"))) == 31
    assert (max(sizes), sum(sizes)) == (7, 30)


def test_a_search_is_exported_beyond_what_a_page_looks_at(stage, monkeypatch):
    from crmlite.records import listing

    monkeypatch.setattr(listing, "COUNT_TO", 3)
    with stage.writes("manager") as it:
        for n in range(9):
            Contact.create(it.user, given=f"N{n}", family="Findable")
    assert len(rows(export(stage, query="_q=findable"))) == 10


@pytest.mark.parametrize("data", [{"form": "pdf"}, {"query": "nonsense.is=1"}, {"query": "_columns=x.none"}])
def test_what_is_not_understood_is_refused(stage, data):
    assert export(stage, **data).status_code == 400
