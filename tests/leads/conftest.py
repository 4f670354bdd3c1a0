"""A web form, and posts to it."""

import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from crmlite.extensions import db, utcnow, writing
from crmlite.leads import spam
from crmlite.leads.fields import Field
from crmlite.leads.models import Submission, WebForm
from tests.mail.conftest import database_url, make_app, people, sign_in  # noqa: F401 - fixtures

FIELDS = [
    Field("f1", "Your name", "text", True, "contact.name"),
    Field("f2", "E-mail", "email", True, "contact.email"),
    Field("f3", "Phone", "phone", False, "contact.phone"),
    Field("f4", "What is it about?", "textarea", False, "lead.need"),
    Field("f5", "How many chairs?", "choice", False, "", ("1 to 10", "More")),
    Field("f6", "I have read the conditions", "checkbox", False),
    Field("f7", "Country", "country", False, "contact.country"),
]
TYPED = {
    "f1": "Anna Lindqvist",
    "f2": "anna@example.com",
    "f4": "Two hundred chairs",
    "f5": "More",
    "f6": "yes",
    "f7": "SE",
}


@pytest.fixture
def app(make_app):  # noqa: F811
    return make_app(public_url="https://crm.example.org")


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def make_form(app):
    def make(**values) -> SimpleNamespace:
        with app.app_context():
            writing()
            fields = [field.stored() for field in values.pop("fields", FIELDS)]
            form = WebForm.create(None, **{"name": "Contact us", "fields": fields, **values})
            db.session.commit()
            return SimpleNamespace(id=form.id, public_id=form.public_id, url=f"/f/{form.public_id}")

    return make


@pytest.fixture
def form(make_form):
    return make_form()


@pytest.fixture
def post(app, client):
    """Posts to a form as a browser does that showed it a minute ago; returns the answer."""
    count = iter(range(10**6))

    def send(form, typed=TYPED, *, age=60.0, key=None, address="203.0.113.5", **more):
        hidden = {"_token": token(app, form.public_id, age), "_key": key or f"key-{next(count)}", "website": ""}
        data = {name: value for name, value in {**hidden, **typed, **more}.items() if value is not None}
        return client.post(
            form.url, data=data, base_url="https://crm.example.org", environ_base={"REMOTE_ADDR": address}
        )

    return send


def token(app, public_id: str, age: float) -> str:
    with app.app_context():
        return spam._serializer().dumps([public_id, round((utcnow().timestamp() - age) * 1000), "nonce"])


@pytest.fixture
def submissions(app):
    def read() -> list[SimpleNamespace]:
        with app.app_context():
            rows = db.session.scalars(sa.select(Submission).order_by(Submission.id)).all()
            return [SimpleNamespace(**{c.name: getattr(row, c.name) for c in Submission.__table__.c}) for row in rows]

    return read


def hidden(html: str, name: str) -> str:
    return re.search(f'name="{name}" value="([^"]*)"', html)[1]


@pytest.fixture
def dump(app):
    """All rows of all tables, to see that nothing changed."""

    def read() -> dict[str, list]:
        with app.app_context():
            return {
                table.name: sorted(map(repr, db.session.execute(sa.select(table)).all()))
                for table in db.metadata.sorted_tables
            }

    return read


@pytest.fixture
def statements(app):
    """What a block says to the database."""
    from contextlib import contextmanager

    @contextmanager
    def watch():
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        with app.app_context():
            engines = list(db.engines.values())
        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", note)
        yield seen
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", note)

    return watch
