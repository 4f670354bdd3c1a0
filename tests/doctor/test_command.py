"""`crmlite doctor`: what it prints, and what it ends with."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from crmlite import jobs
from crmlite.cli import main
from crmlite.doctor import command, examination
from crmlite.doctor.findings import BROKEN, OK, WARNING, Check, Finding

CHECKS = {
    OK: Check("fine", "Fine", lambda _place: Finding(OK, "All is well here.")),
    WARNING: Check("meh", "Meh", lambda _place: Finding(WARNING, "It could be better.", "Make it better.")),
    BROKEN: Check("bad", "Bad", lambda _place: Finding(BROKEN, "It broke.", "Mend it.")),
}


@pytest.fixture
def run(app, monkeypatch, tmp_path):
    monkeypatch.setenv("CRMLITE_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setattr(command, "create_app", lambda: app)
    return lambda *args: CliRunner().invoke(main, ["doctor", *args])


@pytest.mark.parametrize(
    ("states", "code"), [((OK,), 0), ((OK, WARNING), 1), ((WARNING, BROKEN, OK), 2)], ids=["well", "look", "broken"]
)
def test_what_it_ends_with(run, monkeypatch, states, code):
    monkeypatch.setattr(examination, "HERE", tuple(CHECKS[state] for state in states))
    monkeypatch.setattr(examination, "OUTSIDE", ())
    assert run("--here").exit_code == code


def test_it_says_what_is_so_and_what_to_do(run, monkeypatch):
    monkeypatch.setattr(examination, "HERE", tuple(CHECKS.values()))
    monkeypatch.setattr(examination, "OUTSIDE", (CHECKS[OK],))
    printed = run().output
    assert "ok      Fine  All is well here.\n" in printed
    assert "BROKEN  Bad   It broke.\n" in printed
    assert "              Mend it.\n" in printed
    assert printed.count("All is well here.") == 2, "those outside as well"
    assert run("--here").output.count("All is well here.") == 1


def test_for_programs(run, monkeypatch):
    monkeypatch.setattr(examination, "HERE", tuple(CHECKS.values()))
    told = json.loads(run("--here", "--json").stdout)
    assert told["bad"] == {"state": "broken", "sentence": "It broke.", "advice": "Mend it."}
    assert list(told) == ["fine", "meh", "bad"]


def test_every_check_by_name(run):
    told = json.loads(run("--here", "--json").stdout)
    assert list(told) == [check.name for check in examination.HERE]
    assert {finding["state"] for name, finding in told.items() if name not in {"backup", "outbox"}} == {"ok"}


def test_settings_that_cannot_be_right_are_a_finding(monkeypatch, tmp_path):
    monkeypatch.setenv("CRMLITE_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CRMLITE_SESSION_DAYS", "0")
    result = CliRunner().invoke(main, ["doctor", "--here"])
    assert result.exit_code == 2
    assert "session_days must be between 1 and 400" in result.output


def test_it_is_well_without_a_request_and_leaves_nothing_behind(run, app):
    with app.app_context():
        before = jobs.last_seen("worker")
    assert run("--here").exit_code == 1, "no backup, no mail server"
    with app.app_context():
        assert jobs.last_seen("worker") == before


def test_it_makes_no_instance(monkeypatch, tmp_path):
    monkeypatch.setenv("CRMLITE_INSTANCE", str(tmp_path / "none"))
    result = CliRunner().invoke(main, ["doctor"])
    assert (result.exit_code, (tmp_path / "none").exists()) == (2, False)
    assert "There is no instance folder" in result.output


def test_a_check_that_fails_leaves_no_traceback_between_the_advice(run, monkeypatch):
    def fails(_place):
        raise sa.exc.OperationalError("SELECT", {}, Exception("the disk is on fire\nand more"))

    monkeypatch.setattr(examination, "HERE", (Check("db", "Database", fails), *CHECKS.values()))
    said = run("--here", "--json")
    told = json.loads(said.stdout)["db"]
    assert told["sentence"] == "The database does not answer."
    assert told["advice"] == "Look at its disk, and at the server's log."
    assert told["detail"] == "the disk is on fire."
    assert "Traceback" not in said.stderr
    assert said.stderr == ""
