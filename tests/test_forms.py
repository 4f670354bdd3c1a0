"""What all forms share: they speak the reader's language, take no answer twice, and say where something is wrong."""

import ast
import re
from pathlib import Path

import pytest
import wtforms
from werkzeug.datastructures import MultiDict

from crmlite.forms import Form, LongList, SelectField, _Sentences, choices
from tests.contacts.test_contacts import NEW


def wtforms_sentences() -> set[str]:
    """Every text that wtforms hands to gettext."""
    found = set()
    for path in Path(wtforms.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"gettext", "ngettext"}:
                found |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return found


def forms(base: type = wtforms.Form) -> set[type]:
    return {form for kind in base.__subclasses__() for form in {kind, *forms(kind)}}


def test_all_forms_are_made_of_ours():
    ours = {form for form in forms() if form.__module__.startswith("crmlite.")}
    assert len(ours) > 20
    assert {form.__name__ for form in ours if not issubclass(form, Form)} == set()


@pytest.mark.parametrize("language", ["en", "nl", "ar"])
def test_no_sentence_of_wtforms_comes_out(stage, language):
    said = wtforms_sentences()
    assert len(said) > 25
    with stage.app.test_request_context(headers={"Accept-Language": language}):
        out = {text: _Sentences().gettext(text) for text in said}
        out |= {text: _Sentences().ngettext(text, text, 1) for text in said}
    assert {text for text, ours in out.items() if ours in said} == set()


WRONG = {
    "birthday": "yesterday",
    "language": "xx",
    "owner_id": "abc",
    "emails-0-value": "nobody",
    "emails-0-label": "nix",
}


def test_a_wrong_form_speaks_the_language_of_its_reader(stage):
    with stage.writes("seller") as w:
        w.user.locale = "nl"
    page = stage.client("seller").post("/contacts/new", data={**NEW, **WRONG}).text
    assert "Not a valid" not in page
    assert "Dat is geen datum." in page


def test_the_summary_leads_to_the_inputs(stage):
    answer = stage.client("seller").post("/contacts/new", data={**NEW, **WRONG, "addresses-0-postcode": "1" * 21})
    assert answer.status_code == 422
    summary = answer.text.split('class="cx-errors"')[1].split("</ul>")[0]
    assert "{" not in summary
    assert "E-mail: That is not an e-mail address." in summary
    links = re.findall('href="#([^"]+)"', summary)
    assert {"birthday", "emails-0-value", "emails-0-label", "addresses-0-postcode"} <= set(links)
    for link in links:
        assert re.search(rf'<(input|select|textarea)[^>]* id="{link}"', answer.text), link


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("/contacts/new", {**NEW, "given": ["Aa", "Bb"]}),
        ("/contacts/new", {**NEW, "birthday": ["", "1990-01-01"]}),
        ("/contacts/new", {**NEW, "emails-0-value": ["a@example.com", "b@example.com"]}),
        ("/contacts/new", {**NEW, "company-text": ["One", "Two"]}),
        ("/companies/new", {"name": ["Aa", "Bb"], "owner_id": ""}),
        ("/leads/new", {"name": "Aa", "need": ["Chairs", "Tables"]}),
        ("/records/contact/{seller.contact}/field/salutation", {"salutation": ["Ms", "Dr"]}),
        ("/records/contact/{seller.contact}/notes", {"text": ["One", "Two"]}),
        ("/auth/profile", {"name": ["Aa", "Bb"], "locale": "en", "time_zone": "UTC", "theme": "auto"}),
    ],
)
def test_what_is_sent_twice_is_refused(stage, url, sent):
    for name, number in stage.ids.items():
        url = url.replace("{" + name + "}", str(number))
    answer = stage.client("seller").post(url, data=MultiDict(sent))
    assert answer.status_code == 422
    assert "This was sent more than once." in answer.text


@pytest.mark.parametrize("chosen", ["a", "b", "none of them", None])
def test_a_long_list_looks_like_any_select(chosen):
    offered = choices([("a", 'A & "A"'), ("b", "<B>")], "–")

    class Both(Form):
        one = SelectField(choices=offered)
        other = SelectField(choices=offered, widget=LongList())

    form = Both(data={"one": chosen, "other": chosen})
    for _time in range(2):
        other = str(form.other(id="x", class_="c")).replace('name="other"', 'name="one"')
        assert other == str(form.one(id="x", class_="c"))
