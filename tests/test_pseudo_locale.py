"""No text goes past the translations: with the pseudo-locale on, every translated text stands in ⟦ ⟧, and whatever stands outside
and is not somebody's data is reported. Data says so itself: it stands in `dir="auto"`, <bdi>, <time> or the like."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest

from crmlite import web
from crmlite.demo.cast import CAST
from tests import cast
from tests.cast import Stage
from tests.routes import ARGS, ROUTES

PAGES = [
    route for route in ROUTES if route.method == "GET" and not route.rule.startswith(("/static", "/files", "/health"))
]
ACTORS = ("admin", "seller")
# Brands, languages by their own names, and what the fixed records hold: people, teams, a form.
NOT_TRANSLATED = [
    "crmlite",
    *web.LANGUAGES.values(),
    *(part.name for part in CAST),
    *{part.team for part in CAST if part.team},
    "Shared Person",
    "Contact us",
    "Crossed",
    "Standard",
    "Sales North",
    "invited@demo.example",
    "Memo",
    "Spare",
    "people.csv",
    "Newsletter",
    "Printed catalogue",
    "Send me news.",
    "You may not change this.",  # why a change of many left one alone, as its job wrote it down
    "English",
    "Arabic",
    "Danish",
    "Italian",
    "Russian",
    "Dutch",
]
DATA = re.compile(
    r"zc\w+?qx\w*(?: (?:Ltd|need|note|closed|street|booth))?"  # the canaries: what the fixed records hold
    r"|^\s*\w{1,2}\s*$"  # initials
    r"|[A-Z][a-z]{2} \d+, \d{4}(?:, [\d:]+\s[AP]M)?"  # dates in words are Babel's
    r"|\d byte|\d [kMG]B"  # so are sizes
    r"|^\s*Website\s*$"  # the trap for robots, which no person sees
)
TYPED_LABELS = {"/f/<public_id>": ["Name", "E-mail"], "/forms/<int:form_id>/preview": ["Name", "E-mail"]}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
DATA_ELEMENTS = {"bdi", "time", "code", "pre", "kbd", "textarea", "svg", "script", "style"}
TEXT_ATTRIBUTES = ("title", "placeholder", "aria-label", "aria-description", "alt", "label")


@dataclass
class Finding:
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.text!r} in {self.where}"


class Reader(HTMLParser):
    """Collects what a page says outside ⟦ ⟧ and outside of data."""

    def __init__(self, typed=()) -> None:
        super().__init__(convert_charrefs=True)
        self._allowed = [*NOT_TRANSLATED, *typed]
        self.findings: list[Finding] = []
        self._open: list[tuple[str, bool]] = []
        self._depth = 0

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        is_data = tag in DATA_ELEMENTS or attributes.get("dir") == "auto" or bool(self._open and self._open[-1][1])
        looked_at = [name for name in TEXT_ATTRIBUTES if name in attributes and tag not in DATA_ELEMENTS]
        if tag == "input" and attributes.get("type") in {"submit", "button", "reset"}:
            looked_at.append("value")
        for name in looked_at:
            self._look(attributes[name], f"<{tag} {name}>")
        if tag not in VOID:
            self._open.append((tag, is_data))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        """A translated sentence may have an element in its middle: its brackets then stand in two pieces of text."""
        before, self._depth = self._depth, self._depth + data.count("⟦") - data.count("⟧")
        if not (self._open and self._open[-1][1]):
            where = " ".join(f"<{tag}>" for tag, _is_data in self._open[-3:])
            self._look(data, where, "⟦" * before + data + "⟧" * self._depth)

    def _look(self, text, where, whole=None):
        left = outside_brackets(whole or text)
        for word in self._allowed:
            left = left.replace(word, "")
        left = DATA.sub("", left)
        if any(character.isalpha() for character in left):
            self.findings.append(Finding(where, " ".join(text.split())[:80]))


def outside_brackets(text):
    while "⟦" in text:
        shorter = re.sub(r"⟦[^⟦⟧]*⟧", "", text)
        if shorter == text:
            break
        text = shorter
    return text


def read(html, typed=()):
    reader = Reader(typed)
    reader.feed(html)
    reader.close()
    return reader.findings


@pytest.fixture(scope="module")
def stage(databases, tmp_path_factory):
    url = databases.fresh("sqlite", cast.build)
    stage = Stage(url, str(tmp_path_factory.mktemp("pseudo")))
    stage.app.config["PSEUDO_LOCALE"] = True
    yield stage
    stage.close()
    databases.drop(url)


def url_of(stage, route):
    rule = next(rule for rule in stage.app.url_map.iter_rules() if rule.rule == route.rule and "GET" in rule.methods)
    keys = {name: route.args.get(name, ARGS.get(name, "")) for name in rule.arguments}
    url = stage.app.url_map.bind("localhost").build(
        rule.endpoint, {n: str(stage.ids.get(k, k)) for n, k in keys.items()}
    )
    query = re.sub(r"@([\w.]+)", lambda m: str(stage.ids[m[1]]), route.query)
    return f"{url}?{query}" if query else url


@pytest.mark.parametrize("route", PAGES, ids=lambda route: f"{route.name} {dict(route.args) or ''}".strip())
def test_every_text_of_every_page_can_be_translated(stage, route):
    for actor in ACTORS:
        answer = stage.client(actor).get(url_of(stage, route))
        if answer.status_code == 200 and answer.mimetype == "text/html":
            found = [str(finding) for finding in read(answer.text, TYPED_LABELS.get(route.rule, ()))]
            assert found == [], f"as {actor}"


def test_errors_can_be_translated(stage):
    for path in ("/nothing-here", "/contacts/?nonsense=1", "/contacts/999999"):
        answer = stage.client("seller").get(path)
        assert "⟦" in answer.text
        assert [str(finding) for finding in read(answer.text)] == []


def test_texts_of_forms_and_verbs_can_be_translated(stage):
    """What Python says: a refused form's messages, and the toast after a verb."""
    client = stage.client("seller")
    refused = client.post("/leads/new", data={"need": ""})
    assert refused.status_code == 422
    assert [str(finding) for finding in read(refused.text)] == []
    with client.session_transaction() as before:
        before.clear()
    client.post(f"/leads/{stage.ids['seller.lead']}/qualify")
    with client.session_transaction() as session:
        assert all(outside_brackets(flash["message"]) == "" for _kind, flash in session["_flashes"])


def test_the_reader_would_notice(stage):
    """Its negative control: a page with one forgotten text of each kind."""
    found = read(
        '<p>⟦Fine⟧ <b dir="auto">Anna</b> 12 <bdi>a@b.c</bdi> ⟦Hi ⟦there⟧ <b>1</b> of you⟧</p><h1>Forgotten</h1><a title="Tip">⟦x⟧</a>'
        '<input type="submit" value="Send"><input value="data"><img alt="Photo"><p>⟦Half⟧ done</p><button aria-label="Open">1</button>'
    )
    assert [finding.text for finding in found] == ["Forgotten", "Tip", "Send", "Photo", "⟦Half⟧ done", "Open"]

    def forget():
        return {"frame": {"navigation": "Forgotten"}}

    stage.app.template_context_processors[None].append(forget)
    try:
        page = stage.client("seller").get("/contacts/")
        assert "Forgotten" in [finding.text for finding in read(page.text)]
    finally:
        stage.app.template_context_processors[None].remove(forget)
