"""What tests of the address book share: a phone that somebody of the cast set up."""

import re
from base64 import b64encode
from xml.etree import ElementTree

import pytest

BOOK = "/addressbook/dav/me/books/contacts/"
SPACES = {"D": "DAV:", "C": "urn:ietf:params:xml:ns:carddav"}


class Phone:
    """A device of one user, which speaks CardDAV as phones do."""

    def __init__(self, stage, actor: str = "seller", secret: str | None = None) -> None:
        self.stage, self.actor, self.email = stage, actor, f"{actor}@demo.example"
        self.client = stage.app.test_client()
        self.secret = secret or password(stage, actor)
        self.token = ""
        self.cards: dict[str, str] = {}

    def ask(self, method: str, path: str = BOOK, body: str = "", secret: str | None = None, **headers: str):
        word = b64encode(f"{self.email}:{secret or self.secret}".encode()).decode()
        sent = {"Authorization": f"Basic {word}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.open(path, method=method, data=body, headers=sent, content_type="application/xml")

    def report(self, name: str, inside: str, space: str = "C"):
        head = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
        return self.ask("REPORT", body=f"<{space}:{name} {head}>{inside}</{space}:{name}>", Depth="1")

    def sync(self) -> tuple[set[str], set[str]]:
        """What a phone does every quarter of an hour: (names of new and changed cards, names of those that are gone)."""
        answer = self.report("sync-collection", f"<D:sync-token>{self.token}</D:sync-token><D:sync-level>1</D:sync-level>"
                             "<D:prop><D:getetag/></D:prop>", "D")  # fmt: skip
        if answer.status_code == 403:  # the token is worth nothing: all of it anew, and what is not in it is gone
            assert "valid-sync-token" in answer.text
            before, self.cards, self.token = set(self.cards), {}, ""
            self.sync()
            return {short(name) for name in self.cards}, {short(name) for name in before - set(self.cards)}
        assert answer.status_code == 207, answer.text
        tree = ElementTree.fromstring(answer.text)
        self.token = tree.findtext("D:sync-token", namespaces=SPACES)
        changed, gone = set(hrefs(tree, gone=False)), set(hrefs(tree, gone=True))
        for name in gone:
            self.cards.pop(name, None)
        self.cards |= self.fetch(changed)
        return {short(name) for name in changed}, {short(name) for name in gone}

    def fetch(self, names: set[str]) -> dict[str, str]:
        asked = "".join(f"<D:href>{name}</D:href>" for name in sorted(names))
        answer = self.report("addressbook-multiget", f"<D:prop><D:getetag/><C:address-data/></D:prop>{asked}")
        return dict(data_of(answer))


def short(path: str) -> str:
    return path.removeprefix(BOOK).removesuffix(".vcf")


def hrefs(tree, gone: bool):
    for one in tree.iterfind("D:response", SPACES):
        if (one.find("D:status", SPACES) is not None) is gone:
            yield one.findtext("D:href", namespaces=SPACES)


def data_of(answer):
    assert answer.status_code == 207, answer.text
    for one in ElementTree.fromstring(answer.text).iterfind("D:response", SPACES):
        text = one.findtext(".//C:address-data", namespaces=SPACES)
        if text is not None:
            yield one.findtext("D:href", namespaces=SPACES), text


def password(stage, actor: str, name: str = "My phone") -> str:
    """Made on the page, read off the page."""
    answer = stage.client(actor).post("/addressbook/devices", data={"name": name, "current": "crmlite-demo"})
    assert answer.status_code == 200, answer.text
    return re.search(r'id="device-secret"[^>]*>([a-z0-9-]+)<', answer.text)[1]


@pytest.fixture
def phone(stage) -> Phone:
    return Phone(stage)
