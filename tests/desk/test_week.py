"""The day that weeks begin with is read by timelines and notices."""

from datetime import UTC, date, datetime

import pytest
from flask import g

from crmlite import web
from crmlite.extensions import pretending
from crmlite.records.timeline import period
from tests.records.who import request_of, viewer

WEDNESDAY = datetime(2027, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "begins"), [(0, date(2027, 3, 8)), (6, date(2027, 3, 7)), (5, date(2027, 3, 6)), (None, date(2027, 3, 8))]
)
def test_the_week_of_a_wednesday(stage, first, begins):
    with request_of(stage, viewer(stage, week_start=first)):
        assert web.week_begin(WEDNESDAY.date()) == begins
        assert g.user.week_start == first


@pytest.mark.parametrize(
    ("first", "monday", "sunday"),
    [(0, "Earlier this week", "Last week"), (6, "Earlier this week", "Earlier this week")],
)
def test_timelines_are_divided_by_it(stage, first, monday, sunday):
    with request_of(stage, viewer(stage, week_start=first)), pretending(WEDNESDAY):
        assert period(datetime(2027, 3, 8, 12, tzinfo=UTC)) == monday
        assert period(datetime(2027, 3, 7, 12, tzinfo=UTC)) == sunday
        assert period(datetime(2027, 3, 9, 12, tzinfo=UTC)) == "Yesterday"
        assert period(datetime(2027, 3, 10, 1, tzinfo=UTC)) == "Today"
        assert period(datetime(2027, 2, 20, 1, tzinfo=UTC)) == "February 2027"


def test_it_is_chosen_under_the_profile(stage):
    form = {"name": "Ben", "locale": "en", "time_zone": "UTC", "theme": "auto", "week_start": "6", "shortcuts": "y"}
    assert stage.client("seller").post("/auth/profile", data=form).status_code == 303
    page = stage.client("seller").get("/auth/profile").text
    assert '<option selected value="6">Sunday</option>' in page
    assert stage.client("seller").post("/auth/profile", data={**form, "week_start": "9"}).status_code == 422
    assert stage.client("seller").post("/auth/profile", data={**form, "week_start": ""}).status_code == 303
