"""Whatever happens in whatever order, a link to a new password works exactly as long as it should (T16)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from crmlite.auth import reset, tokens
from crmlite.auth.models import PasswordReset, Role, Throttle, User
from crmlite.auth.passwords import hash_password
from crmlite.extensions import db, pretending, reading, utcnow, writing
from tests.auth.conftest import PASSWORD

pytestmark = pytest.mark.only_on("sqlite")
WORDS = ("three green chairs", "seven blue tables", "eleven red lamps")


def machine(app, hashes: dict[str, str]) -> type[RuleBasedStateMachine]:
    class Links(RuleBasedStateMachine):
        links = Bundle("links")

        def __init__(self) -> None:
            super().__init__()
            self.client, self.now = app.test_client(), utcnow()
            self.password, self.email, self.active = PASSWORD, "seller@firm.example", True
            self.addresses = 0
            self.made: dict[str, object] = {}
            self.alive: set[str] = set()
            with app.app_context():
                writing()
                db.session.execute(sa.delete(PasswordReset))
                user = self.user()
                user.email, user.password, user.active = self.email, hashes[self.password], True
                db.session.commit()

        def user(self) -> User:
            return db.session.scalars(sa.select(User).where(User.name == "Seller")).one()

        def change(self, verb) -> None:
            with app.app_context(), pretending(self.now):
                writing()
                verb(self.user())
                db.session.commit()

        def works(self, token: str) -> bool:
            return token in self.alive and self.active and self.now < self.made[token]

        @rule(target=links)
        def ask(self) -> str:
            with app.app_context(), pretending(self.now):
                writing()
                reset.send(self.email)
                db.session.commit()
                reading()
                row = db.session.scalar(sa.select(PasswordReset).order_by(PasswordReset.id.desc()))
                token = tokens.make("password_reset", *reset.about(self.user(), row)) if row else "a" * 44
            if self.active:
                self.made[token] = self.now + timedelta(minutes=60)
                self.alive.add(token)
            return token

        @rule(minutes=st.sampled_from([1, 30, 59, 60, 61]))
        def wait(self, minutes: int) -> None:
            self.now += timedelta(minutes=minutes)

        @rule(token=links, word=st.sampled_from(WORDS))
        def use(self, token: str, word: str) -> None:
            expected = 303 if self.works(token) else 404
            with pretending(self.now):
                answer = self.client.post(f"/login/reset/{token}", data={"password": word, "again": word})
            assert answer.status_code == expected
            if expected == 303:
                self.password = word
                self.alive.clear()

        @rule()
        def sign_in(self) -> None:
            with pretending(self.now):
                typed = {"email": self.email, "password": self.password}
                answer = app.test_client().post("/login", data=typed)
            assert answer.status_code == (303 if self.active else 422)
            if self.active:
                self.alive.clear()

        @rule()
        def fail_to_sign_in(self) -> None:
            with pretending(self.now):
                app.test_client().post("/login", data={"email": self.email, "password": "not that one"})

        @rule(word=st.sampled_from(WORDS))
        def change_password(self, word: str) -> None:
            self.change(lambda user: user.set_password(hashes[word]))
            self.password = word
            self.alive.clear()

        @rule()
        def change_address(self) -> None:
            self.addresses += 1
            self.email = f"seller{self.addresses}@firm.example"
            self.change(lambda user: setattr(user, "email", self.email))
            self.alive.clear()

        @rule()
        def deactivate(self) -> None:
            self.change(lambda user: user.deactivate())
            self.active = False
            self.alive.clear()

        @rule()
        def reactivate(self) -> None:
            self.change(lambda user: user.reactivate())
            self.active = True

        @rule(role=st.sampled_from(["seller", "service"]))
        def another_role(self, role: str) -> None:
            changed = []

            def assign(user: User) -> None:
                found = db.session.scalars(sa.select(Role).where(Role.name == role)).one()
                changed.append(user.role_id != found.id)
                user.assign(found, user.team)

            self.change(assign)
            if changed[0]:
                self.alive.clear()

        @invariant()
        def links_work_as_long_as_they_should(self) -> None:
            with app.app_context():
                writing()
                db.session.execute(sa.delete(Throttle))
                db.session.commit()
            for token in self.made:
                with pretending(self.now):
                    found = self.client.get(f"/login/reset/{token}").status_code
                assert found == (200 if self.works(token) else 404)

    return Links


@pytest.fixture
def links(make_app):
    app = make_app(smtp_url="smtp://127.0.0.1:1")
    return machine(app, {word: hash_password(word) for word in (PASSWORD, *WORDS)})


def run(links, examples: int, steps: int = 14, **more) -> None:
    run_state_machine_as_test(
        links,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            suppress_health_check=list(HealthCheck),
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate],
            **more,
        ),
    )


def test_links_work_as_long_as_they_should(links, pytestconfig):
    if pytestconfig.getoption("long"):
        run(links, 300, steps=30)
    else:
        run(links, 20, derandomize=True)


def test_that_machine_sees_links_that_outlive_signing_in(links, monkeypatch):
    monkeypatch.setattr(PasswordReset, "end_all", classmethod(lambda cls, user_id: None))
    with pytest.raises(AssertionError):
        run(links, 200, derandomize=True)


def test_that_machine_sees_links_that_last(links, monkeypatch):
    monkeypatch.setattr(PasswordReset, "works", True)
    with pytest.raises(AssertionError):
        run(links, 200, derandomize=True)
