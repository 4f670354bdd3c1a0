"""The export: every row twice, the files, nothing that is secret, and no text that a spreadsheet would run."""

import csv
import json
import re
import shutil
import unicodedata
import zipfile
from collections import namedtuple

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from crmlite.auth.models import User, UserSession
from crmlite.backup import Refused, exporting
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.records.links import Link
from crmlite.records.notes import Note
from crmlite.safety import csv_cell
from tests.backup.conftest import scalar


@pytest.fixture
def exported(own_stage, settings, tmp_path):
    with own_stage.app.app_context():
        done = exporting.export(settings, tmp_path / "out")
        db.session.remove()
    return tmp_path / "out", done


def test_every_kind_of_row_is_there_in_both_forms(own_stage, exported):
    folder, done = exported
    names = {path.stem for path in folder.glob("json/*.json")}
    assert names == {path.stem for path in folder.glob("csv/*.csv")} == set(db.metadata.tables) - exporting.LEFT_OUT
    for name in names:
        rows = json.loads((folder / f"json/{name}.json").read_text("utf-8"))
        with open(folder / f"csv/{name}.csv", encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
        assert len(rows) == len(lines) == scalar(own_stage.app, f'SELECT count(*) FROM "{name}"')
        assert not rows or list(rows[0]) == list(lines[0])
    assert done.rows > 300


def test_values_are_what_they_were(own_stage, exported):
    folder, _done = exported
    row = next(row for row in json.loads((folder / "json/contact.json").read_text("utf-8")) if "seller" in row["given"])
    assert row["id"] == own_stage.ids["seller.contact"]
    assert row["created_at"].endswith("+00:00")
    line = (folder / "csv/contact.csv").read_text("utf-8-sig").splitlines()[1]
    assert line.startswith('"')


def test_stored_files_are_there_under_their_number(own_stage, exported):
    folder, done = exported
    with own_stage.app.app_context():
        from crmlite.files import File

        files = {file.id: file.location.read_bytes() for file in db.session.scalars(sa.select(File))}
    assert {int(path.stem): path.read_bytes() for path in folder.glob("files/*")} == files
    assert (done.files, done.missing) == (len(files), 0)


def test_nothing_that_opens_a_door_is_in_it(own_stage, exported):
    folder, _done = exported
    with own_stage.app.app_context():
        secrets = set(db.session.scalars(sa.select(User.password))) | set(
            db.session.scalars(sa.select(UserSession.secret_hash))
        )
        secrets |= set(db.session.scalars(sa.select(Link.nonce)))
        secrets.add(own_stage.app.extensions["crmlite.settings"].secret_key)
    secrets.discard("")  # of somebody who may not sign in yet
    assert len(secrets) > 8
    text = "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.suffix in {".csv", ".json", ".txt"})
    assert [secret for secret in secrets if secret in text] == []


def test_links_of_customers_in_mails_do_not_work(own_stage, settings, tmp_path):
    """Whoever finds the export could accept their quotes."""
    with own_stage.writes("seller") as who:
        link = db.session.scalars(sa.select(Link)).first()
        Note.write(
            db.session.get(Contact, own_stage.ids["seller.contact"]), who.user.id, f"Read it at {link.url} or ask."
        )
        token = link.token
    with own_stage.app.app_context():
        exporting.export(settings, tmp_path / "out")
        db.session.remove()
    texts = [path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.json")]
    assert any("/p/quote/… or ask." in text for text in texts)
    assert not any(token in text for text in texts)


def test_columns_that_sound_like_a_secret_are_left_out_before_somebody_thinks_of_them(own_stage):
    left_out = {
        f"{table.name}.{column.name}"
        for table in db.metadata.tables.values()
        if table.name not in exporting.LEFT_OUT
        for column in set(table.columns) - set(exporting.columns_of(table))
    }
    assert {"user.password", "link.nonce"} <= left_out
    for name in ("reset_token", "totp_secret", "recovery_codes", "code_hash", "password2"):
        assert exporting.SECRET.search(name)


def test_a_zip_holds_the_same(own_stage, settings, exported, tmp_path):
    folder, _done = exported
    with own_stage.app.app_context():
        exporting.export(settings, tmp_path / "out.zip")
        db.session.remove()
    with zipfile.ZipFile(tmp_path / "out.zip") as zipped:
        held = {name: zipped.read(name) for name in zipped.namelist()}
    there = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert held.keys() == there.keys()
    assert {name for name in held if held[name] != there[name]} <= {"README.txt"}
    assert (tmp_path / "out.zip").stat().st_mode & 0o777 == 0o600


def test_what_exists_is_not_written_over(own_stage, settings, tmp_path):
    (tmp_path / "out").mkdir()
    with own_stage.app.app_context():
        with pytest.raises(Refused, match="exists already"):
            exporting.export(settings, tmp_path / "out")
        with pytest.raises(Refused, match="There is no folder"):
            exporting.export(settings, tmp_path / "no" / "out")


def test_a_disk_that_is_full_leaves_nothing(own_stage, settings, tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "_files", full)
    with own_stage.app.app_context(), pytest.raises(Refused, match="No space left on device. Nothing was left there"):
        exporting.export(settings, tmp_path / "out")
    assert list(tmp_path.glob("out*")) == []


def test_too_little_room_is_said_before_the_disk_is_full(own_stage, settings, tmp_path, monkeypatch):
    """Everybody else could save nothing until it is given up."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: namedtuple("usage", "free")(1000))
    monkeypatch.setattr(exporting, "_export", lambda *_args: pytest.fail("it was begun"))
    with own_stage.app.app_context(), pytest.raises(Refused, match="There is too little room"):
        exporting.export(settings, tmp_path / "out")
    assert list(tmp_path.glob("out*")) == []


# --- formulas ---------------------------------------------------------------------------------------------------------

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\uff1d1",
    "\u200b=1",
    "\ufeff=1",
    "|x",
    "%x",
)


def is_formula(text: str) -> bool:
    """Said again in other words: the first sign that can be seen begins a formula."""
    seen = [
        c
        for c in text
        if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"}
    ]
    return bool(seen) and unicodedata.normalize("NFKC", seen[0])[:1] in tuple("=+-@|%")


@pytest.mark.parametrize("text", HOSTILE)
def test_formulas_of_all_kinds_are_made_texts(text):
    assert is_formula(text)
    assert csv_cell(text) == "'" + text


@given(st.text())
@example("=cmd|'/c calc'!A1")
@example("''=1")
def test_no_text_is_a_formula_and_every_text_can_be_had_back(text):
    cell = csv_cell(text)
    assert not is_formula(cell)
    assert cell == text or cell == "'" + text
    assert (cell.removeprefix("'") if cell != text else text) == text
    assert csv_cell("plain") == "plain"


def test_two_texts_never_become_the_same_cell():
    assert len({csv_cell(text) for text in ("=1", "'=1", "''=1")}) == 3
    assert re.fullmatch(r"\w+", csv_cell("Łukasz"))
