"""The first visitor (T28): a code lets in, one becomes the administrator, and afterwards there is no such page."""

import re
import stat
import tempfile
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from crmlite import cli, create_app, schema
from crmlite.auth import guess, roles, setup
from crmlite.auth.models import Organisation, Role, Throttle, User
from crmlite.catalog.models import TaxClass
from crmlite.extensions import db, utcnow, writing
from crmlite.pipeline.models import Pipeline
from tests import oracles

ROOT = Path(__file__).parents[2]
FORM = {
    "name": "Nia Okafor", "email": "Nia@Firm.example", "password": "four quite common words", "organisation": "Okafor & Zn",
    "country": "NL", "currency": "EUR", "locale": "en", "time_zone": "Europe/Amsterdam",
}  # fmt: skip


def build_empty(url: str) -> None:
    """What `crmlite serve` makes at its first start."""
    with create_app({"database_url": url, "instance": tempfile.mkdtemp(prefix="crmlite-")}).app_context():
        schema.upgrade()
        roles.make_standard()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def database_url(database, databases):
    url = databases.lend(database, build_empty)
    yield url
    databases.give_back(url)


@pytest.fixture
def code(app):
    with app.app_context():
        return setup.renew_code()


def kept(app) -> Path:
    return app.extensions["crmlite.settings"].instance / "setup_code"


def people(app) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(User.email).order_by(User.id)))


