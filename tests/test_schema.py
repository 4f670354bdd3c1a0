"""The schema: what the history makes is what the models say, on both databases."""

import pytest
import sqlalchemy as sa

from crmlite import schema
from crmlite.extensions import db
from tests.mail.conftest import database_url, make_app  # noqa: F401 - fixtures


@pytest.fixture
def app(make_app):  # noqa: F811
    return make_app()


def test_history_and_models_agree(app):
    with app.app_context():
        assert schema.differences() == []
        assert schema.version() == schema.newest()


def test_a_difference_would_be_noticed(app):
    with app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.text("ALTER TABLE contact ADD COLUMN forgotten INTEGER"))
    with app.app_context():
        assert "forgotten" in repr(schema.differences())
