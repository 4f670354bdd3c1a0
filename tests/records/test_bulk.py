"""One change of many records: of every kind of column, of what was ticked and of all that match; by a job; named where refused;
taken back as one step."""

import json
import re

import pytest
import sqlalchemy as sa

from crmlite import jobs
from crmlite.contacts.models import Contact
from crmlite.desk.models import Notice
from crmlite.extensions import db
from crmlite.journal import Change, Operation
from crmlite.records import listing, types, undoing
from crmlite.records.bulk import changes, running
from crmlite.records.bulk.models import BulkRefusal, BulkRun
from crmlite.records.custom_fields import CustomField
from crmlite.records.tags import Tag, Tagging
from crmlite.records.views import bulk as view
from tests import cast, oracles

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
BOOKS = (*oracles.WRITTEN_WHEN_REFUSED, "operation", "change", "event", "event_link", "job", "bulk_run", "bulk_refusal",
         "notice", "user_session")  # fmt: skip
"""What is not put back by an undo, as it tells what happened."""


def post(stage, actor: str, kind: str, /, **form: object):
    return stage.client(actor).post(f"/records/{kind}/bulk", data=form)


def work(stage) -> None:
    with stage.app.app_context():
        jobs.run_due()
        failed = db.session.scalars(sa.select(jobs.Job.error).where(jobs.Job.error.is_not(None), jobs.Job.attempts < 6))
        assert not failed.all()


def run_of(stage, answer) -> BulkRun:
    assert answer.status_code == 303, answer.text
    with stage.app.app_context():
        return db.session.get_one(BulkRun, int(answer.headers["Location"].rsplit("/", 1)[1]))


def again(stage, run: BulkRun) -> BulkRun:
    with stage.app.app_context():
        return db.session.get_one(BulkRun, run.id)


def refusals(stage, run: BulkRun) -> dict[int, str]:
    with stage.app.app_context():
        rows = db.session.scalars(sa.select(BulkRefusal).where(BulkRefusal.run_id == run.id))
        return {row.record_id: row.reason for row in rows}


def undo(stage, actor: str, operation_id: int):
    answer = stage.client(actor).post(f"/records/undo/{operation_id}")
    work(stage)
    return answer


def state(stage) -> oracles.Dump:
    """All that people see, without what an edit counts up."""
    found = oracles.dump(stage.engines["reader"], BOOKS)
    return {name: rows for name, rows in found.items() if name not in {"search", "duplicate_card", "duplicate_key"}}


@pytest.fixture
def crowd(stage):
    """So many contacts of the seller that a job has to do it, in a city of their own; and one of the rival's."""
    with stage.writes("seller") as session:
        ids = [Contact.create(session.user, given=f"Crowd {n:03}").id for n in range(view.AT_ONCE + 20)]
        for number in ids:
            contact = db.session.get_one(Contact, number)
            contact.change(salutation="Dr")
    return ids


# --- what can be set --------------------------------------------------------------------------------------------------

VALUES = {
    "email": "bulk@example.com", "phone": "+31 20 555 01 77", "language": "nl", "date": "2020-02-03", "money": "12.50",
    "url": "https://bulk.example.com", "micro": "7.5", "amount": "9.50",
}  # fmt: skip


def value_for(column: types.Column, stage) -> str:
    if column.choices is not None:
        return str(column.choices()[-1][0])
    return str(stage.ids["user.colleague"]) if column.kind == "user" else VALUES.get(column.kind, "Bulk")


def held(record, column: types.Column):
    return record.value_of(column.name) if column.custom is not None else getattr(record, column.attribute)