# --- before -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/login", "/contacts/", "/contacts/7", "/auth/profile", "/p/quote/x", "/f/nothing"]
)
def test_every_page_leads_to_the_first_one(app, path):
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/setup")
    assert app.test_client().get(path, headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/setup"


def test_posts_lead_there_too_and_monitors_are_answered(app):
    client = app.test_client()
    assert client.post("/login", data={"email": "a@b.example", "password": "x"}).headers["Location"] == "/setup"
    assert client.get("/health").status_code in {200, 503}
    assert client.get("/static/favicon.svg").status_code == 200
    assert client.get("/setup").status_code == 200


def test_the_code_is_kept_as_a_hash_that_others_cannot_read(app, code):
    assert re.fullmatch("[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){3}", code)
    assert code not in kept(app).read_text()
    assert code.replace("-", "") not in kept(app).read_text()
    assert stat.S_IMODE(kept(app).stat().st_mode) == 0o600


def test_a_new_code_ends_the_one_before(app, code):
    with app.app_context():
        assert setup.is_code(code.lower().replace("-", " "))
        new = setup.renew_code()
        assert setup.is_code(new)
        assert not setup.is_code(code)
        assert not setup.is_code("")
        setup.forget_code()
        assert not setup.is_code(new)
        kept(app).write_text("")
        assert not setup.is_code("")


def test_it_is_filled_in_from_the_browsers_language(app):
    page = app.test_client().get("/setup", headers={"Accept-Language": "nl-BE,nl;q=0.9"}).text
    assert re.findall(r'<option selected value="([^"]+)"', page) == ["BE", "EUR", "nl", "Europe/Brussels"]
    arabic = app.test_client().get("/setup?language=ar").text
    assert '<html lang="ar" dir="rtl"' in arabic


@pytest.mark.parametrize(
    ("languages", "place"),
    [
        (["en", "de-AT"], "AT"),
        (["ar"], "EG"),
        (["x" * 90, "*", "zq'\";--"], ""),
        ([], ""),
        (["en-GB"], "GB"),
        (["es-419"], "ES"),
    ],
)
def test_the_country_is_guessed_and_nonsense_is_not_believed(languages, place):
    assert guess.country(languages) == place


def test_what_is_guessed_can_be_chosen(app):
    """A default that is none of the answers would be refused when it is sent back."""
    from crmlite.auth.forms import SetupForm
    from crmlite.forms import countries

    with app.test_request_context():
        form = SetupForm()
        offered = {name: {choice.value for choice in form[name].choices} for name in ("currency", "time_zone")}
        wrong = [
            code
            for code, _name in countries()
            if guess.time_zone(code) not in offered["time_zone"]
            or (guess.currency(code) not in offered["currency"] and guess.currency(code))
        ]
    assert wrong == []


# --- the first one ----------------------------------------------------------------------------------------------------


def test_the_first_visitor_becomes_the_administrator_and_can_work(app, code, ask):
    client = app.test_client()
    answer = client.post("/setup", data={**FORM, "code": code.lower()})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert ask(sa.select(User.email, Role.name, User.time_zone).join(Role)) == [
        ("nia@firm.example", "administrator", "Europe/Amsterdam")
    ]
    ours = sa.select(Organisation.name, Organisation.country, Organisation.currency, Organisation.locale)
    assert ask(ours) == [("Okafor & Zn", "NL", "EUR", "en")]
    assert not kept(app).exists()
    assert "That is final" in client.get("/contacts/").text
    assert client.get("/deals/board").status_code == 200
    client.post("/logout")
    assert client.post("/login", data={"email": "nia@firm.example", "password": FORM["password"]}).status_code == 303


def test_there_is_a_pipeline_and_the_countrys_taxes(app, code):
    app.test_client().post("/setup", data={**FORM, "code": code, "locale": "nl"})
    with app.app_context():
        [pipeline] = db.session.scalars(sa.select(Pipeline))
        assert (pipeline.name, len(pipeline.open_stages)) == ("Verkoop", 4)
        taxes = list(db.session.scalars(sa.select(TaxClass).order_by(TaxClass.id)))
        assert [tax.rate_on(utcnow().date()) for tax in taxes] == [2100, 900, 0, 0]


def test_where_no_rate_is_known_there_is_a_class_without_tax(app, code, ask):
    app.test_client().post("/setup", data={**FORM, "code": code, "country": "US", "currency": "USD"})
    assert ask(sa.select(TaxClass.kind)) == [("exempt",)]


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"code": "AAAA-AAAA-AAAA-AAAA"}, "That is not the code."),
        ({"code": ""}, "Please fill this in."),
        ({"email": "nobody"}, "That is not an e-mail address."),
        ({"password": "short"}, "A password has at least 10 characters."),
        ({"password": "nia@firm.example"}, "the first thing others try"),
        ({"organisation": " "}, "Please fill this in."),
        ({"country": "XX"}, "Choose one of the answers that are offered."),
        ({"currency": "DOGE"}, "Choose one of the answers that are offered."),
        ({"time_zone": "Mars/Base"}, "Choose one of the answers that are offered."),
        ({"locale": "tlh"}, "Choose one of the answers that are offered."),
        ({"name": ["Nia", "Mia"]}, "This was sent more than once."),
    ],
    ids=lambda value: next(iter(value.items()), "")[0] if isinstance(value, dict) else "",
)
def test_nonsense_is_refused_with_a_sentence_and_nothing_is_made(app, code, wrong, sentence):
    answer = app.test_client().post("/setup", data={**FORM, "code": code, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text.replace("&#39;", "'")
    assert FORM["password"] not in answer.text
    assert people(app) == []
    assert app.test_client().post("/setup", data={**FORM, "code": code}).status_code == 303


def test_another_website_cannot_send_it(app, code):
    answer = app.test_client().post("/setup", data={**FORM, "code": code}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert people(app) == []


def test_tries_are_limited_whoever_is_right_at_last(app, code, ask):
    client = app.test_client()
    for _try in range(10):
        assert client.post("/setup", data={**FORM, "code": "WRONG"}).status_code == 422
    answer = client.post("/setup", data={**FORM, "code": code})
    assert answer.status_code == 422
    assert "Wait three minutes" in answer.text
    assert people(app) == []
    elsewhere = client.post("/setup", data={**FORM, "code": code}, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert elsewhere.status_code == 303, "a stranger cannot keep everybody out"
    assert ask(sa.select(Throttle.key).where(Throttle.key.like("setup:%"))) != []


def race(app, code) -> list[int]:
    """Two visitors at the same moment, both with the right code."""
    barrier, answers = threading.Barrier(2), []

    def visit(email: str) -> None:
        client = app.test_client()
        barrier.wait()
        answers.append(client.post("/setup", data={**FORM, "email": email, "code": code}).status_code)

    threads = [threading.Thread(target=visit, args=(f"{name}@firm.example",)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(answers)


def test_of_two_visitors_one_wins(app, code, real_hashes):
    assert race(app, code) == [303, 404]
    assert len(people(app)) == 1


def test_the_race_would_be_seen(app, code, real_hashes, monkeypatch):
    """The control: without looking again under the lock there are two administrators."""

    def careless(*, name, email, password, organisation, locale, time_zone, **_place):
        role = db.session.scalars(sa.select(Role).where(Role.name == "administrator")).one()
        return User.create(name=name, email=email, password=password, role=role, locale=locale, time_zone=time_zone)

    met = threading.Barrier(2)  # both have looked at whether there is anybody
    is_let_in = setup.is_code
    monkeypatch.setattr(setup, "is_code", lambda typed: met.wait(10) is not None and is_let_in(typed))
    monkeypatch.setattr(setup, "begin", careless)
    assert race(app, code) == [303, 303]
    assert len(people(app)) == 2


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_afterwards_every_set_up_address_and_verb_is_gone(app, code, make_app):
    app.test_client().post("/setup", data={**FORM, "code": code})
    with app.app_context():
        before = oracles.dump(db.engines["reader"])
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/setup")]
    assert len(rules) == 2
    for again in (app, make_app()):  # the process that did it, and another one
        for rule in rules:
            for method in rule.methods - {"OPTIONS"}:
                answer = again.test_client().open(
                    rule.rule, method=method, data={**FORM, "code": code, "email": "b@c.example"}
                )
                assert answer.status_code == 404, (rule.rule, method)
        with again.app_context():
            assert setup.renew_code() is None
    assert not kept(app).exists()
    with app.app_context():
        assert oracles.differences(before, oracles.dump(db.engines["reader"])) == []
    assert app.test_client().get("/").headers["Location"].startswith("/login")


def test_a_user_of_the_command_line_ends_it_too(app, code):
    client = app.test_client()
    assert client.get("/setup").status_code == 200
    with app.app_context():
        writing()
        role = db.session.scalars(sa.select(Role).where(Role.name == "administrator")).one()
        User.create(name="Nia", email="nia@firm.example", password="x", role=role)
        db.session.commit()
    assert client.get("/setup").status_code == 404
    assert client.post("/setup", data={**FORM, "code": code}).status_code == 404


def test_the_command_prints_a_new_code_while_there_is_nobody(database_url, app, code):
    environment = {
        "CRMLITE_DATABASE_URL": database_url,
        "CRMLITE_INSTANCE": str(app.extensions["crmlite.settings"].instance),
    }
    said = CliRunner().invoke(cli.main, ["setup-code"], env=environment)
    assert said.exit_code == 0
    assert said.output.startswith("Nobody has an account yet. Open http://localhost:8000/setup and type this code: ")
    assert app.test_client().post("/setup", data={**FORM, "code": code}).status_code == 422
    new = said.output.split()[-1]
    assert app.test_client().post("/setup", data={**FORM, "code": new}).status_code == 303
    said = CliRunner().invoke(cli.main, ["setup-code"], env=environment)
    assert said.exit_code == 1
    assert said.output.startswith("Error: Somebody has an account already.")


def test_no_password_stands_in_the_code_but_the_demos():
    known = re.compile(r"crmlite-demo|password ?= ?[\"'][^\"'{}]{4,}[\"']", re.IGNORECASE)
    found = {
        str(path.relative_to(ROOT))
        for folder in ("crmlite", "templates", "deploy")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".txt", ".service", ".toml"} and known.search(path.read_text("utf-8"))
    }
    assert found == {"crmlite/demo/cast.py"}
