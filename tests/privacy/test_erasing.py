"""Erasing somebody: nothing of them is left, in no table and in no byte; what law wants kept is, and is named."""

import pytest
import sqlalchemy as sa

from crmlite import jobs
from crmlite.companies.models import Company
from crmlite.contacts import suppression
from crmlite.contacts.models import Contact
from crmlite.desk import mailing
from crmlite.desk.models import Notice
from crmlite.extensions import Base, db, reading, utcnow
from crmlite.imports import running
from crmlite.jobs import Job
from crmlite.journal import Event, EventLink
from crmlite.mail.models import Message
from crmlite.pipeline.models import Deal
from crmlite.privacy import erasing
from crmlite.privacy.models import Erasure
from crmlite.records.notes import Note
from crmlite.records.points import Point
from crmlite.records.points import of as points_of
from crmlite.sales.models import Order
from tests.imports.conftest import Mover
from tests.privacy.seeding import EMAIL, WORD, order_of, places, seed


def begin(stage, contact_id: int) -> int:
    with stage.writes("manager") as as_:
        return erasing.begin(db.session.get_one(Contact, contact_id), as_.user).id


def work(stage) -> None:
    with stage.app.app_context():
        jobs.run_due()
        failed = sa.select(Job.error).where(Job.error.is_not(None), Job.id != stage.ids["job"])
        assert db.session.scalars(failed).all() == []
        reading()


def rows_with(stage, word: str = WORD) -> list[str]:
    """Tables that hold the word, by all their columns as text."""
    found = []
    with stage.app.app_context():
        for table in Base.metadata.sorted_tables:
            texts = [sa.cast(column, sa.Text) for column in table.c]
            for row in db.session.execute(sa.select(table).where(sa.or_(*(t.ilike(f"%{word}%") for t in texts)))):
                found.append(f"{table.name}: {row}")
    return found


class Killed(BaseException):
    """The process ended."""


def kill_at_every_commit(stage, erasure_id: int) -> int:
    """Lets each transaction of the job be killed once before its commit, and go through when the job runs anew; returns how often."""
    kills = 0
    with stage.app.app_context():
        while not db.session.get_one(Erasure, erasure_id, populate_existing=True).is_done:
            left = iter([False, True])  # the first one goes through, the second does not

            def strike(session, left=left) -> None:
                if not session.in_nested_transaction() and next(left):
                    raise Killed

            assert kills < 200
            reading()
            sa.event.listen(db.session, "before_commit", strike)
            try:
                erasing.erase(erasure_id)
            except Killed:
                kills += 1
                db.session.rollback()
            finally:
                sa.event.remove(db.session, "before_commit", strike)
                reading()
    return kills


@pytest.fixture
def url(own_stage) -> str:
    return own_stage.app.extensions["crmlite.settings"].database_url


@pytest.mark.only_on("sqlite")
def test_not_a_byte_is_left_however_often_it_was_killed(own_stage, url, monkeypatch):
    ids = seed(own_stage)
    tables = {row.partition(":")[0] for row in rows_with(own_stage)}
    assert {"contact", "point", "address", "note", "message", "submission", "lead", "deal", "quote", "search", "change",
            "event", "import", "file", "custom_value", "duplicate_card", "consent", "message_file"} <= tables  # fmt: skip
    assert len(places(own_stage, url)) >= 4, "the control: before, they are found in the database and in files"
    erasure_id = begin(own_stage, ids.contact)
    with monkeypatch.context() as patched:
        patched.setattr(erasing, "_wipe", lambda: None)
        patched.setattr(erasing, "_truncate_log", lambda: None)
        assert kill_at_every_commit(own_stage, erasure_id) > len(erasing.STEPS)
    assert rows_with(own_stage) == []
    assert places(own_stage, url) != [], "the control: what was removed can still be read from the disk"
    with own_stage.app.app_context():
        erasing._wipe()
    assert places(own_stage, url) == []
    with own_stage.app.app_context():
        erasure = db.session.get_one(Erasure, erasure_id)
        assert (erasure.is_done, erasure.files, erasure.kept) == (True, [], [])
        assert erasure.counts["contact"] == 2
        assert db.session.scalars(sa.select(Contact).where(Contact.id.in_([ids.contact, ids.other]))).all() == []
        assert suppression.suppressed([("email", EMAIL), ("email", "jan@x.example")]).keys() == {("email", EMAIL)}
        assert db.session.scalar(sa.select(Contact.id).where(Contact.main_email == "jan@x.example")) is not None


