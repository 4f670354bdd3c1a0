"""Custom fields through the URL: every kind on every type of record, in forms, cells, filters, order, timeline and undo."""

import re
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from crmlite.extensions import db
from crmlite.journal import Change
from crmlite.records import types
from crmlite.records.custom_fields import CustomField
from crmlite.records.custom_values import CustomValue
from tests.typed import typed as sent

TYPES = ("contact", "company", "deal", "product", "quote", "order", "lead")
WITH_FORM = ("contact", "company", "deal", "product", "lead")
# what is typed, what is stored, what the page shows of it, filters that find it, filters that do not
KINDS = {
    "text": ("Ångström", "Ångström", "Ångström", ("=Ångström", ".contains=ngstr", ".starts=Ång"), ("=Oslo", ".not=Ångström")),
    "number": ("12.5", 12_500_000, "12.5", ("=12.5", ".min=12", ".max=13"), ("=12", ".min=13", ".not=12.5")),
    "money": ("1,250.50", 125_050, "€1,250.50", ("=1250.50", ".min=1250"), (".max=1250", ".min=2000")),
    "date": ("2026-03-04", "2026-03-04", "Mar 4, 2026", ("=2026-03-04", ".before=2026-03-05"), (".after=2026-03-05",)),
    "choice": ("large", "large", "Large", ("=large", ".not=small"), ("=small", ".not=large")),
    "choices": (["fair", "web"], ["fair", "web"], "Fair, Web", ("=web", "=fair"), ("=phone", ".not=web")),
    "person": ("@me", "@me", "", ("=me", ".empty=0"), (".empty=1", ".not=me")),
    "file": ("@file", "@file", ".txt", (".empty=0",), (".empty=1",)),
    "link": ("example.com/a", "example.com/a", "example.com/a", (".contains=example",), (".starts=http",)),
}  # fmt: skip
OPTIONS = {"choice": ("Small", "Large"), "choices": ("Fair", "Web", "Phone")}


def actor(name):
    """Sellers only look at products."""
    return "admin" if name == "product" else "seller"


def make(stage, *names, **given):
    with stage.writes("admin") as session:
        for name in names or TYPES:
            for kind in KINDS:
                CustomField.create(session.user, name, kind.title(), kind, OPTIONS.get(kind, ()), **given)


def stored(stage, name, number):
    with stage.app.app_context():
        values = db.session.get(types.known(name).model, number).custom or {}
        return {key: value for key, value in values.items() if key != "memo"}  # what the cast has


def resolved(stage, name, value):
    known = {"@me": stage.ids[f"user.{actor(name)}"], "@file": stage.ids.get(f"seller.{name}.attachment")}
    return known.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", TYPES)
def test_every_kind_on_a_record(stage, name):
    make(stage, name)
    number, client = stage.ids[f"seller.{name}"], stage.client(actor(name))
    base, kind = f"/records/{name}/{number}", types.known(name)
    page = client.get(kind.url_of(number)).text
    done = {}
    for key, (typed, value, shown, finds, misses) in KINDS.items():
        typed, value = resolved(stage, name, typed), resolved(stage, name, value)
        if typed is None:
            continue
        assert f">{key.title()}<" in page
        form = client.get(f"{base}/field/x.{key}?edit=1")
        assert form.status_code == 200, key
        assert f'name="x.{key}"' in form.text
        answer = client.post(
            f"{base}/field/x.{key}", data={**sent(form.text, f"{base}/field/x.{key}"), f"x.{key}": typed}
        )
        assert answer.status_code == 200, (key, answer.text)
        assert shown in answer.text, (key, answer.text)
        done[key] = value
        assert stored(stage, name, number) == done
        for suffix, found in [*((s, True) for s in finds), *((s, False) for s in misses)]:
            listed = client.get(f"{kind.url}?x.{key}{suffix}")
            assert listed.status_code == 200, (key, suffix)
            assert (f'id="r{number}"' in listed.text) is found, (key, suffix)
    columns = ",".join(["name", *(f"x.{key}" for key in done)])
    listed = client.get(f"{kind.url}?{urlencode({'_columns': columns, 'x.text.empty': 0})}").text
    assert all(KINDS[key][2] in listed for key in done)
    for key in ("text", "number", "money", "date", "link"):
        for sign in ("", "-"):
            assert client.get(f"{kind.url}?_sort={sign}x.{key}").text.index(f'id="r{number}"')
    timeline = client.get(f"{base}/timeline").text
    assert all(KINDS[key][2] in timeline for key in done)
    undo_all(stage, client, name, number, len(done))
    assert stored(stage, name, number) == {}
    with stage.app.app_context():
        ids = sa.select(CustomField.id).where(CustomField.record_type == name, CustomField.key != "memo")
        assert not db.session.scalars(sa.select(CustomValue).where(CustomValue.field_id.in_(ids))).all()


def undo_all(stage, client, name, number, count):
    """One after the other, the oldest first: they do not stand in each other's way."""
    with stage.app.app_context():
        query = sa.select(Change.operation_id).where(Change.record_type == name, Change.record_id == number)
        operations = sorted(db.session.scalars(query.order_by(Change.id.desc()).limit(count)))
    for operation in operations:
        assert client.post(f"/records/undo/{operation}").status_code in {204, 303}


@pytest.mark.parametrize("name", WITH_FORM)
def test_the_form_of_a_record_has_them(stage, name):
    make(stage, name)
    number, client, kind = stage.ids[f"seller.{name}"], stage.client(actor(name)), types.known(name)
    url = kind.url_of(number) + "/edit"
    form = sent(client.get(url).text, url)
    typed = {f"x.{key}": resolved(stage, name, value[0]) for key, value in KINDS.items() if key != "file"}
    answer = client.post(url, data={**form, **typed})
    assert answer.status_code == 303, re.findall(r"cx-field-err[^<]*<.*", answer.text)
    wanted = {key: resolved(stage, name, value[1]) for key, value in KINDS.items() if key != "file"}
    assert stored(stage, name, number) == wanted
    again = sent(client.get(url).text, url)
    assert [again[f"x.{key}"] for key in ("number", "money", "choice")] == [["12.5"], ["1250.50"], ["large"]]
    # what was not sent stays, what was emptied goes, what is wrong is said
    assert (
        client.post(
            url, data={**{k: v for k, v in form.items() if k[:2] != "x."}, "row_version": again["row_version"]}
        ).status_code
        == 303
    )
    assert stored(stage, name, number)["text"] == "Ångström"
    bad = client.post(url, data={**again, "row_version": "99", "x.number": "many", "x.link": "ftp://example.com"})
    assert bad.status_code == 422
    assert "This is not a number" in bad.text
    assert "not a web address" in bad.text