@pytest.mark.parametrize("kind", cast.TYPES)
def test_every_kind_of_column_is_set_and_put_back(stage, kind):
    with stage.writes("admin") as session:
        for of in ("text", "number", "date", "person", "link"):
            CustomField.create(session.user, kind, f"Bulk {of}", of)
        CustomField.create(session.user, kind, "Bulk money", "money", currency="EUR")
        for of in ("choice", "choices"):
            CustomField.create(session.user, kind, f"Bulk {of}", of, options=["A"])
    number, owner = stage.ids[f"seller.{kind}"], "admin"
    with stage.app.test_request_context():
        columns = changes.settable(types.get(kind))
        wanted = {column.name: value_for(column, stage) for column in columns}
    assert len(columns) > 8 if kind != "order" else columns
    for column in columns:
        with stage.app.app_context():
            before = held(db.session.get_one(types.get(kind).model, number), column)
        field = {"field": column.name, column.field_name: wanted[column.name]}
        answer = post(stage, owner, kind, id=number, action="set", **field)
        assert answer.status_code == 303, (column.name, answer.text)
        with stage.app.app_context():
            after = held(db.session.get_one(types.get(kind).model, number), column)
            operation = db.session.scalars(sa.select(sa.func.max(Operation.id))).one()
        if str(before) != wanted[column.name]:
            assert after != before, column.name
        if after != before:
            undo(stage, owner, operation)
            with stage.app.app_context():
                assert held(db.session.get_one(types.get(kind).model, number), column) == before, column.name


def test_a_row_that_does_not_take_it_is_named_and_its_neighbours_are_saved(stage):
    """A quote that the customer has, a draft, and one that is not there for this user."""
    draft, sent = stage.ids["seller.quote"], stage.ids["sent.quote"]
    form = {"id": [draft, sent], "action": "delete"}
    answer = stage.client("admin").post("/records/quote/bulk", data=form, headers=HTMX)
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["message"].startswith("1 of 2 records are in the trash. What the customer"), "how long is a setting"
    page = stage.client("admin").get(toast["link"]["href"]).text
    assert "Withdraw the quote first" in page
    assert "Sent quote" in page
    assert cast.canary("seller", "quote") not in page, "that one is in the trash, as it should be"
    assert stage.client("admin").get(f"/quotes/{draft}").status_code == 404
    assert stage.client("admin").get(f"/quotes/{sent}").status_code == 200
    alone = stage.client("admin").post("/records/quote/bulk", data={"id": sent, "action": "delete"})
    assert (alone.status_code, "“Sent quote”: What the customer" in alone.text) == (409, True)


def test_rules_that_look_at_other_fields_hold_for_each_row(stage):
    """Somebody of whom only the e-mail address is known keeps it; the others lose theirs."""
    with stage.writes("seller") as session:
        only = Contact.create(session.user, email="only@example.com").id
    ids = [only, stage.ids["seller.contact"]]
    run = run_of(stage, post(stage, "seller", "contact", id=ids, action="set", field="email", email=""))
    assert refusals(stage, run) == {only: "Say who it is: a name, an e-mail address or a phone number."}
    with stage.app.app_context():
        assert db.session.get_one(Contact, only).main_email == "only@example.com"
        assert not db.session.get_one(Contact, ids[1]).main_email


# --- all that match, by a job -----------------------------------------------------------------------------------------


def test_all_that_match_are_changed_by_a_job_and_undone_as_one_step(stage, crowd, monkeypatch):
    """What the change moves out of the list leaves no gap; what came since is not meant; what one may not change is named."""
    monkeypatch.setattr(undoing, "LARGE", 50)
    monkeypatch.setattr(undoing, "PART", 40)
    rivals = stage.ids["rival.contact"]
    with stage.writes("rival"):
        db.session.get_one(Contact, rivals).change(salutation="Dr")
    before = state(stage)
    form = {"all": "1", "list": "salutation=Dr", "action": "set", "field": "salutation", "salutation": "Prof"}
    run = run_of(stage, post(stage, "colleague", "contact", **form))
    assert (run.state, run.total) == ("running", len(crowd)), "the rival's are not seen"
    with stage.writes("seller") as session:
        late = Contact.create(session.user, given="Late")
        late.change(salutation="Dr")
        late_id = late.id
    work(stage)
    run = again(stage, run)
    assert (run.state, run.changed, run.refused) == ("done", len(crowd), 0)
    with stage.app.app_context():
        assert set(db.session.scalars(sa.select(Contact.id).where(Contact.salutation == "Prof"))) == set(crowd)
        assert db.session.get_one(Contact, late_id).salutation == "Dr"
        db.session.rollback()
    with stage.writes("seller"):
        db.session.get_one(Contact, crowd[3]).change(salutation="Mr")
        db.session.get_one(Contact, late_id).trash()
    answer = stage.client("colleague").post(f"/records/undo/{run.operation_id}")
    assert answer.headers["Location"] == f"/records/bulk/{run.id}"
    assert "changes are undone" in stage.client("admin").get(f"/records/bulk/{run.id}").text
    work(stage)
    assert "Undone" in stage.client("admin").get(f"/records/bulk/{run.id}").text
    with stage.writes("seller"):
        assert db.session.get_one(Contact, crowd[3]).salutation == "Mr", "somebody changed it since"
        db.session.get_one(Contact, crowd[3]).change(salutation="Dr")
        db.session.get_one(Contact, late_id).restore()
    left = {
        line for line in oracles.differences(before, state(stage)) if "Late" not in line and "Crowd 003" not in line
    }
    assert {line.split(":")[0] for line in left} <= {"+ contact", "- contact"}
    assert not {line for line in left if "Prof" in line}, "row versions and times only"


