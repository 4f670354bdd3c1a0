"""Custom fields through the URL: every kind on every type of record, in forms, cells, filters, order, timeline and undo."""

import re
from datetime import date
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.fold import sort_key
from crmlite.journal import Change
from crmlite.records import cursors, custom_fields, custom_purge, listing, trash, types, walking
from crmlite.records.custom_fields import CustomField
from crmlite.records.custom_values import CustomValue, rows_of
from tests import cast
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
    for key in ("text", "number", "money", "date", "choice", "person", "link"):
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


# --- the fields themselves --------------------------------------------------------------------------------------------


def contact_of(stage, **values):
    with stage.writes("admin"):
        db.session.get(Contact, stage.ids["seller.contact"]).set_custom(**values)


def post(stage, path, actor="admin", **data):
    answer = stage.client(actor).post(path, data=data)
    assert answer.status_code == 303, answer.text
    return re.findall(r"/records/undo/\d+", stage.client(actor).get("/fields").text)


def field(stage, label):
    with stage.app.app_context():
        query = sa.select(CustomField).where(CustomField.label == label, CustomField.deleted_at.is_(None))
        return db.session.scalars(query).one()


def test_a_field_is_made_and_changed_without_touching_records(stage):
    post(
        stage, "/fields/new", record_type="contact", kind="choice", label="Größe", currency="EUR",
        **{"options-0-label": "Klein", "options-1-label": "Groß", "options-2-label": ""},
    )  # fmt: skip
    size = field(stage, "Größe")
    assert (size.key, [option["key"] for option in size.options]) == ("grosse", ["klein", "gross"])
    contact_of(stage, grosse="gross")
    with stage.app.app_context():
        version = db.session.get(Contact, stage.ids["seller.contact"]).row_version
    form = sent(stage.client("admin").get(f"/fields/{size.id}").text, f"/fields/{size.id}")
    form |= {"label": "Umfang", "options-0-label": "", "options-1-label": "Riesig"}
    post(stage, f"/fields/{size.id}", **form)
    page = stage.client("seller").get(f"/contacts/{stage.ids['seller.contact']}").text
    assert "Umfang" in page
    assert "Riesig" in page
    assert "Größe" not in page
    with stage.app.app_context():
        assert db.session.get(Contact, stage.ids["seller.contact"]).row_version == version
    assert stage.client("admin").post(f"/fields/{size.id}", data=form).status_code == 409  # the form is of before
    choices = stage.client("seller").get(f"/records/contact/{stage.ids['seller.contact']}/field/x.grosse?edit=1").text
    assert "Riesig" in choices
    assert "Klein" not in choices  # emptied, so not offered any more


def test_a_key_is_never_given_twice(stage):
    with stage.writes("admin") as session:
        first = CustomField.create(session.user, "contact", "Size")
        keys = [first.key, CustomField.create(session.user, "contact", "size!").key]
        first.delete()
        keys += [
            CustomField.create(session.user, "contact", "Size").key,
            CustomField.create(session.user, "deal", "Size").key,
        ]
        keys += [CustomField.create(session.user, "contact", label).key for label in ("مقاس", "!", "Размер")]
    assert keys == ["size", "size_2", "size_3", "size", "mqs", "field", "razmer"]


def test_a_retired_field_comes_back_with_its_values(stage):
    with stage.writes("admin") as session:
        CustomField.create(session.user, "contact", "Size")
    contact_of(stage, size="enormous")
    page, number = f"/contacts/{stage.ids['seller.contact']}", field(stage, "Size").id
    assert "enormous" in stage.client("seller").get(page).text
    post(stage, f"/fields/{number}/retire")
    assert "enormous" not in stage.client("seller").get(page).text
    assert stage.client("seller").get("/contacts/?x.size=enormous").status_code == 400
    post(stage, f"/fields/{number}/restore")
    assert "enormous" in stage.client("seller").get(page).text
    assert f'id="r{stage.ids["seller.contact"]}"' in stage.client("seller").get("/contacts/?x.size=enormous").text


