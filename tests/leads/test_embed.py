"""The form drawn by a script on somebody's website: who may read it, what is sent back, and that it is taken like in the frame."""

import pytest
import sqlalchemy as sa

from crmlite import jobs
from crmlite.extensions import db
from crmlite.leads.fields import Field
from crmlite.leads.sites import is_listed
from crmlite.mail.outbox import Message
from tests.leads.conftest import FIELDS, TYPED

SITE = {"base_url": "https://crm.example.org"}
OURS = "https://www.example.com"
THANKS = "Thank you. We have received what you sent."


@pytest.fixture
def form(make_form):
    return make_form(sites=[OURS], heading="Talk <to> us", intro="We answer.", theme="dark")


@pytest.fixture
def ask(client, form):
    def get(origin=OURS, url=None, **headers):
        headers = {**headers, **({"Origin": origin} if origin else {})}
        return client.get(f"{url or form.url}/embed", headers=headers, **SITE)

    return get


@pytest.fixture
def send(client, form, ask):
    """Posts as the script does: what it was told, with what somebody typed."""

    def post(typed=TYPED, origin=OURS, url=None, **more):
        told = ask(url=url).json.get("hidden", {}) if "_token" not in more else {}
        data = {"website": "", "_page": f"{OURS}/contact", **told, **typed, **more}
        headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
        return client.post(f"{url or form.url}/embed", data=data, headers=headers, **SITE)

    return post


@pytest.fixture
def patient(monkeypatch):
    monkeypatch.setattr("crmlite.leads.spam.YOUNGEST", 0)


# --- the script -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["identity", "gzip, br"])
def test_the_script_may_be_loaded_on_any_page_and_is_asked_for_again(client, form, encoding):
    headers = {"Sec-Fetch-Site": "cross-site", "Accept-Encoding": encoding}
    answer = client.get(f"{form.url}.js", headers=headers, **SITE)
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in answer.headers
    assert ("Content-Encoding" in answer.headers) == (encoding != "identity")
    headers["If-None-Match"] = answer.headers["ETag"]
    again = client.get(f"{form.url}.js", headers=headers, **SITE)
    assert again.status_code == 304


def test_the_script_says_nothing_about_the_form(client, form):
    text = client.get(f"{form.url}.js", **SITE).text
    assert "Talk" not in text
    assert form.public_id not in text


@pytest.mark.parametrize("end", [".js", "/embed"])
def test_no_such_form(client, form, end):
    assert client.get(f"/f/unknown{end}", **SITE).status_code == 404
    assert client.get(f"/f/{'x' * 500}{end}", **SITE).status_code == 404


# --- what it asks for -------------------------------------------------------------------------------------------------


def test_it_is_told_all_it_draws(ask):
    told = ask().json
    assert (told["language"], told["direction"], told["theme"], told["heading"]) == (
        "en",
        "ltr",
        "dark",
        "Talk <to> us",
    )
    assert [field["key"] for field in told["fields"]] == [field.key for field in FIELDS]
    assert [field["required"] for field in told["fields"]] == [True, True, *[False] * 5]
    assert told["fields"][1]["autocomplete"] == "email"
    assert told["fields"][4]["choices"] == [["1 to 10", "1 to 10"], ["More", "More"]]
    assert ["SE", "Sweden"] in told["fields"][6]["choices"]
    assert set(told["fields"][0]) == {"key", "label", "kind", "required", "autocomplete", "choices"}, "nothing of ours"
    assert told["style"].startswith("/static/css/form.css?v=")
    assert told["button"] == "Send"
    assert set(told["hidden"]) == {"_token", "_key"}


def test_it_speaks_the_language_of_the_form(ask, make_form):
    form = make_form(language="ar", sites=[OURS])
    told = ask(url=form.url, **{"Accept-Language": "nl"}).json
    assert (told["language"], told["direction"]) == ("ar", "rtl")
    assert ["SE", "السويد"] in told["fields"][6]["choices"]
    assert told["button"] != "Send"


def test_asking_changes_nothing_and_costs_one_read(ask, dump, statements):
    ask()
    before = dump()
    with statements() as seen:
        ask()
    assert [s.split()[0] for s in seen if not s.startswith(("BEGIN", "ROLLBACK", "COMMIT"))] == ["SELECT"]
    assert dump() == before


# --- who may ----------------------------------------------------------------------------------------------------------


def test_a_listed_website_may_read_the_answer_without_a_cookie(ask, send, patient):
    for answer in (ask(), send(), send({"f1": ""})):
        assert answer.headers["Access-Control-Allow-Origin"] == OURS
        assert "Origin" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "https://www.example.com.evil.example", "https://example.com", "http://www.example.com"],
)  # fmt: skip
def test_another_website_is_refused_and_nothing_is_stored(ask, send, submissions, origin):
    for answer in (ask(origin), send(origin=origin)):
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "not on the form" in answer.text
        assert "_token" not in answer.text
    assert submissions() == []


