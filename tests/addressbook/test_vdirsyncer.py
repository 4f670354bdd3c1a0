"""A client that others wrote, vdirsyncer, keeps a folder of cards equal to the address book over a real connection."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from crmlite.auth.models import DevicePassword, User
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from tests import oracles
from tests.addressbook.conftest import password

VDIRSYNCER = Path(sys.executable).with_name("vdirsyncer")
CONFIG = """
[general]
status_path = "{folder}/status/"
[pair book]
a = "crm"
b = "folder"
collections = ["from a"]
conflict_resolution = "a wins"
[storage crm]
type = "carddav"
url = "http://127.0.0.1:{port}/"
username = "seller@demo.example"
password = "{secret}"
read_only = true
[storage folder]
type = "filesystem"
path = "{folder}/cards/"
fileext = ".vcf"
"""


class Syncer:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str, fails: bool = False) -> str:
        done = subprocess.run(
            [VDIRSYNCER, "-c", self.folder / "config", *words],
            input="y\n" * 9,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def sync(self) -> dict[str, str]:
        self.run("sync")
        return self.cards()

    def cards(self) -> dict[str, str]:
        """Of the folder, by the names in them."""
        found = [path.read_text("utf-8") for path in (self.folder / "cards" / "contacts").glob("*.vcf")]
        return {next(line for line in text.splitlines() if line.startswith("FN:")): text for text in found}


@pytest.fixture
def syncer(stage, tmp_path):
    if not VDIRSYNCER.exists():
        pytest.skip("vdirsyncer is not installed")
    server = make_server("127.0.0.1", 0, stage.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    secret = password(stage, "seller")
    (tmp_path / "config").write_text(CONFIG.format(folder=tmp_path, port=server.server_port, secret=secret))
    yield Syncer(tmp_path)
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_a_folder_follows_the_book(stage, syncer):
    with stage.writes("seller") as it:
        anna = Contact.create(it.user, given="Anna", family="Åkesson; the 1st, \\ \"'", phone="+31 6 1234 5678")
        nora = Contact.create(it.user, given="Nora", family="Newcomer", instructions="Line one\nline two")
        hidden = Contact.create(it.user, given="Hidden", family="Later")
    syncer.run("discover", "book")
    cards = syncer.sync()
    assert {"FN:Nora Newcomer", "FN:Hidden Later"} <= set(cards)
    assert "+31 6 1234 5678" in next(text for text in cards.values() if "TEL" in text and "Anna" in text)
    assert not any("rival" in name for name in cards)

    with stage.writes("manager"):
        db.session.get_one(Contact, anna.id).change(given="Hanna")
        db.session.get_one(Contact, nora.id).trash()
        db.session.get_one(Contact, hidden.id).assign(db.session.get_one(User, stage.ids["user.rival"]))
    cards = syncer.sync()
    assert not {"FN:Nora Newcomer", "FN:Hidden Later"} & set(cards)
    assert sum("Hanna" in name for name in cards) == 1
    assert not any("N:Åkesson" in text and "Anna" in text for text in cards.values())

    path = syncer.folder / "cards" / "contacts" / "mine.vcf"  # what is written on the phone does not reach the book
    config = syncer.folder / "config"
    config.write_text(config.read_text().replace("read_only = true\n", ""))
    path.write_text("BEGIN:VCARD\nVERSION:3.0\nUID:mine\nFN:Mine Alone\nN:Alone;Mine;;;\nEND:VCARD\n")
    syncer.run("discover", "book")
    with oracles.expect_equal(stage.engines["reader"]):
        assert "uploading" in syncer.run("sync", fails=True)

    with stage.writes("seller"):
        DevicePassword.end_all(stage.ids["user.seller"])
    assert "401" in syncer.run("sync", fails=True)
