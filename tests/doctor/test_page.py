"""/doctor for administrators: what it shows, the look outside by a button, and what is done about jobs that failed."""

import sqlalchemy as sa

from crmlite import jobs
from crmlite.doctor import examination
from crmlite.doctor.findings import Place
from crmlite.extensions import db, utcnow, writing
from crmlite.jobs import Job
from crmlite.journal import Event, Operation
from tests import oracles
from tests.doctor.servers import NameServer


def test_the_page_shows_every_check_of_this_machine(stage):
    page = stage.client("admin").get("/doctor").text
    for check in examination.HERE:
        assert f'<li id="{check.name}">' in page
    assert "1 job failed five times and is parked." in page
    assert 'Something is broken. What to do stands beside it: <a href="#failed_jobs">Failed jobs</a>' in " ".join(
        page.split()
    )
    assert "SPF" in page
    assert '<li id="spf">' not in page, "nobody outside was asked"


def test_a_button_looks_outside_and_writes_nothing(own_stage):
    settings = own_stage.app.extensions["crmlite.settings"]
    with NameServer().running() as names:
        own_stage.app.extensions["crmlite.doctor"] = Place(settings, resolver=names.resolver)
        with oracles.expect_equal(own_stage.engines["reader"]):
            answer = own_stage.client("admin").post("/doctor/outside")
    assert answer.status_code == 200
    for check in (*examination.HERE, *examination.OUTSIDE):
        assert f'<li id="{check.name}">' in answer.text
    assert "Mail is sent from localhost, which is no domain on the internet." in answer.text


def test_no_transaction_is_open_while_others_are_asked(own_stage, monkeypatch):
    open_then = []

    def look(within: float = 0) -> list:
        open_then.append(db.session().in_transaction())
        open_then.append(own_stage.engines[None].pool.checkedout())
        return []

    monkeypatch.setattr(examination, "look_outside", look)
    own_stage.client("admin").post("/doctor/outside")
    assert open_then == [False, 0]


def test_it_is_in_the_settings_of_administrators_only(stage):
    assert 'href="/doctor"' in stage.client("admin").get("/auth/organisation").text
    manager = stage.client("manager").get("/auth/organisation").text
    assert 'href="/doctor"' not in manager
    assert 'href="/retention"' not in manager


# --- jobs -------------------------------------------------------------------------------------------------------------

TRIED = []


@jobs.job
def brittle(fails: bool) -> None:
    TRIED.append(fails)
    if fails:
        raise ValueError("it broke")


def run_all() -> None:
    """Until nothing is due, as if time went by."""
    for _round in range(12):
        writing()
        db.session.execute(sa.update(Job).where(Job.state == "queued").values(due_at=utcnow()))
        db.session.commit()
        jobs.run_due()


def park(stage) -> int:
    """A job that fails until it is parked."""
    with stage.app.app_context():
        writing()
        jobs.enqueue(brittle, fails=True)
        db.session.commit()
        run_all()
        found = db.session.scalars(sa.select(Job).where(Job.name.endswith("brittle"))).one()
        assert (found.state, found.attempts) == ("parked", 5)
        return found.id


def state_of(stage, job_id: int) -> tuple[str, int]:
    with stage.app.app_context():
        row = db.session.get_one(Job, job_id)
        return row.state, row.attempts


def test_the_list_says_what_went_wrong(own_stage):
    number = park(own_stage)
    page = own_stage.client("admin").get("/doctor/jobs").text
    assert f'id="job-{number}"' in page
    assert "ValueError: it broke" in page
    assert "fails = True" in page


def test_a_parked_job_runs_again(own_stage):
    number = park(own_stage)
    with own_stage.app.app_context():
        writing()
        db.session.execute(sa.update(Job).where(Job.id == number).values(args={"fails": False}))
        db.session.commit()
    TRIED.clear()
    with own_stage.app.app_context():
        run_all()
    assert TRIED == [], "by itself a parked job never runs"
    answer = own_stage.client("admin").post(f"/doctor/jobs/{number}/run-again")
    assert answer.status_code == 303
    assert state_of(own_stage, number) == ("queued", 0)
    with own_stage.app.app_context():
        jobs.run_due()
    assert TRIED == [False]
    assert state_of(own_stage, number) == ("done", 1)


def test_a_job_that_is_given_up_is_over(own_stage):
    number = park(own_stage)
    admin = own_stage.client("admin")
    assert admin.post(f"/doctor/jobs/{number}/give-up").status_code == 303
    assert state_of(own_stage, number)[0] == "given_up"
    assert f'id="job-{number}"' not in admin.get("/doctor/jobs").text
    assert admin.post(f"/doctor/jobs/{number}/run-again").status_code == 409
    TRIED.clear()
    with own_stage.app.app_context():
        run_all()
    assert TRIED == []


def test_who_decided_is_on_record(own_stage):
    number = park(own_stage)
    own_stage.client("admin").post(f"/doctor/jobs/{number}/give-up")
    with own_stage.app.app_context():
        query = sa.select(Operation.actor_id).join(Event, Event.operation_id == Operation.id)
        actors = db.session.scalars(query.where(Event.name == "job.given_up", Event.subject_id == number)).all()
    assert actors == [own_stage.ids["user.admin"]]


def test_a_job_that_waits_for_another_try_need_not_wait(own_stage):
    with own_stage.app.app_context():
        writing()
        jobs.enqueue(brittle, fails=True)
        db.session.commit()
        jobs.run_due()
        number = db.session.scalars(sa.select(Job.id).where(Job.name.endswith("brittle"))).one()
    assert "Will be tried again" in own_stage.client("admin").get("/doctor/jobs").text
    own_stage.client("admin").post(f"/doctor/jobs/{number}/run-again")
    TRIED.clear()
    with own_stage.app.app_context():
        jobs.run_due()
    assert TRIED == [True]


def test_a_job_that_never_failed_is_nobodys_to_decide(own_stage):
    with own_stage.app.app_context():
        writing()
        jobs.enqueue(brittle, fails=False)
        db.session.commit()
        number = db.session.scalars(sa.select(Job.id).where(Job.name.endswith("brittle"))).one()
    for verb in ("run-again", "give-up"):
        assert own_stage.client("admin").post(f"/doctor/jobs/{number}/{verb}").status_code == 409
    assert own_stage.client("admin").post("/doctor/jobs/999999/give-up").status_code == 404


def test_nothing_has_failed(own_stage):
    with own_stage.writes():
        db.session.execute(sa.delete(Job))
    assert "No job has failed" in own_stage.client("admin").get("/doctor/jobs").text
