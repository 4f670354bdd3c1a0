"""The editor of web forms: fields are data, and adding one needs no code."""

import re
from html import unescape

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crmlite import journal
from crmlite.extensions import db, writing
from crmlite.leads import fields
from crmlite.leads.fields import Field
from crmlite.leads.forms import FieldRows
from crmlite.leads.models import WebForm
from crmlite.leads.sites import site
from tests.typed import typed

SITE = {"base_url": "https://crm.example.org"}
HEAD = {
    "name": "Offer",
    "theme": "dark",
    "language": "nl",
    "heading": "Offerte",
    "thanks": "Dank u",
    "active": "y",
    "limit_per_hour": "9",
    "limit_per_visitor": "20",
}


def rows(*given: Field) -> dict[str, object]:
    """What the editor sends for these fields."""
    sent: dict[str, object] = {"field": [field.key for field in given]}
    for field in given:
        sent |= {f"{field.key}-label": field.label, f"{field.key}-kind": field.kind, f"{field.key}-fills": field.fills}
        sent |= {f"{field.key}-choices": "\n".join(field.choices)} | (
            {f"{field.key}-required": "yes"} if field.required else {}
        )
    return sent


EMAIL = Field("f1", "E-mail", "email", True, "contact.email")
COLOUR = Field("f2", "Colour", "choice", False, "", ("Red", "Blue"))


@pytest.fixture
def stored(app):
    def read(form_id=1) -> WebForm:
        with app.app_context():
            return db.session.get(WebForm, form_id)

    return read


def test_making_a_form(app, sign_in, people, stored):
    client = sign_in(app, "marketing")
    page = client.get("/forms/new", **SITE).text
    assert "Your e-mail address" in page
    data = {
        **HEAD,
        **rows(EMAIL, COLOUR),
        "notify": [people["seller"]],
        "owner_id": people["manager"],
        "team_id": people["team"],
    }
    answer = client.post("/forms/new", data={**data, "sites": "www.example.com\nhttp://localhost:8080/x"}, **SITE)
    assert answer.headers["Location"] == "/forms/1"
    form = stored()
    assert (form.name, form.language, form.thanks, form.active, form.limit_per_hour) == (
        "Offer",
        "nl",
        "Dank u",
        True,
        9,
    )
    assert (form.owner_id, form.team_id, form.notify) == (people["manager"], people["team"], [people["seller"]])
    assert form.sites == ["https://www.example.com", "http://localhost:8080"]
    assert [field["label"] for field in form.fields] == ["E-mail", "Colour"]
    public = client.get(f"/f/{form.public_id}", **SITE).text
    assert "<option>Red</option>" in public
    assert "Verplicht" not in public


def test_a_field_that_is_added_is_asked_and_answered_without_code(app, sign_in, make_form, post, submissions, stored):
    form = make_form(fields=[EMAIL])
    client = sign_in(app, "marketing")
    shown = client.post("/forms/1", data={**HEAD, **rows(EMAIL), "do": "add", "row_version": 1}, **SITE).text
    assert 'name="f2-label"' in shown
    assert len(stored().fields) == 1, "nothing is saved yet"
    data = {**HEAD, **rows(EMAIL, Field("f2", "Shoe size", "text")), "row_version": 1}
    assert client.post("/forms/1", data=data, **SITE).status_code == 303
    assert "Shoe size" in client.get(form.url, **SITE).text
    post(form, {"f1": "anna@example.com", "f2": "43"})
    assert {a["label"]: a["value"] for a in submissions()[0].answers} == {
        "E-mail": "anna@example.com",
        "Shoe size": "43",
    }


def test_the_buttons_beside_the_fields():
    table = FieldRows([EMAIL, COLOUR, Field("f7", "Size")])
    for action, expected in [
        ("up f7", ["f1", "f7", "f2"]),
        ("up f1", ["f1", "f7", "f2"]),
        ("down f2", ["f1", "f7", "f2"]),
        ("down f1", ["f7", "f1", "f2"]),
        ("remove f1", ["f7", "f2"]),
        ("add", ["f7", "f2", "f8"]),
        ("kind", ["f7", "f2", "f8"]),
        ("remove f99", ["f7", "f2", "f8"]),
    ]:
        table.do(action)
        assert [field.key for field in table.rows] == expected, action