def test_stopped_killed_and_begun_again_it_ends_like_one_that_was_left_alone(stage, crowd, monkeypatch):
    monkeypatch.setattr(running, "PART", 16)
    run = run_of(stage, post(stage, "seller", "contact", all="1", list="salutation=Dr", action="tag", tag="Fair"))
    with stage.app.app_context():
        assert running._part(run.id)
        kept, running.changes.apply = running.changes.apply, _killed
        with pytest.raises(KeyboardInterrupt):
            running._part(run.id)
        running.changes.apply = kept
        db.session.rollback()
    with stage.writes("manager"):  # somebody saves in between, one that is done and one that is to come
        for number in (crowd[1], crowd[-1]):
            db.session.get_one(Contact, number).change(given="Meanwhile")
    assert again(stage, run).place == crowd[15]
    work(stage)
    assert (again(stage, run).changed, again(stage, run).state) == (len(crowd), "done")
    with stage.app.app_context():
        tagged = sa.select(sa.func.count()).select_from(Tagging).join(Tag).where(Tag.name == "Fair")
        assert db.session.scalar(tagged) == len(crowd)
        made = sa.select(sa.func.count()).where(
            Change.operation_id == run.operation_id, Change.record_type == "tagging"
        )
        assert db.session.scalar(made) == len(crowd)


def _killed(*_args: object):
    raise KeyboardInterrupt


def test_stop_leaves_what_is_done_and_undo_stops_what_goes_on(stage, crowd, monkeypatch):
    monkeypatch.setattr(running, "PART", 16)
    seller = stage.client("seller")
    run = run_of(stage, post(stage, "seller", "contact", id=crowd, action="delete"))
    with stage.app.app_context():
        running._part(run.id)
    assert seller.post(f"/records/bulk/{run.id}/stop").status_code == 303
    work(stage)
    assert (again(stage, run).changed, again(stage, run).state) == (16, "stopped")
    other = run_of(stage, post(stage, "seller", "contact", id=crowd[16:], action="tag", tag="Fair"))
    with stage.app.app_context():
        running._part(other.id)
    undo(stage, "seller", other.operation_id)
    work(stage)
    assert again(stage, other).state == "stopped"
    untouched = run_of(stage, post(stage, "seller", "contact", id=crowd[16:] + crowd[:16], action="tag", tag="Fair"))
    assert undo(stage, "seller", untouched.operation_id).status_code == 303, "nothing was changed yet: it is stopped"
    with stage.app.app_context():
        tagged = sa.select(sa.func.count()).select_from(Tagging).join(Tag).where(Tag.name == "Fair")
        there = sa.select(sa.func.count()).where(Contact.id.in_(crowd), Contact.deleted_at.is_(None))
        assert (db.session.scalar(tagged), db.session.scalar(there)) == (0, len(crowd) - 16)
    assert stage.client("manager").post(f"/records/bulk/{run.id}/stop").status_code == 404


