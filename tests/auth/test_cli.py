"""Accounts on the command line, and the settings it prints."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from crmlite import cli
from crmlite.auth import second_factor
from crmlite.auth.models import Role, Team, User, UserSession
from crmlite.extensions import db, utcnow, writing
from tests.auth.conftest import PASSWORD

WORDS = ["--name", "Nia", "--password", "four quite common words"]


@pytest.fixture
def run(database_url, tmp_path):
    environment = {
        "CRMLITE_DATABASE_URL": database_url,
        "CRMLITE_INSTANCE": str(tmp_path / "instance"),
        "CRMLITE_SMTP_URL": "smtp://me:pa55word@mail.example.com",
    }
    return lambda *words, **more: CliRunner().invoke(cli.main, words, env=environment, **more)


def test_a_user_is_added_and_signs_in(run, app, ask):
    said = run("user", "add", " Nia@Firm.Example ", *WORDS, "--role", "manager", "--team", "East")
    assert (said.exit_code, said.output) == (0, "Nia may sign in as nia@firm.example.\n")
    found = (
        sa.select(User.email, Role.name, Team.name)
        .join(Role, User.role_id == Role.id)
        .join(Team)
        .where(User.name == "Nia")
    )
    assert ask(found) == [("nia@firm.example", "manager", "East")]
    words = {"email": "nia@firm.example", "password": "four quite common words"}
    assert app.test_client().post("/login", data=words).status_code == 303


def test_of_a_name_stays_what_can_be_seen(run, ask):
    words = ["--name", " Nia\u202e\x07 ", "--password", "four quite common words"]
    assert run("user", "add", "nia@firm.example", *words).exit_code == 0
    assert ask(sa.select(User.name).where(User.email == "nia@firm.example")) == [("Nia",)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["no-address", *WORDS], "Error: no-address is no e-mail address."),
        (["seller@firm.example", *WORDS], "Error: Somebody has the address seller@firm.example already."),
        (
            ["nia@firm.example", *WORDS, "--role", "king"],
            "Error: There is no role king. There are: administrator, manager, seller",
        ),
        (["nia@firm.example", "--name", "Nia", "--password", "short"], "Error: A password has at least 10 characters."),
        (
            ["nia@firm.example", "--name", "Nia", "--password", "nia@firm.example"],
            "Error: Your name or address is the first",
        ),
        (
            ["nia@firm.example", "--name", " \u202e", "--password", "four quite common words"],
            "Error: Everybody has a name: --name",
        ),
    ],
)
def test_nonsense_is_refused_with_a_sentence(run, ask, words, sentence):
    before = ask(sa.select(sa.func.count(User.id)))
    said = run("user", "add", *words)
    assert said.exit_code == 1
    assert said.output.startswith(sentence)
    assert ask(sa.select(sa.func.count(User.id))) == before


def test_the_password_is_asked_for_where_it_is_not_given(run):
    said = run(
        "user", "add", "nia@firm.example", "--name", "Nia", input="four quite common words\nfour quite common words\n"
    )
    assert said.exit_code == 0
    assert "four quite" not in said.output


def test_the_list_says_who_may_sign_in(run):
    run("user", "deactivate", "rival@firm.example")
    lines = run("user", "list").output.splitlines()
    assert "seller@firm.example\tSeller\tseller\tNorth" in lines
    assert "rival@firm.example\tRival\tseller\tSouth\t(deactivated)" in lines
    assert len(lines) == 7


def test_a_new_password_signs_everybody_out(run, app, sign_in, ask):
    client = sign_in("seller")
    said = run("user", "password", "seller@firm.example", "--password", "four quite common words")
    assert said.exit_code == 0
    assert client.get("/auth/profile").status_code == 302
    assert (
        app.test_client().post("/login", data={"email": "seller@firm.example", "password": PASSWORD}).status_code == 422
    )
    assert run("user", "password", "nobody@firm.example", "--password", "four quite common words").exit_code == 1
    assert run("user", "password", "seller@firm.example", "--password", "short").exit_code == 1


def test_deactivating_but_not_the_last_administrator(run, sign_in, ask):
    sign_in("seller")
    assert run("user", "deactivate", "Seller@firm.example").output == "seller@firm.example cannot sign in any more.\n"
    assert ask(sa.select(UserSession.id)) == []
    said = run("user", "deactivate", "admin@firm.example")
    assert said.exit_code == 1
    assert "is the last administrator" in said.output


def test_the_settings_are_printed_without_secrets(run):
    said = run("settings").output
    assert "session_days = 30\n    After how many days a device has to sign in again.\n    Unless told: 30" in said
    assert "smtp_url = (set)" in said
    assert "secret_key = (set)" in said
    assert "pa55word" not in said


def test_the_demo_is_a_command_though_it_is_loaded_late(run):
    assert "demo" in run("--help").output
    assert "--size" in run("demo", "--help").output
    assert run("nonsense").exit_code == 2


def test_who_lost_phone_and_codes_signs_in_with_the_password_alone(run, app, ask):
    with app.app_context():
        writing()
        seller = db.session.scalars(sa.select(User).where(User.email == "seller@firm.example")).one()
        second_factor.begin(seller).confirmed_at = utcnow()
        db.session.commit()
    words = {"email": "seller@firm.example", "password": PASSWORD}
    assert app.test_client().post("/login", data=words).headers["Location"].startswith("/login/code")
    said = run("user", "password-only", " Seller@firm.example")
    assert (said.exit_code, "with the password alone" in said.output) == (0, True)
    assert app.test_client().post("/login", data=words).headers["Location"] == "/"
    assert run("user", "password-only", "seller@firm.example").exit_code == 1
    assert run("user", "password-only", "nobody@firm.example").exit_code == 1