def test_a_form_can_be_edited_without_htmx_and_with(app, sign_in, make_form):
    make_form(fields=[EMAIL])
    client = sign_in(app, "marketing")
    data = {**HEAD, **rows(EMAIL), "do": "add"}
    assert "<html" in client.post("/forms/1", data=data, **SITE).text
    part = client.post("/forms/1", data=data, headers={"HX-Request": "true", "HX-Request-Type": "partial"}, **SITE).text
    assert "<html" not in part
    assert 'id="editor"' in part


WRONG = {
    "no name": ({"name": ""}, (EMAIL,), "Please fill this in."),
    "no fields": ({}, (), "A form has between one and 40 fields."),
    "nobody can be answered": ({}, (COLOUR,), "Ask for an e-mail address or a phone number"),
    "no label": ({}, (EMAIL, Field("f2", "")), "Give the field a label"),
    "one choice": (
        {},
        (EMAIL, Field("f2", "Colour", "choice", False, "", ("Red",))),
        "Write between two and 60 choices",
    ),
    "a text as address": ({}, (EMAIL, Field("f2", "Mail", "text", False, "contact.phone")), "That cannot be filled"),
    "twice the same": (
        {},
        (EMAIL, Field("f2", "Mail", "email", False, "contact.email")),
        "Another field fills this already.",
    ),
    "no website": ({"sites": "not a site!"}, (EMAIL,), "is not the address of a website."),
    "a website with a blank": ({"sites": "https://ex ample.com"}, (EMAIL,), "“https://ex ample.com” is not"),
    "no website but data": ({"sites": "data:"}, (EMAIL,), "“data:” is not"),
    "a mail address as website": ({"sites": "mailto:x@example.com"}, (EMAIL,), "is not the address of a website."),
    "a header in a website": ({"sites": "https://x.example;script-src"}, (EMAIL,), "is not the address of a website."),
    "a limit of words": ({"limit_per_hour": "many"}, (EMAIL,), "Write a whole number."),
    "a limit too high": ({"limit_per_hour": "999999"}, (EMAIL,), "Write a number from 0 to 5000"),
    "no limit at all": ({"limit_per_hour": ""}, (EMAIL,), "0 is no limit"),
    "an owner who does not exist": ({"owner_id": "999"}, (EMAIL,), "Choose one of the answers that are offered."),
    "overlong": ({"heading": "h" * 201}, (EMAIL,), "That is too long: at most 200 characters fit."),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_and_nothing_is_lost_or_saved(app, sign_in, make_form, stored, case):
    changed, given, said = WRONG[case]
    make_form(fields=[EMAIL], name="As it was")
    typed = {**HEAD, "intro": "Kept <this>", **rows(*given), "row_version": 1, **changed}
    answer = sign_in(app, "marketing").post("/forms/1", data=typed, **SITE)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert said in page
    assert "Kept <this>" in page
    for field in given:
        assert f'value="{field.label}"' in page
    assert stored().name == "As it was"


def test_two_people_editing_one_form(app, sign_in, make_form, stored):
    make_form(fields=[EMAIL])
    client = sign_in(app, "marketing")
    data = {**HEAD, **rows(EMAIL), "row_version": 1}
    assert client.post("/forms/1", data=data, **SITE).status_code == 303
    answer = client.post("/forms/1", data={**data, "intro": "Mine"}, **SITE)
    assert answer.status_code == 409
    assert "Somebody changed this form while you were writing." in answer.text
    assert "Mine</textarea>" in answer.text
    assert stored().intro != "Mine"
    again = typed(answer.text, "/forms/1")
    assert client.post("/forms/1", data=MultiDict(again), **SITE).status_code == 303
    assert stored().intro == "Mine"


@pytest.mark.parametrize("version", [None, "", "x", "99999"])
def test_a_form_that_does_not_say_what_was_seen(app, sign_in, make_form, stored, version):
    make_form(fields=[EMAIL], name="As it was")
    data = {**HEAD, **rows(EMAIL)} | ({} if version is None else {"row_version": version})
    answer = sign_in(app, "marketing").post("/forms/1", data=data, **SITE)
    assert answer.status_code == 422
    assert "Open the page anew" in answer.text
    assert stored().name == "As it was"


def test_the_list_says_how_many_came_in(app, sign_in, make_form, post):
    form = make_form()
    make_form(name="Closed one", active=False)
    for n in range(3):
        post(form, f4=f"Need {n}")
    page = sign_in(app, "marketing").get("/forms/", **SITE).text
    assert re.search(r">\s*3\s*</td>", page)
    assert "Closed one" in page


def test_no_form_yet(app, sign_in):
    assert "No web form yet" in sign_in(app, "marketing").get("/forms/", **SITE).text


def test_the_lines_to_copy(app, sign_in, make_form):
    form = make_form(heading='Talk "to" us', sites=["https://www.example.com"])
    page = sign_in(app, "marketing").get("/forms/1", **SITE).text
    copied = [unescape(code) for code in re.findall(r'<textarea[^>]* id="\w+-code"[^>]*>([^<]*)<', page)]
    url = f"https://crm.example.org{form.url}"
    assert copied == [
        f'<script src="{url}.js" async></script><noscript><a href="{url}">Talk &#34;to&#34; us</a></noscript>',
        f'<iframe src="{url}" data-crmlite title="Talk &#34;to&#34; us" width="100%" height="640" loading="lazy" '
        'frameborder="0"></iframe><script src="https://crm.example.org/static/js/embed.js" async></script>',
    ]
    assert "connect-src https://crm.example.org" in page
    assert "No website may show it yet." not in page


def test_a_form_that_no_website_may_show_yet(app, sign_in, make_form):
    make_form()
    assert "No website may show it yet." in sign_in(app, "marketing").get("/forms/1", **SITE).text


def test_the_preview_may_be_framed_by_us_only_and_sends_nothing(app, sign_in, make_form):
    make_form(fields=[EMAIL], sites=["https://www.example.com"])
    client = sign_in(app, "marketing")
    for answer in (
        client.get("/forms/1/preview", **SITE),
        client.post("/forms/preview", data={**HEAD, **rows(EMAIL, COLOUR)}, **SITE),
    ):
        assert answer.status_code == 200
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        assert "www.example.com" not in answer.headers["Content-Security-Policy"]
        assert "<button type=button>" in answer.text
    assert "Offerte" in answer.text
    assert "Colour" in answer.text


@pytest.mark.parametrize("path", ["/forms/", "/forms/new", "/forms/1", "/forms/1/preview"])
def test_sellers_do_not_edit_forms(app, sign_in, make_form, path):
    make_form()
    assert sign_in(app, "seller").get(path, **SITE).status_code == 403


def test_no_such_form(app, sign_in):
    client = sign_in(app, "marketing")
    assert client.get("/forms/9", **SITE).status_code == 404
    assert client.post("/forms/9", data={}, **SITE).status_code == 404


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("example.com", "https://example.com"),
        ("https://www.Example.com/contact?x=1", "https://www.example.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("*.example.com", "https://*.example.com"),
        ("https://пример.рф", "https://xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_the_origin_of_a_website(typed, origin):
    assert site(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ftp://example.com",
        "https://",
        "'self'",
        "https://a b",
        "https://a;b",
        "javascript:x",
        "*",
        "https://x:99999",
    ],
)
def test_what_is_no_website(typed):
    with pytest.raises(ValueError):
        site(typed)


def test_every_kind_and_target_has_a_limit():
    assert set(fields.LONGEST) == set(fields.KINDS)
    assert set(fields.FILLED_BY) | set(fields.AUTOCOMPLETE) <= set(fields.FILLS)


def test_forms_are_journaled(app, sign_in, make_form):
    make_form()
    with app.app_context():
        changes = db.session.scalars(sa.select(journal.Change.action).where(journal.Change.record_type == "web_form"))
        assert changes.all() == ["created"]


def test_a_form_whose_fields_have_names_is_saved_as_it_is(app, sign_in, people):
    with app.app_context():
        writing()
        named = [
            Field("name", "Your name", "text", True, "contact.name"),
            Field("email", "E-mail", "email", True, "contact.email"),
        ]
        form = WebForm.create(None, name="Named", fields=[field.stored() for field in named])
        db.session.commit()
        form_id, version = form.id, form.row_version
    typed = {"name": "Named", "language": "en", "theme": "light", "field": ["name", "email"], "row_version": version}
    for field in named:
        about = {"label": field.label, "kind": field.kind, "required": "y", "fills": field.fills}
        typed |= {f"{field.key}-{name}": value for name, value in about.items()}
    assert sign_in(app, "marketing").post(f"/forms/{form_id}", data=typed, **SITE).status_code == 303
    with app.app_context():
        assert [field["key"] for field in db.session.get(WebForm, form_id).fields] == ["name", "email"]
