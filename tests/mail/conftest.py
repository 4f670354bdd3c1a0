"""An app with a mail server that a test can be anything to."""

import tempfile

import pytest
import sqlalchemy as sa
from flask import Flask, g, request

from crmlite import create_app, journal, schema
from crmlite.auth.models import Role, Team, User, Viewer
from crmlite.auth.signin import load_viewer
from crmlite.extensions import db, writing


def build(url: str) -> None:
    with create_app({"database_url": url, "instance": tempfile.mkdtemp(prefix="crmlite-")}).app_context():
        schema.upgrade()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def database_url(database, databases):
    url = databases.lend(database, build)
    yield url
    databases.give_back(url)


@pytest.fixture
def make_app(database_url, tmp_path):
    made = []

    def make(**settings) -> Flask:
        app = create_app(
            {"database_url": database_url, "instance": str(tmp_path / "instance"), "disk_floor_mb": 0, **settings}
        )
        app.testing = True
        app.before_request_funcs[None] = [f for f in app.before_request_funcs[None] if f is not load_viewer]
        app.before_request(_sign_in_as_told)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def _sign_in_as_told() -> None:
    g.user = request.environ.get("test.user")
    journal.act_as("user" if g.user else "customer", g.user.id if g.user else None)


ROLES = ("seller", "manager", "marketing", "service", "administrator")


@pytest.fixture
def people(make_app):
    """One user of each role, by name; sellers and service may not work on web forms."""
    app = make_app()
    with app.app_context():
        writing()
        team = Team(name="Team of this test")
        db.session.add(team)
        db.session.flush()
        ids = {}
        for name in ROLES:
            role = db.session.scalar(sa.select(Role).where(Role.name == name)) or Role(name=name)
            db.session.add(role)
            db.session.flush()
            user = User(name=name.title(), email=f"{name}@firm.example", password="x", role_id=role.id, team_id=team.id)
            db.session.add(user)
            db.session.flush()
            ids[name] = user.id
        ids["team"] = team.id
        db.session.commit()
        return ids


@pytest.fixture
def sign_in(people):
    """A client of an app that takes it for a user of that role."""

    def enter(app, role):
        scope = "all" if role in {"manager", "administrator"} else "own"
        scopes = {
            (kind, a): scope for kind in ("lead", "contact", "company") for a in ("view", "create", "edit", "delete")
        }
        if role in {"manager", "administrator", "marketing"}:
            scopes |= {("web_form", "view"): "all", ("web_form", "edit"): "all"}
        viewer = Viewer(
            people[role], role.title(), f"{role}@firm.example", role, people["team"], "en", "UTC", "auto", True, scopes
        )
        client = app.test_client()
        client.environ_base["test.user"] = viewer
        return client

    return enter
