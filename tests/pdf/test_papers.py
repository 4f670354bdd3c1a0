"""Papers: the letterhead, the foot, the language and its direction; what they say is in snapshots to be read in a diff."""

import re
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, DictLoader

from crmlite import pdf
from crmlite.auth import papers
from crmlite.auth.models import Organisation
from crmlite.extensions import db, reading, writing
from tests.auth.conftest import app, database_url, make_app  # noqa: F401 - fixtures
from tests.pdf.test_render import streams, tool

SNAPSHOTS = Path(__file__).parent / "snapshots"
SAMPLE = """
{% extends "pdf/_paper.html" %}
{% block title %}{{ title }}{% endblock %}
{% block parties %}
<div class="paper-parties">
<address class="paper-recipient">{% for line in recipient %}<span dir="auto">{{ line }}</span><br>{% endfor %}</address>
<table class="paper-facts"><tr><th>{{ _("Language") }}</th><td><bdi dir="ltr">Q-7</bdi></td></tr></table>
</div>
{% endblock %}
{% block main %}
<h1>{{ title }}</h1>
<table class="paper-lines">
<thead><tr><th>{{ _("Name") }}</th><th class="paper-number">{{ _("Phone") }}</th></tr></thead>
<tbody>
{% for line in lines %}
<tr><td><span dir="auto">{{ line }}</span></td><td class="paper-number"><bdi dir="ltr">{{ loop.index }}.50</bdi></td></tr>
{% endfor %}
</tbody>
</table>
{% endblock %}
"""
ENGLISH = {
    "title": "Quote Q-7",
    "recipient": ["Ёлка Иванова", "Őrség Kft.", "أحمد"],
    "lines": ["Chair", "Стол", "مصباح"],
}
ARABIC = {"title": "عرض السعر", "recipient": ["شركة النور للإضاءة"], "lines": ["طاولة الاجتماعات", "Chair", "مصباح"]}


@pytest.fixture
def paper(app, renderer):  # noqa: F811 - fixtures are imported, and named again by those who ask for them
    """Makes the sample's PDF, of an organisation that is filled in."""
    renderer.serve(app)
    app.jinja_env.loader = ChoiceLoader([app.jinja_env.loader, DictLoader({"sample.html": SAMPLE})])
    with app.test_request_context():
        writing()
        Organisation.get().change(
            name="Noordlicht",
            legal_name="Noordlicht B.V.",
            address="Havenstraat 12\n3011 AB Rotterdam",
            vat_id="NL000099998B57",
            email="info@noordlicht.example",
            phone="+31 10 000 0100",
        )
        db.session.commit()
        reading()
        yield lambda language, **words: pdf.render(*papers.compose("sample.html", language, **words))


def said(data: bytes) -> str:
    """The text as a person reads it: one blank for many, and none of the invisible marks of direction."""
    text = re.sub("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", "", tool("pdftotext", data, "-layout"))
    return (
        "\n".join(" ".join(line.split()) for line in text.replace("\f", "\n---\n").splitlines() if line.strip()) + "\n"
    )


@pytest.mark.parametrize(("language", "words"), [("en", ENGLISH), ("ar", ARABIC)])
def test_a_paper_says(paper, language, words):
    found, snapshot = said(paper(language, **words)), SNAPSHOTS / f"paper.{language}.txt"
    assert found == snapshot.read_text("utf-8"), f"if this is right, write it to {snapshot}:\n{found}"


def test_each_page_has_its_number_and_the_head_of_the_table(paper):
    data = paper("en", **{**ENGLISH, "lines": [f"Line {n}" for n in range(1, 71)]})
    pages = tool("pdftotext", data).split("\f")[:-1]
    assert [re.search(r"(\d) ?/ ?(\d)", page)[0].replace(" ", "") for page in pages] == ["1/3", "2/3", "3/3"]
    assert all("Phone" in page and "Noordlicht B.V." in page for page in pages)
    assert re.search("^Pages: +3$", tool("pdfinfo", data), re.M)


@pytest.mark.parametrize("language", ["en", "nl", "ar"])
def test_a_paper_is_for_archives_and_readers_aloud(paper, language):
    data = paper(language, **ENGLISH)
    info = tool("pdfinfo", data)
    assert re.search("^Tagged: +yes$", info, re.M)
    assert re.search("^Author: +Noordlicht$", info, re.M)
    assert f"/Lang ({language})".encode() in b"".join(streams(data))
    fonts = [line.split()[-5:-2] for line in tool("pdffonts", data).splitlines()[2:]]
    assert fonts == [["yes", "yes", "yes"]] * len(fonts)


def test_the_language_of_the_paper_is_not_the_readers(paper, app):  # noqa: F811
    html, _files = papers.compose("sample.html", "ar", **ARABIC)
    assert '<html lang="ar" dir="rtl">' in html
    assert "@bottom-right { content: element(foot)" in html
    html, _files = papers.compose("sample.html", "nl", **ENGLISH)
    assert '<html lang="nl" dir="ltr">' in html
    assert "Btw-nummer" in html


def test_what_people_typed_stays_text(paper):
    words = {**ENGLISH, "lines": ["</table><img src='file:///etc/passwd'>{{ 7 * 7 }}"]}
    assert "</table><img src='file:///etc/passwd'>{{ 7 * 7 }}" in said(paper("en", **words))
