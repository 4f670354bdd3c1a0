"""The rival of the cast reads Arabic; here everybody reads English."""

import pytest

from crmlite.auth.models import User
from crmlite.extensions import db


@pytest.fixture(autouse=True)
def _everybody_reads_english(request):
    for name in {"stage", "own_stage"} & set(request.fixturenames):
        stage = request.getfixturevalue(name)
        with stage.writes():
            db.session.get_one(User, stage.ids["user.rival"]).locale = "en"
