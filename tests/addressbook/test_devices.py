"""Passwords of devices: made once, good for the address book alone, and worth nothing as soon as they should be."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from crmlite import journal
from crmlite.auth import signin
from crmlite.auth.models import Absence, DevicePassword, Role, User
from crmlite.extensions import db, utcnow
from tests.addressbook.conftest import BOOK, Phone, password


def ask(phone, **more) -> int:
    return phone.ask("PROPFIND", Depth="0", **more).status_code


def test_a_password_is_shown_once_and_hashed_at_rest(stage):
    secret = password(stage, "seller", "Nokia")
    page = stage.client("seller").get("/addressbook/devices").text
    assert "Nokia" in page
    assert secret not in page
    with stage.app.app_context():
        row = db.session.scalars(sa.select(DevicePassword).where(DevicePassword.name == "Nokia")).one()
        assert secret.replace("-", "") not in str(vars(row))
        assert len(row.secret_hash) == 64
        names = db.session.scalars(sa.select(journal.Event.name).order_by(journal.Event.id.desc()).limit(1)).one()
        assert names == "device_password.made"
    phone = Phone(stage, secret=secret)
    assert ask(phone) == 207
    for written in (secret.replace("-", ""), secret.upper(), secret.replace("-", " ")):
        assert ask(phone, secret=written) == 207


def test_it_takes_ones_own_password_to_make_one(stage):
    with stage.app.app_context():
        before = db.session.scalar(sa.select(sa.func.count(DevicePassword.id)))
    answer = stage.client("seller").post("/addressbook/devices", data={"name": "Mine", "current": "wrong password"})
    assert answer.status_code == 422
    with stage.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(DevicePassword.id))) == before


def test_it_does_not_sign_in_on_the_web_and_the_webs_does_not_open_the_book(stage, phone):
    answer = stage.client().post("/login", data={"email": phone.email, "password": phone.secret})
    assert answer.status_code != 303
    assert ask(phone, secret="crmlite-demo") == 401
    assert stage.client("seller").open(BOOK, method="PROPFIND").status_code == 401


def test_when_it_was_used_is_noted_once_an_hour_and_not_by_refusals(stage, phone):
    def used():
        with stage.app.app_context():
            return db.session.scalars(sa.select(DevicePassword.used_at).where(DevicePassword.name == "My phone")).one()

    assert phone.ask("GET", f"{BOOK}contact-{stage.ids['seller.contact']}.vcf").status_code == 200
    assert phone.ask("PROPFIND", f"{BOOK}contact-999999.vcf").status_code == 404
    assert used() is None
    assert ask(phone) == 207
    first = used()
    assert first is not None
    assert ask(phone) == 207
    assert used() == first


def revoked(stage, phone):
    with stage.app.app_context():
        number = db.session.scalars(sa.select(DevicePassword.id).where(DevicePassword.name == "My phone")).one()
    assert stage.client("colleague").post(f"/addressbook/devices/{number}/revoke").status_code == 404
    assert ask(phone) == 207
    assert stage.client("seller").post(f"/addressbook/devices/{number}/revoke").status_code == 303


def deactivated(stage, _phone):
    with stage.writes("admin"):
        db.session.get_one(User, stage.ids["user.seller"]).deactivate()
    with stage.writes("admin"):
        db.session.get_one(User, stage.ids["user.seller"]).reactivate()  # it does not come back


def switched_off(stage, _phone):
    with stage.writes("admin"):
        db.session.get_one(User, stage.ids["user.seller"]).active = False


def new_password(stage, _phone):
    with stage.writes("seller") as it:
        it.user.set_password(signin.hash_password("three green chairs"))


@pytest.mark.parametrize("end", [revoked, deactivated, switched_off, new_password], ids=lambda end: end.__name__)
def test_it_ends(stage, phone, end):
    assert ask(phone) == 207
    end(stage, phone)
    assert ask(phone) == 401


def test_who_owes_the_second_step_gets_nothing(stage, phone):
    with stage.writes("admin"):
        db.session.scalars(sa.select(Role).where(Role.name == "seller")).one().second_factor = True
    assert ask(phone) == 403


def test_a_role_without_contacts_has_an_empty_book(stage, phone):
    with stage.writes("admin"):
        role = db.session.scalars(sa.select(Role).where(Role.name == "seller")).one()
        role.give({("contact", "view"): "none", ("company", "view"): "none"})
    assert phone.sync() == (set(), set())
    assert stage.client("seller").get("/addressbook/devices").status_code == 403


def test_who_stands_in_sees_what_the_absent_may_see(stage, phone):
    rivals = f"contact-{stage.ids['rival.contact']}"
    assert rivals not in phone.sync()[0]
    with stage.writes("admin"):
        users = [db.session.get_one(User, stage.ids[f"user.{name}"]) for name in ("rival", "seller")]
        today, day = utcnow().date(), timedelta(days=1)  # midnight may pass, and not at the same time everywhere
        away = Absence.create(*users, today - day, today + day)
    assert rivals in phone.sync()[0]
    with stage.writes("admin"):
        db.session.get_one(Absence, away.id).end()
    assert rivals in phone.sync()[1]


def test_guesses_are_limited_like_sign_ins(stage, phone):
    for _ in range(signin.TRIES):
        assert ask(phone, secret="wrong") == 401
    answer = phone.ask("PROPFIND")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "180")
    assert ask(Phone(stage, "colleague")) == 207  # one's own tries, not the whole firm's
    other = Phone(stage, "rival")
    for number in range(signin.TRIES_OF_ADDRESS):
        other.email = f"nobody{number}@demo.example"
        ask(other)
    assert ask(Phone(stage, "colleague")) == 429


def test_strangers_learn_nothing_of_who_there_is(stage, phone):
    phone.secret = "wrong"
    known = phone.ask("PROPFIND")
    phone.email = "nobody@demo.example"
    unknown = phone.ask("PROPFIND")
    assert (known.status_code, known.data, known.headers["WWW-Authenticate"]) == (
        unknown.status_code, unknown.data, unknown.headers["WWW-Authenticate"],
    )  # fmt: skip
    for header in ("Basic", "Basic ???", "Bearer x", "Basic Og==", "Digest username=x"):
        assert phone.client.open(BOOK, method="PROPFIND", headers={"Authorization": header}).status_code == 401