def test_a_form_without_websites_is_drawn_nowhere(ask, make_form):
    assert ask(url=make_form().url).status_code == 403


def test_nobody_is_told_that_more_would_be_allowed(client, form):
    """No preflight is answered: what the script sends needs none, and all else is refused by the browser."""
    headers = {"Origin": OURS, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-more"}
    answer = client.options(f"{form.url}/embed", headers=headers, **SITE)
    assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


@pytest.mark.parametrize(
    ("allowed", "origin", "expected"),
    [
        ("https://www.example.com", "https://www.example.com", True),
        ("https://www.example.com", "https://www.example.com:8443", False),
        ("https://www.example.com:443", "https://www.example.com", True),
        ("http://www.example.com", "https://www.example.com", True),
        ("https://www.example.com", "http://www.example.com", False),
        ("http://localhost:8080", "http://localhost:8080", True),
        ("http://localhost:8080", "http://localhost", False),
        ("https://*.example.com", "https://shop.example.com", True),
        ("https://*.example.com", "https://a.shop.example.com", True),
        ("https://*.example.com", "https://example.com", False),
        ("https://*.example.com", "https://badexample.com", False),
        ("https://xn--e1afmkfd.xn--p1ai", "https://xn--e1afmkfd.xn--p1ai", True),
        ("https://www.example.com", "https://www.example.com/path", False),
        ("https://www.example.com", "https://user@www.example.com", False),
        ("https://www.example.com", "www.example.com", False),
        ("https://www.example.com", "https://www.example.com:99999", False),
        ("https://www.example.com", "", False),
        ("https://www.example.com", "http://[", False),
    ],
)
def test_what_a_website_covers(allowed, origin, expected):
    assert is_listed(origin, [allowed]) is expected
    assert is_listed(origin, []) is False


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_what_is_sent_becomes_a_lead_and_is_thanked_for(app, send, submissions, patient):
    answer = send()
    assert (answer.status_code, answer.json) == (200, {"said": THANKS})
    [row] = submissions()
    assert (row.state, row.reason, row.page) == ("received", None, f"{OURS}/contact")
    assert [a["value"] for a in row.answers][:2] == ["Anna Lindqvist", "anna@example.com"]
    with app.app_context():
        assert jobs.run_due() == 1
    assert submissions()[0].lead_id


def test_sent_again_it_is_stored_once(send, submissions, patient):
    assert send(_key="same").json == send(_key="same").json
    assert len(submissions()) == 1


def test_what_is_wrong_is_said_by_field_and_stores_nothing(send, submissions):
    answer = send({**TYPED, "f1": "", "f2": "anna at example", "f5": "None"})
    assert answer.status_code == 422
    assert set(answer.json["wrong"]) == {"f1", "f2", "f5"}
    assert answer.json["wrong"]["f1"] == "Please fill this in."
    assert submissions() == []


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"website": "https://buy.example"}, "honeypot"),
        ({"_token": ""}, "no_token"),
        ({"_token": "forged"}, "wrong_token"),
        ({}, "too_early"),
    ],
)
def test_a_robot_is_held_and_thanked_like_everybody(app, send, submissions, more, reason):
    assert send(**more).json == {"said": THANKS}
    assert [(row.state, row.reason) for row in submissions()] == [("held", reason)]
    with app.app_context():
        assert jobs.run_due() == 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


def test_the_limits_count_both_ways_of_sending(make_form, post, send, submissions, patient):
    form = make_form(sites=[OURS], limit_per_visitor=1)
    post(form, address="127.0.0.1")
    send(url=form.url)
    assert [row.reason for row in submissions()] == [None, "visitor_limit"]


def test_a_closed_form_says_so(ask, send, make_form, submissions):
    form = make_form(sites=[OURS], active=False)
    shown, sent = ask(url=form.url), send(url=form.url)
    assert (shown.status_code, shown.json["said"]) == (410, "This form is closed.")
    assert shown.json["style"]
    assert (sent.status_code, sent.json) == (410, {"said": "This form is closed."})
    assert submissions() == []


def test_a_body_that_is_too_large_is_refused(send, submissions):
    assert send({**TYPED, "f4": "x" * 600_000}).status_code == 413
    assert submissions() == []


def test_the_firms_own_thanks(make_form, send, patient):
    form = make_form(sites=[OURS], thanks="Tot <gauw>!", fields=[Field("f2", "E-mail", "email", True, "contact.email")])
    assert send({"f2": "anna@example.com"}, url=form.url).json == {"said": "Tot <gauw>!"}
