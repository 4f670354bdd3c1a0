"""An app with real accounts, to be signed in to as a person would."""

import tempfile

import pytest
import sqlalchemy as sa

from crmlite import create_app, schema
from crmlite.auth import roles
from crmlite.auth.models import Role, Team, User
from crmlite.auth.signin import hash_password
from crmlite.extensions import db, writing

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
def ask(app):
    """What a select finds, outside any request."""

    def run(query):
        with app.app_context():
            return list(db.session.execute(query).all())

    return run


def user_id(app, name: str) -> int:
    with app.app_context():
        return db.session.scalars(sa.select(User.id).where(User.email == f"{name}@firm.example")).one()