def test_a_deleted_field_says_what_goes_is_undone_and_forgotten_after_its_time(stage):
    with stage.writes("admin") as session:
        CustomField.create(session.user, "contact", "Size")
    contact_of(stage, size="enormous")
    number = field(stage, "Size").id
    assert "1 record has a value in this field" in stage.client("admin").get("/fields").text
    admin = stage.client("admin")
    assert admin.post(f"/fields/{number}/delete").status_code == 303
    page = admin.get("/fields").text
    assert "1 record loses its value in 30 days" in page
    assert stored(stage, "contact", stage.ids["seller.contact"])["size"] == "enormous"
    undo = re.findall(r"/records/undo/\d+", page)[-1]
    assert admin.post(undo).status_code == 303
    assert "enormous" in stage.client("seller").get(f"/contacts/{stage.ids['seller.contact']}").text
    assert admin.post(f"/fields/{number}/delete").status_code == 303
    undo = re.findall(r"/records/undo/\d+", admin.get("/fields").text)[-1]
    for _time in range(2):
        with stage.writes():
            custom_purge.forget_values(field_id=number)
    assert "size" not in stored(stage, "contact", stage.ids["seller.contact"])
    with stage.app.app_context():
        changes = db.session.scalars(sa.select(Change).where(Change.record_type == "contact")).all()
        assert "enormous" not in str([(change.old, change.new) for change in changes])
    assert admin.post(undo).status_code == 409  # what is gone for good does not come back


def test_an_undo_brings_back_no_value_of_a_field_that_is_gone(stage):
    with stage.writes("admin") as session:
        CustomField.create(session.user, "contact", "Size")
    contact_of(stage, size="small")
    contact, client = stage.ids["seller.contact"], stage.client("seller")
    client.post(f"/records/contact/{contact}/field/x.size", data={"x.size": "large", "was": "small"})
    undo = re.findall(r"/records/undo/\d+", client.get(f"/records/contact/{contact}/timeline").text)[0]
    with stage.writes("admin"):
        db.session.scalars(sa.select(CustomField).where(CustomField.key == "size")).one().delete()
    assert client.post(undo).status_code == 409
    assert stored(stage, "contact", contact)["size"] == "large"


def test_there_are_at_most_so_many(stage, monkeypatch):
    monkeypatch.setattr(custom_fields, "MOST", 4)
    form = {"record_type": "contact", "kind": "text", "label": "Another", "currency": "EUR"}
    assert stage.client("admin").post("/fields/new", data=form).status_code == 303
    refused = stage.client("admin").post("/fields/new", data=form)
    assert refused.status_code == 409
    assert "Delete one that nobody needs first" in refused.text


def test_two_people_change_one_record(stage):
    """What the user left as it was shown stays as others wrote it; what both changed is shown with both values."""
    with stage.writes("admin") as session:
        for label, kind in (("Size", "text"), ("Seats", "number")):
            CustomField.create(session.user, "contact", label, kind)
    url = f"/contacts/{stage.ids['seller.contact']}/edit"
    form = sent(stage.client("seller").get(url).text, url)
    contact_of(stage, size="theirs", seats=4_000_000)
    answer = stage.client("seller").post(url, data={**form, "x.size": "mine"})
    assert answer.status_code == 409
    assert "theirs" in answer.text
    form = sent(answer.text, url)
    assert (form["x.size"], form["x.seats"]) == (["mine"], ["4"])
    assert stage.client("seller").post(url, data=form).status_code == 303
    assert stored(stage, "contact", stage.ids["seller.contact"]) == {"size": "mine", "seats": 4_000_000}
    inline = f"/records/contact/{stage.ids['seller.contact']}/field/x.seats"
    stale = stage.client("seller").post(inline, data={"x.seats": "5", "was": "3"})
    assert stale.status_code == 409
    assert "Somebody changed this to “4”" in stale.text


