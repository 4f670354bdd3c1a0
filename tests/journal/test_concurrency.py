"""Two people at one record: no update is lost, and who comes late is told."""

import re
import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from crmlite.auth.models import Viewer
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.contacts.types import CONTACT
from crmlite.extensions import db, writing
from crmlite.leads.models import Lead
from tests.cast import Stage

THREADS, TIMES = 4, 50
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


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


@pytest.mark.only_on("postgresql")  # SQLite has one writer at a time: there is nothing to lose
def test_without_the_lock_people_are_turned_away(stage):
    """The negative control: read without the lock, PostgreSQL lets two change the same version; the row version notices."""
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


def field(stage: Stage, **form: str) -> tuple[int, str]:
    url = f"/records/contact/{stage.ids['seller.contact']}/field/salutation"
    answer = stage.client(form.pop("by")).post(url, data=form, headers=HTMX)
    return answer.status_code, answer.get_data(as_text=True)


def test_one_field_that_somebody_changed_meanwhile(stage):
    """409 with both values; said once more on top of what is there now, it is taken."""
    was = "zcsellercontactqx"
    assert field(stage, by="colleague", salutation="Dr", was=was)[0] == 200
    status, page = field(stage, by="seller", salutation="Prof", was=was)
    assert status == 409
    assert "Dr" in page
    assert 'value="Prof"' in page
    with stage.app.app_context():
        assert db.session.get_one(Contact, stage.ids["seller.contact"]).salutation == "Dr"
    assert field(stage, by="seller", salutation="Prof", was="Dr")[0] == 200


def test_two_fields_of_one_record_do_not_hinder_each_other(stage):
    contact_id = stage.ids["seller.contact"]
    assert field(stage, by="colleague", salutation="Dr", was="zcsellercontactqx")[0] == 200
    answer = stage.client("seller").post(
        f"/records/contact/{contact_id}/field/given",
        data={"given": "Hanna", "was": "zcsellercontactqxgiven"},
        headers=HTMX,
    )
    assert answer.status_code == 200
    with stage.app.app_context():
        person = db.session.get_one(Contact, contact_id)
        assert (person.salutation, person.given) == ("Dr", "Hanna")


def test_many_at_one_field_at_the_same_moment(stage):
    """Of eight who saw the same value one is first; the others are told what it is now. Nobody's word is lost silently."""
    answers: list[tuple[int, str]] = []

    def save(n: int) -> None:
        by = ("seller", "colleague", "manager", "admin")[n % 4]
        answers.append((field(stage, by=by, salutation=f"Dr {n}", was="zcsellercontactqx")[0], f"Dr {n}"))

    threads = [threading.Thread(target=save, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(status for status, _value in answers) == [200] + [409] * 7
    with stage.app.app_context():
        kept = db.session.get_one(Contact, stage.ids["seller.contact"]).salutation
    assert (200, kept) in answers


@pytest.mark.parametrize("kind", ["contacts", "companies"])
def test_a_whole_form_that_somebody_overtook(stage, kind):
    """Only a field that both changed is a conflict; what the other changed elsewhere is kept."""
    record = kind.removesuffix("s") if kind == "contacts" else "company"
    client, url = stage.client("seller"), f"/{kind}/{stage.ids[f'seller.{record}']}/edit"
    page = client.get(url).get_data(as_text=True)
    form = {m[1]: m[2] for m in re.finditer(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)}
    version = form["row_version"]
    name = "given" if kind == "contacts" else "name"
    with stage.writes("colleague"):
        model = Contact if kind == "contacts" else Company
        db.session.get_one(model, stage.ids[f"seller.{record}"]).change(**{name: "From the colleague"})
    answer = client.post(url, data={**form, name: "From the seller", "row_version": version})
    assert answer.status_code == 409
    assert "From the colleague" in answer.text
    assert "From the seller" in answer.text