def test_what_law_wants_kept_is_named_before_and_kept(own_stage):
    ids = seed(own_stage)
    today = utcnow().date()
    with own_stage.writes("seller") as as_:
        contact = db.session.get_one(Contact, ids.contact)
        kept, old = (order_of(contact, as_.user, day) for day in (today, today.replace(year=today.year - 12, day=1)))
        kept.deal_id = ids.deal
        order_ids = kept.id, old.id
    manager = own_stage.client("manager")
    page = manager.get(f"/privacy/contacts/{ids.contact}").text
    assert f"O-{today}" in page
    assert str(today.year + 10) in page
    assert "Orders that no law asks to keep any more" in page
    answer = manager.post(f"/privacy/contacts/{ids.contact}/erase")
    assert answer.status_code == 303
    assert manager.get(f"/contacts/{ids.contact}").status_code == 404, "from now on, not when the job has run"
    assert WORD not in manager.get("/records/trash?type=contact").text
    assert manager.post(f"/records/contact/{ids.contact}/restore").status_code == 404, "nobody brings them back"
    work(own_stage)
    assert manager.get(f"/orders/{order_ids[0]}").status_code == 200
    assert [row for row in rows_with(own_stage) if not row.startswith("import_row")] == []
    with own_stage.app.app_context():
        assert [db.session.get(Order, number) is not None for number in order_ids] == [True, False]
        shell = db.session.get_one(Contact, ids.contact)
        assert (shell.name, shell.main_email, shell.birthday, shell.custom, shell.sort_name) == (
            "",
            None,
            None,
            None,
            "",
        )
        assert db.session.get_one(Deal, ids.deal).name == "[…] deal"
    certificate = manager.get(answer.headers["Location"])
    assert f"O-{today}" in certificate.text
    assert WORD not in certificate.text
    assert manager.get(f"{answer.headers['Location']}/pdf").data.startswith(b"%PDF")


def test_only_who_has_the_grant_and_may_delete_erases(own_stage):
    number = own_stage.ids["seller.contact"]
    assert own_stage.client("seller").post(f"/privacy/contacts/{number}/erase").status_code == 403
    assert own_stage.client("seller").post(f"/privacy/contacts/{number}/dossier").status_code == 403
    with own_stage.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Erasure)) == 1, "the cast's"


def test_who_is_in_the_trash_has_a_dossier_and_is_erased_too(own_stage):
    number = own_stage.ids["seller.contact"]
    page, manager, seller = f"/privacy/contacts/{number}", own_stage.client("manager"), own_stage.client("seller")
    assert manager.post(f"/records/contact/{number}/delete").status_code == 303
    assert page in manager.get("/records/trash?type=contact").text
    assert page not in seller.get("/records/trash?type=contact").text
    assert (manager.get(page).status_code, seller.get(page).status_code) == (200, 403)
    assert own_stage.client("rival").get(page).status_code == 404
    assert manager.post(f"{page}/dossier").mimetype == "application/zip"
    assert manager.post(f"{page}/erase").status_code == 303
    work(own_stage)
    assert manager.get(page).status_code == 404
    with own_stage.app.app_context():
        assert db.session.get_one(Contact, number).name == "", "it is on papers that are kept"