@pytest.mark.parametrize("actor", ["seller", "rival", "admin"])
def test_nobody_learns_of_values_that_they_may_not_see(stage, actor):
    """Lists, counts, one hop, search: the cast's records hold their canary in a custom field, too."""
    client = stage.client(actor)
    nothing = client.get("/records/contact/count?_q=zzznothing").text
    for owner in cast.OWNERS:
        may = cast.may_see(actor, owner, "contact")
        word = cast.canary(owner, "contact")
        for query in (f"x.memo={word}", f"x.memo.contains={word}"):
            assert (client.get(f"/records/contact/count?{query}").text != nothing) == may, (owner, query)
            assert (f'id="r{stage.ids[f"{owner}.contact"]}"' in client.get(f"/contacts/?{query}").text) == may
        word = cast.canary(owner, "company")
        found = client.get(f"/records/contact/count?company.x.memo={word}").text != nothing
        assert not found or cast.may_see(actor, owner, "company")
    listed = client.get("/contacts/?_sort=x.memo&_columns=name,x.memo").text
    shown = {owner for owner in cast.OWNERS if f">{cast.canary(owner, 'contact')}<" in listed}
    assert shown == {owner for owner in cast.OWNERS if cast.may_see(actor, owner, "contact")}


def test_records_are_found_by_what_stands_in_their_fields(stage):
    with stage.writes("admin") as session:
        CustomField.create(session.user, "contact", "Motto")
    link = f"/contacts/{stage.ids['seller.contact']}"
    assert link not in stage.client("seller").get("/records/search?q=zebrafish").text.partition("<main")[2]
    contact_of(stage, motto="Zebrafish first")
    assert link in stage.client("seller").get("/records/search?q=zebrafish").text.partition("<main")[2]


def test_a_link_that_is_none_leads_nowhere(stage):
    """Values come from files of strangers, too."""
    with stage.writes("admin") as session:
        CustomField.create(session.user, "contact", "Site", "link")
    contact_of(stage, site="javascript:alert(1)")
    for page in (f"/contacts/{stage.ids['seller.contact']}", "/contacts/?_columns=name,x.site"):
        assert 'href="javascript' not in stage.client("seller").get(page).text


def walk(client, url):
    """Ids of a list, page by page."""
    found = []
    while url:
        page = client.get(url).text
        found += [int(number) for number in re.findall(r'<tr id="r(\d+)"', page)]
        more = re.search(r'id="more" href="([^"]+)"', page)
        url = more and more[1].replace("&amp;", "&")
    return found


def test_a_walk_meets_every_record_once_in_order(stage, monkeypatch):
    """Along the index and by the short way: the same order, values that many share, and records without one at the end."""
    with stage.writes("admin") as session:
        for label, kind in (("Size", "text"), ("Seats", "number")):
            CustomField.create(session.user, "contact", label, kind)
        for n in range(130):
            contact = Contact.create(session.user, given=f"Person {n}")
            contact.put({"x.size": f"size {n % 7}" if n % 5 else None, "x.seats": (n % 11) * 10**6 if n % 3 else None})
    client = stage.client("admin")
    with stage.app.app_context():
        people = {
            c.id: c.custom or {} for c in db.session.scalars(sa.select(Contact).where(Contact.deleted_at.is_(None)))
        }
    for sort, key in (("x.size", "size"), ("-x.size", "size"), ("x.seats", "seats"), ("-x.seats", "seats")):
        down = sort.startswith("-")
        having = sorted((n for n in people if key in people[n]), key=lambda n: (people[n][key], n), reverse=down)
        lacking = sorted((n for n in people if key not in people[n]), reverse=down)
        for most in (1000, 0):  # with 0 every list is long: it is walked
            monkeypatch.setattr(listing, "COUNT_TO", most)
            assert walk(client, f"/contacts/?_sort={sort}") == having + lacking, (sort, most)


