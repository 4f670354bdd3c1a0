"""An app with real accounts, to be signed in to as a person would."""

import re
import tempfile

import pytest
import sqlalchemy as sa

from crmlite import create_app, jobs, schema
from crmlite.auth import passwords, roles
from crmlite.auth.models import Role, Team, User
from crmlite.auth.signin import hash_password
from crmlite.extensions import db, reading, writing
from crmlite.mail import hidden, outbox
from crmlite.mail.sending import claim
from tests import warm

PASSWORD = "correct horse battery"
PEOPLE = (
    ("admin", "administrator", None),
    ("manager", "manager", "North"),
    ("seller", "seller", "North"),
    ("colleague", "seller", "North"),
    ("rival", "seller", "South"),
    ("marketing", "marketing", None),
    ("service", "service", None),
)


def build(url: str) -> None:
    """The schema, the standard roles, two teams and a person for each."""
    with create_app({"database_url": url, "instance": tempfile.mkdtemp(prefix="crmlite-")}).app_context():
        schema.upgrade()
        roles.make_standard()
        writing()
        teams = {name: Team(name=name) for name in ("North", "South")}
        db.session.add_all(teams.values())
        secret = hash_password(PASSWORD)
        for name, role, team in PEOPLE:
            found = db.session.scalars(sa.select(Role).where(Role.name == role)).one()
            email = f"{name}@firm.example"
            db.session.add(User(name=name.title(), email=email, password=secret, role=found, team=teams.get(team)))
            db.session.flush()
        db.session.commit()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def database_url(database, databases):
    url = databases.lend(database, build)
    yield url
    databases.give_back(url)


@pytest.fixture
def own_database_url(database, databases):
    """For tests that start processes: gone afterwards, so that what they could not end finds nothing."""
    url = databases.fresh(database, build)
    yield url
    databases.drop(url)


@pytest.fixture
def make_app(database_url, tmp_path):
    made = []

    def make(**settings):
        given = {
            "database_url": database_url,
            "instance": str(tmp_path / "instance"),
            "disk_floor_mb": 0,
            "backup_at": "",
            **settings,
        }
        app = create_app(given)
        app.testing = True
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


@pytest.fixture
def app(make_app):
    return make_app()


@pytest.fixture
def sign_in(app):
    """A browser in which that person signed in."""

    def enter(name: str, into=None):
        client = (into or app).test_client()
        answer = client.post("/login", data={"email": f"{name}@firm.example", "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    return enter


@pytest.fixture
def real_hashes(app, monkeypatch):
    """Passwords are hashed as they are where crmlite is used, and those of all people were; elsewhere tests hash
    cheaply. For what lasts as long as that: a race, a comparison of times."""
    monkeypatch.setattr(passwords, "_hasher", warm.HASHER)
    monkeypatch.setattr(passwords, "NOBODYS", warm.NOBODYS)
    with app.app_context():
        writing()
        db.session.execute(sa.update(User).values(password=hash_password(PASSWORD)).execution_options(journaled=True))
        db.session.commit()


@pytest.fixture
def ask(app):
    """What a select finds, outside any request."""

    def run(query):
        with app.app_context():
            return list(db.session.execute(query).all())

    return run


def user_id(app, name: str) -> int:
    with app.app_context():
        return db.session.scalars(sa.select(User.id).where(User.email == f"{name}@firm.example")).one()


def mails(app, *, new_devices: bool = False) -> list[tuple[outbox.Message, str]]:
    """Every mail that was written, the oldest first, each with its text as a mail server gets it; runs what is due before.

    Without those about new devices, which every sign-in of a test sends, unless they are asked for.
    """
    with app.app_context():
        jobs.run_due()
        reading()
        found = db.session.scalars(sa.select(outbox.Message).order_by(outbox.Message.id)).all()
        wanted = [message for message in found if new_devices or message.purpose != "sign_in"]
        return [(message, _as_sent(message)) for message in wanted]


def _as_sent(message: outbox.Message) -> str:
    return outbox.compose(message).get_content() if hidden.find(message) else ""


def link_in(text: str) -> str:
    """The path of the link that a mail holds."""
    [path] = re.findall(r"https?://[^/\s]+(/login/(?:reset|join)/[\w-]+)", text)
    return path


def send_all(app) -> dict[str, set[tuple[str, str]]]:
    """By purpose: the states of the mails, and why, when the worker has taken all that wait; no mail server is asked."""
    with app.app_context():
        jobs.run_due()
        while claim() is not None:
            pass
        reading()
        found: dict[str, set[tuple[str, str]]] = {}
        for message in db.session.scalars(sa.select(outbox.Message)):
            found.setdefault(message.purpose, set()).add((message.state, message.reply))
        return found