def test_nobody_brings_back_out_of_the_trash_whom_is_being_erased(own_stage):
    """Neither by the Undo of the deletion, nor by restoring, while the work waits."""
    number, manager = own_stage.ids["seller.contact"], own_stage.client("manager")
    assert manager.post(f"/records/contact/{number}/delete").status_code == 303
    with own_stage.app.app_context():
        last = sa.select(sa.func.max(EventLink.event_id)).where(EventLink.record_id == number)
        operation_id = db.session.scalar(sa.select(Event.operation_id).where(Event.id == last.scalar_subquery()))
    assert manager.post(f"/privacy/contacts/{number}/erase").status_code == 303
    assert manager.post(f"/records/undo/{operation_id}").status_code in {403, 404, 409}
    assert manager.post(f"/records/contact/{number}/restore").status_code == 404
    assert manager.get(f"/contacts/{number}").status_code == 404


def test_a_mailed_notice_of_their_import_does_not_say_what_the_file_was_called(stage, monkeypatch):
    monkeypatch.setattr(running, "LONG", 1)
    mover = Mover(stage)
    numbers = [
        mover.move_in(f"Name,E-mail\n{name} Zq,{name}@told.example\n", f"{name}.csv").id for name in ("Mine", "Other")
    ]
    with stage.writes():
        told = sa.select(Notice.id).where(Notice.record_type == "import", Notice.kind == "import_done")
        for number in db.session.scalars(told.order_by(Notice.id)).all():
            mailing.send(number)
        contact_id = db.session.scalar(sa.select(Contact.id).where(Contact.name == "Mine Zq"))
    begin(stage, contact_id)
    work(stage)
    with stage.app.app_context():
        query = sa.select(Message.text).where(Message.about_type == "import", Message.about_id.in_(numbers))
        texts = list(db.session.scalars(query.order_by(Message.about_id)))
    assert len(texts) == 2
    assert "Mine.csv" not in texts[0]
    assert "Other.csv" in texts[1], "the control"


@pytest.mark.parametrize("is_old", [False, True], ids=["renamed since", "of an earlier version"])
def test_what_colleagues_were_told_by_mail_names_nobody_any_more(stage, is_old):
    with stage.writes("manager") as as_:
        contact = Contact.create(as_.user, given="Zqtold", family="Person", email="zq@told.example")
        contact.change(owner_id=stage.ids["user.colleague"])
        contact_id = contact.id
    with stage.writes():
        told = sa.select(Notice.id).where(Notice.record_type == "contact", Notice.record_id == contact_id)
        mailing.send(db.session.scalars(told).one())
        if is_old:
            db.session.execute(sa.update(Message).values(about_type=None, about_id=None))
        else:
            db.session.get_one(Contact, contact_id).change(given="Somebody")
    assert {row.partition(":")[0] for row in rows_with(stage, "Zqtold")} >= {"message", "event"}, "the control"
    begin(stage, contact_id)
    work(stage)
    assert rows_with(stage, "Zqtold") == []


def test_what_they_were_called_and_reached_by_before_goes_too(stage):
    with stage.writes("seller") as as_:
        points = [{"kind": "email", "value": "zqformer@one.example", "label": "work"}]
        contact = Contact.create(as_.user, given="Zqformer", family="Maiden", points=points)
        db.session.flush()
        number, row = contact.id, points_of(contact, Point)[0].id
        other = db.session.get_one(Contact, stage.ids["seller.contact"])
        Note.write(other, as_.user.id, "Write to zqformer@one.example or zqgone@two.example")
        company = db.session.get_one(Company, stage.ids["seller.company"])
        contact.join(company)
        Note.write(company, as_.user.id, "Ask Zqformer Maiden")
    for change in (
        {"points": [{"id": row, "kind": "email", "value": "zqgone@two.example", "label": "work"}], "family": "Married"},
        {"points": [{"id": row, "kind": "email", "value": "", "label": "work"}], "given": "Zqnow"},
    ):
        with stage.writes("seller"):
            db.session.get_one(Contact, number).change(**change)
    assert rows_with(stage, "zqgone"), "the control"
    begin(stage, number)
    work(stage)
    for word in ("zqformer", "zqgone", "Maiden"):
        assert rows_with(stage, word) == [], word