def test_a_walk_along_a_choice_or_person_is_in_the_order_of_the_options_or_names(stage, monkeypatch):
    """Also when the options change places, or somebody is renamed, between two pages; page by page as at once."""
    with stage.writes("admin") as session:
        field = CustomField.create(
            session.user, "contact", "Size", "choice", ["Small", "Medium", "Huge", "Nobody has it"]
        )
        CustomField.create(session.user, "contact", "Coach", "person")
        people = [(number, name) for number, name, _active in custom_fields.people()]
        for n in range(190):
            size = ("huge", "small", "medium")[n % 3] if n % 5 else None
            contact = Contact.create(session.user, given=f"Person {n}")
            contact.put({"x.size": size, "x.coach": people[n % len(people)][0] if n % 4 else None})
        options = [(option["key"], option["label"], False) for option in field.options]
    client = stage.client("admin")
    names = [number for number, _name in sorted(people, key=lambda one: sort_key(one[1]))]
    with stage.app.app_context():
        kept = {
            c.id: c.custom or {} for c in db.session.scalars(sa.select(Contact).where(Contact.deleted_at.is_(None)))
        }

    def ordered(key, places, down):
        having = [n for n in kept if key in kept[n]]
        lacking = sorted((n for n in kept if key not in kept[n]), reverse=down)
        return sorted(having, key=lambda n: (places.index(kept[n][key]), n), reverse=down) + lacking

    sizes = ["small", "medium", "huge"]
    for most in (1000, 0):
        monkeypatch.setattr(listing, "COUNT_TO", most)
        for key, places in (("size", sizes), ("coach", names)):
            for sign in ("", "-"):
                assert walk(client, f"/contacts/?_sort={sign}x.{key}") == ordered(key, places, bool(sign)), (
                    most,
                    sign,
                    key,
                )
        monkeypatch.setattr(walking, "RANKS", 2)
        first = client.get("/contacts/?_sort=x.size").text
        with stage.writes("admin"):
            db.session.get_one(CustomField, field.id).change("Size", reversed(options))
        more = re.search(r'id="more" href="([^"]+)"', first)[1].replace("&amp;", "&")
        last = int(re.findall(r'<tr id="r(\d+)"', first)[-1])
        rest = [n for n in sorted(kept) if kept[n].get("size") == kept[last]["size"] and n > last]
        assert walk(client, more)[: len(rest)] == rest
        with stage.writes("admin"):
            db.session.get_one(CustomField, field.id).change("Size", options)
    for value in ("gone", 7, None, True):
        answer = client.get(f"/contacts/?_sort=x.size&_after={cursors.write(value, 1)}")
        assert answer.status_code == (200 if value is None else 400), value


def test_a_field_is_set_on_many_records_as_one_step(stage):
    with stage.writes("admin") as session:
        CustomField.create(session.user, "contact", "Seats", "number")
    client, mine = stage.client("seller"), [stage.ids["seller.contact"], stage.ids["colleague.contact"]]
    assert 'name="x.seats"' in client.get("/records/contact/bulk/field?field=x.seats").text
    data = {"id": [*mine, stage.ids["rival.contact"]], "action": "set", "field": "x.seats"}
    assert client.post("/records/contact/bulk", data={**data, "x.seats": "many"}).status_code == 400
    assert 'name="x.seats"' in client.post("/records/contact/bulk", data=data).text, "without script it is asked for"
    assert client.post("/records/contact/bulk", data={**data, "x.seats": "7"}).status_code == 303
    values = [stored(stage, "contact", number) for number in data["id"]]
    assert values == [{"seats": 7_000_000}, {"seats": 7_000_000}, {}]  # the rival's is not theirs to change
    undo = re.findall(r"/records/undo/\d+", client.get("/contacts/").text)[-1]
    assert client.post(undo).status_code == 303
    assert [stored(stage, "contact", number) for number in data["id"]] == [{}, {}, {}]


