"""Two people at one record: no update is lost, and who comes late is told."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from crmlite.auth.models import Viewer
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db, writing
from crmlite.leads.models import Lead
from tests.cast import Stage

THREADS, TIMES = 4, 50


def viewer(stage: Stage) -> Viewer:
    return Viewer(
        stage.ids["user.manager"], "Manager", "manager@demo.example", "manager", None, "en", "UTC", "auto", True,
        {("*", "view"): "all", ("*", "edit"): "all"},
    )  # fmt: skip


def count_up(stage: Stage, find: Callable[[], Contact]) -> int:
    """Four people add one to the same field fifty times each; returns how many were told that somebody was faster."""
    refused = []

    def work() -> None:
        for _n in range(TIMES):
            with stage.app.app_context():
                writing()
                try:
                    person = find()
                    person.salutation = str(int(person.salutation) + 1)
                    db.session.commit()
                except (StaleDataError, sa.exc.OperationalError):
                    db.session.rollback()
                    refused.append(1)

    with stage.writes("manager"):
        db.session.get_one(Contact, stage.ids["seller.contact"]).salutation = "0"
    threads = [threading.Thread(target=work) for _n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return len(refused)


def result(stage: Stage) -> int:
    with stage.app.app_context():
        return int(db.session.get_one(Contact, stage.ids["seller.contact"]).salutation)


def test_no_update_is_lost(stage):
    """Found through the policy for a change, the row is locked: 200 of 200, and nobody is turned away."""
    user, contact_id = viewer(stage), stage.ids["seller.contact"]
    refused = count_up(stage, lambda: CONTACT.policy.find(user, contact_id, "edit"))
    assert (refused, result(stage)) == (0, THREADS * TIMES)


def test_without_the_lock_people_are_turned_away(stage, database):
    """The negative control: read without the lock, PostgreSQL lets two change the same version; the row version notices."""
    if database == "sqlite":
        return  # one writer at a time: there is nothing to lose
    user, contact_id = viewer(stage), stage.ids["seller.contact"]
    refused = count_up(stage, lambda: CONTACT.policy.find(user, contact_id, "view"))
    assert refused > 0
    assert result(stage) == THREADS * TIMES - refused


# --- through the URL --------------------------------------------------------------------------------------------------


@pytest.fixture
def stale(stage):
    """The form of a lead as somebody has it open, while somebody else has changed the lead."""
    with stage.app.app_context():
        version = db.session.get_one(Lead, stage.ids["seller.lead"]).row_version
    url = f"/leads/{stage.ids['seller.lead']}/edit"
    first = stage.client("colleague").post(
        url, data={"need": "From the colleague", "source": "Fair", "row_version": version}
    )
    assert first.status_code == 303
    return url, version


def test_a_stale_form_is_refused(stage, stale):
    url, version = stale
    answer = stage.client("seller").post(url, data={"need": "From the seller", "source": "Web", "row_version": version})
    assert answer.status_code == 409
    with stage.app.app_context():
        assert db.session.get_one(Lead, stage.ids["seller.lead"]).need == "From the colleague"