def test_the_bell_tells_who_began_a_long_one_of_its_end(stage, crowd, monkeypatch):
    def told() -> list[tuple[str, int]]:
        with stage.app.app_context():
            return [
                tuple(row)
                for row in db.session.execute(
                    sa.select(Notice.record_type, Notice.user_id).where(Notice.kind == "bulk_done")
                )
            ]

    post(stage, "seller", "contact", id=crowd, action="tag", tag="Short")
    work(stage)
    assert told() == []
    monkeypatch.setattr(running, "LONG", len(crowd))
    run = run_of(stage, post(stage, "seller", "contact", id=crowd, action="tag", tag="Long"))
    work(stage)
    assert told() == [("bulk_run", stage.ids["user.seller"])]
    inbox = stage.client("seller").get("/desk/notices").text
    assert "Your change of many records has ended" in inbox
    assert f'href="/records/bulk/{run.id}"' in inbox
    undo(stage, "seller", run.operation_id)
    work(stage)
    assert "Your change of many records has ended" not in stage.client("seller").get("/desk/notices").text
    other = run_of(stage, post(stage, "seller", "contact", id=crowd, action="tag", tag="Stopped"))
    stage.client("seller").post(f"/records/bulk/{other.id}/stop")
    work(stage)
    assert len(told()) == 1, "who stops it knows"


def test_what_means_nothing_any_more_stops_it_and_says_so(stage, crowd):
    with stage.writes("admin") as session:
        field = CustomField.create(session.user, "contact", "Size", "text")
    run = run_of(stage, post(stage, "seller", "contact", id=crowd, action="set", field="x.size", **{"x.size": "large"}))
    with stage.writes("admin"):
        db.session.get_one(CustomField, field.id).delete()
    work(stage)
    assert (again(stage, run).state, again(stage, run).changed) == ("stopped", 0)
    assert "Choose a field first." in stage.client("seller").get(f"/records/bulk/{run.id}").text


def test_an_undo_by_its_maker_leaves_what_is_theirs_no_more(stage, crowd, monkeypatch):
    """Another team's by now. The control: the administrator's undo takes that, too."""
    monkeypatch.setattr(undoing, "LARGE", 50)
    run = run_of(stage, post(stage, "seller", "contact", id=crowd, action="tag", tag="Fair"))
    work(stage)
    with stage.writes("admin"):
        db.session.get_one(Contact, crowd[7]).hand_over(stage.ids["user.rival"])

    def tagged() -> set[int]:
        with stage.app.app_context():
            return set(db.session.scalars(sa.select(Tagging.record_id).join(Tag).where(Tag.name == "Fair")))

    undo(stage, "seller", run.operation_id)
    assert tagged() == {crowd[7]}
    with stage.app.app_context():
        taken_back = db.session.get_one(Operation, run.operation_id).undone_by_id
    undo(stage, "admin", taken_back)
    assert tagged() == set(crowd), "an undo of thousands can be undone"
    assert "Done" in stage.client("seller").get(f"/records/bulk/{run.id}").text


def test_all_that_words_find_is_chosen_and_not_only_what_a_page_counts(stage, crowd, monkeypatch):
    monkeypatch.setattr(listing, "COUNT_TO", 10)
    run = run_of(stage, post(stage, "seller", "contact", all="1", list="_q=Crowd", action="tag", tag="Fair"))
    assert run.ids == crowd


def test_what_words_find_is_chosen_with_all_its_filters(stage, crowd):
    run = run_of(
        stage, post(stage, "seller", "contact", all="1", list="_q=Crowd&salutation=Dr", action="tag", tag="Fair")
    )
    work(stage)
    assert (run.ids, again(stage, run).changed) == (crowd, len(crowd))
    assert post(stage, "seller", "contact", all="1", list="nonsense=1", action="tag", tag="Fair").status_code == 400


# --- without script ---------------------------------------------------------------------------------------------------


def test_without_script_the_value_is_asked_for_on_a_page(stage):
    seller, mine = stage.client("seller"), [stage.ids["seller.contact"], stage.ids["colleague.contact"]]
    page = seller.post("/records/contact/bulk", data={"id": mine, "action": "set", "field": "salutation"}).text
    fields = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.split('action="/records/contact/bulk"')[1]
    )
    sent = {"id": [value for name, value in fields if name == "id"], "field": dict(fields)["field"]}
    assert seller.post("/records/contact/bulk", data={**sent, "action": "set", "salutation": "Prof"}).status_code == 303
    with stage.app.app_context():
        assert {db.session.get_one(Contact, number).salutation for number in mine} == {"Prof"}