def disagreements():
    """Rows of the table that no record's value gives, or the other way round."""
    wanted = set()
    for field in custom_fields.everything():
        model = types.known(field.record_type).model
        for number, values in db.session.execute(sa.select(model.id, model.custom)):
            found = rows_of(field, number, (values or {}).get(field.key))
            wanted |= {tuple(sorted(row.items(), key=str)) for row in found}
    rows = db.session.execute(sa.select(CustomValue.__table__)).mappings()
    return wanted ^ {tuple(sorted(row.items(), key=str)) for row in rows}


def test_the_table_says_what_the_records_say(stage):
    """After all that happens to records: added, changed, trashed, undone, purged. And a row that is wrong is noticed."""
    with stage.writes("admin") as session:
        CustomField.create(session.user, "contact", "Topics", "choices", ("Fair", "Web"))
        new = Contact.create(session.user, given="New", **{"x.topics": ["web", "fair"], "x.memo": "new"})
        db.session.get(Contact, stage.ids["seller.contact"]).set_custom(topics=["fair"], memo=None)
        gone = Contact.create(session.user, given="Gone", **{"x.memo": "gone"})
        gone.trash()
    assert stage.client("admin").post(f"/records/contact/{stage.ids['colleague.contact']}/delete").status_code == 303
    with stage.writes():
        assert trash.purge(types.known("contact"), [gone.id]) == 1
    with stage.app.app_context():
        assert disagreements() == set()
        held = (
            sa.select(sa.func.count())
            .select_from(CustomValue)
            .where(CustomValue.record_id == new.id, CustomValue.text == "web")
        )
        assert db.session.scalar(held) == 1
    with stage.writes():
        db.session.execute(sa.update(CustomValue).where(CustomValue.text == "new").values(text="other"))
    with stage.app.app_context():
        assert len(disagreements()) == 2


def test_who_may_change_a_record_may_name_a_person_without_handing_it_over(stage):
    """The colleague works on the seller's contact, and may not say whose it is."""
    with stage.writes("admin") as session:
        CustomField.create(session.user, "contact", "Advisor", "person")
    number, client = stage.ids["seller.contact"], stage.client("colleague")
    url = f"/records/contact/{number}/field/"
    answer = client.post(f"{url}x.advisor", data={"x.advisor": stage.ids["user.rival"], "was": ""})
    assert answer.status_code == 200, answer.text
    assert stored(stage, "contact", number) == {"advisor": stage.ids["user.rival"]}
    assert client.post(f"{url}owner", data={"owner_id": stage.ids["user.colleague"]}).status_code == 403
    cells = client.get("/contacts/?_columns=name,owner,x.advisor").text
    assert f"{url}x.advisor?edit=1" in cells
    assert f"{url}owner?edit=1" not in cells


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("number", "12.5", 12_500_000),
        ("number", 4_000_000, 4_000_000),
        ("money", "1250.5", 125_050),
        ("date", "2026-05-31", "2026-05-31"),
        ("date", date(2026, 5, 31), "2026-05-31"),
        ("choice", "LARGE", "large"),
        ("choices", ["Web", "fair"], ["web", "fair"]),
        ("text", "", None),
        *((kind, bad, ValueError) for kind, bad in (("number", "many"), ("date", "soon"), ("choice", "Huge"), ("money", "1,5 €"))),
        ("nothing", "x", ValueError),
    ],
)  # fmt: skip
def test_values_that_come_from_files_are_read(stage, kind, given, kept):
    make(stage, "contact")
    with stage.writes("admin"):
        contact = db.session.get(Contact, stage.ids["seller.contact"])
        if kept is ValueError:
            with pytest.raises(ValueError):
                contact.set_custom(**{kind: given})
        else:
            assert contact.set_custom(**{kind: given}).value_of(f"x.{kind}") == kept
