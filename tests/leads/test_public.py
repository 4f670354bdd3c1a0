"""The form on somebody's website: what a visitor sees, sends, and is told."""

from html import unescape

import pytest
import sqlalchemy as sa

from crmlite import jobs
from crmlite.extensions import db, pretending, utcnow
from crmlite.leads import spam
from crmlite.leads.fields import Field
from crmlite.mail.outbox import Message
from tests.leads.conftest import TYPED, hidden, token

SITE = {"base_url": "https://crm.example.org"}
THANKS = "Thank you. We have received what you sent."


def test_the_form_is_shown_without_a_cookie(client, form):
    answer = client.get(form.url, **SITE)
    assert answer.status_code == 200
    assert 'name="f1"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_showing_it_changes_nothing(app, client, form, dump):
    before = dump()
    client.get(form.url, **SITE)
    client.head(form.url, **SITE)
    assert dump() == before


def test_what_is_posted_is_stored_with_its_job_and_answered(app, form, post, submissions):
    answer = post(form, _page="https://www.example.com/contact")
    assert answer.status_code == 200
    assert THANKS in answer.text
    [row] = submissions()
    assert (row.state, row.reason, row.page, row.address) == (
        "received",
        None,
        "https://www.example.com/contact",
        "203.0.113.5",
    )
    assert [(a["label"], a["value"]) for a in row.answers][:2] == [
        ("Your name", "Anna Lindqvist"),
        ("E-mail", "anna@example.com"),
    ]
    assert open_jobs(app) == [("leads.intake.process_submission", {"submission_id": row.id})]


def test_a_browser_that_sends_again_is_answered_the_same_and_stored_once(app, form, post, submissions):
    first, second = post(form, key="same"), post(form, key="same")
    assert first.text == second.text
    assert len(submissions()) == len(open_jobs(app)) == 1


def test_somebody_who_goes_back_and_writes_something_else_is_heard(app, form, post, submissions):
    post(form, key="same")
    for _ in range(2):
        post(form, {**TYPED, "f4": "Make it three hundred"}, key="same")
    assert [row.answers[2]["value"] for row in submissions()] == ["Two hundred chairs", "Make it three hundred"]
    assert len(open_jobs(app)) == 2


def test_what_the_page_holds_can_be_sent_back(client, form, submissions, monkeypatch):
    monkeypatch.setattr("crmlite.leads.spam.YOUNGEST", 0)
    page = client.get(form.url, headers={"Referer": "https://www.example.com/"}, **SITE).text
    data = {
        **TYPED,
        "_token": hidden(page, "_token"),
        "_key": hidden(page, "_key"),
        "_page": hidden(page, "_page"),
        "website": "",
    }
    assert client.post(form.url, data=data, **SITE).status_code == 200
    assert [(row.state, row.page) for row in submissions()] == [("received", "https://www.example.com/")]


def test_another_site_may_post_but_only_here(client, form):
    headers = {"Origin": "https://www.example.com", "Sec-Fetch-Site": "cross-site"}
    assert client.post(form.url, data={}, headers=headers, **SITE).status_code == 422


@pytest.mark.parametrize("path", ["/f/unknown", "/f/", "/f/%00", "/f/" + "x" * 500])
def test_no_such_form(client, form, path):  # PostgreSQL has no text with a NUL
    assert client.get(path, **SITE).status_code in {400, 404}
    assert client.post(path, data=TYPED, **SITE).status_code in {400, 404}


def test_a_closed_form_says_so_and_takes_nothing(client, make_form, post, submissions):
    form = make_form(active=False)
    assert "This form is closed." in client.get(form.url, **SITE).text
    assert post(form).status_code == 410
    assert submissions() == []


def test_only_the_sites_of_the_form_may_show_it(client, make_form):
    form = make_form(sites=["https://www.example.com", "http://localhost:8080"])
    policy = client.get(form.url, **SITE).headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://www.example.com http://localhost:8080" in policy
    assert "X-Frame-Options" not in client.get(form.url, **SITE).headers


def test_it_speaks_the_language_of_the_form_and_not_of_the_browser(client, make_form):
    form = make_form(language="ar")
    page = client.get(form.url, headers={"Accept-Language": "nl"}, **SITE).text
    assert '<html lang="ar" dir="rtl"' in page
    assert "السويد" in page  # Sweden, among the countries


# --- what is wrong with it --------------------------------------------------------------------------------------------

BAD = {
    "missing": ({"f1": ""}, "f1", "Please fill this in."),
    "only blanks": ({"f1": " \t "}, "f1", "Please fill this in."),
    "left out": ({"f2": None}, "f2", "Please fill this in."),
    "no address": ({"f2": "anna at example"}, "f2", "That is not an e-mail address."),
    "an address that hurts": ({"f2": "anna@example.com\r\nBcc: eve@evil.example"}, "f2", "This has to be one line."),
    "overlong": ({"f1": "x" * 201}, "f1", "That is too long: at most 200 characters fit."),
    "overlong text": ({"f4": "y" * 5001}, "f4", "That is too long: at most 5000 characters fit."),
    "overlong address": ({"f2": "a" * 300 + "@example.com"}, "f2", "That is too long"),
    "repeated": ({"f1": ["Anna", "Eve"]}, "f1", "This was sent more than once."),
    "a choice nobody offered": ({"f5": "'; DROP TABLE lead; --"}, "f5", "Choose one of the answers"),
    "a strange tick": ({"f6": "maybe"}, "f6", "Choose one of the answers"),
    "a country that is none": ({"f7": "XX"}, "f7", "Choose one of the answers"),
    "letters as a phone number": ({"f3": "call me"}, "f3", "That is not a phone number."),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(app, form, post, submissions, case):
    changed, key, said = BAD[case]
    typed = {**TYPED, "f4": 'Line one\nline <two> & "three"', **changed}
    answer = post(form, typed, key="kept")
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert f'aria-describedby="{key}-problem"' in page
    assert said in page.partition(f'id="{key}-problem">')[2].partition("</p>")[0]
    for name, value in typed.items():
        if isinstance(value, str) and name not in {"f5", "f6", "f7"} and value.strip():
            assert value.replace("\r", "") in page.replace("\r", ""), f"{name} is lost"
    assert hidden(answer.text, "_key") == "kept"
    assert (submissions(), open_jobs(app)) == ([], [])


def test_what_was_chosen_stays_chosen(form, post):
    page = post(form, {**TYPED, "f1": ""}).text
    assert "<option selected>More</option>" in page
    assert 'name="f6" checked' in page
    assert '<option value="SE" selected>' in page


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "' OR 1=1 --",
    "\x00\x01\x1b[31m",
    "\u202etxt.exe",
    "𝕬𝖓𝖓𝖆 👩‍🚀 أحمد",
    "=cmd|' /C calc'!A0",
    "%s%n${x}#{y}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(app, form, post, submissions, text):
    assert post(form, {**TYPED, "f1": f"a{text}", "f4": text}).status_code == 200
    assert "<script>alert" not in post(form, {**TYPED, "f2": text, "f4": text}).text
    [row] = submissions()
    assert "\x00" not in str(row.answers)
    with app.app_context():
        assert jobs.run_due() == 1
        assert db.session.scalar(sa.select(jobs.Job.state)) == "done"


def test_unknown_fields_are_not_kept(form, post, submissions):
    post(form, {**TYPED, "owner_id": "1", "state": "done", "f99": "x"})
    assert {answer["key"] for answer in submissions()[0].answers} == set(TYPED)


def test_a_body_that_is_too_large_is_refused_with_a_sentence(form, post, submissions):
    assert post(form, {**TYPED, "f4": "x" * 600_000}).status_code == 413
    assert submissions() == []


# --- what is held -----------------------------------------------------------------------------------------------------


def test_a_visitor_who_is_held_is_thanked_like_everybody(app, form, post, submissions):
    good, held = post(form), post(form, website="https://buy.example")
    assert good.text == held.text
    assert [(row.state, row.reason) for row in submissions()] == [("received", None), ("held", "honeypot")]
    assert len(open_jobs(app)) == 1


@pytest.mark.parametrize(
    ("age", "reason"), [(0.5, "too_early"), (2.9, "too_early"), (3.5, None), (86_000, None), (86_500, "too_late")]
)
def test_the_age_of_the_form(form, post, submissions, age, reason):
    with pretending(utcnow()):  # or a slow machine would make it older
        post(form, age=age)
    assert submissions()[0].reason == reason


@pytest.mark.parametrize(
    ("given", "reason"), [(None, "no_token"), ("", "no_token"), ("x.y", "wrong_token"), ("{}" * 400, "wrong_token")]
)
def test_a_token_that_is_none(form, post, submissions, given, reason):
    post(form, _token=given)
    assert submissions()[0].reason == reason


def test_the_token_of_another_form(app, form, make_form, post, submissions):
    other = make_form()
    post(form, _token=token(app, other.public_id, 60))
    assert submissions()[0].reason == "wrong_token"


def test_a_token_signed_by_somebody_else(app, form, post, submissions):
    ours = token(app, form.public_id, 60)
    post(form, _token=ours[:-2] + ("aa" if ours[-2:] != "aa" else "bb"))
    assert submissions()[0].reason == "wrong_token"


def test_too_many_from_one_address(make_form, post, submissions):
    form = make_form(limit_per_visitor=3)
    for _ in range(5):
        post(form)
    post(form, address="203.0.113.6")
    assert [row.reason for row in submissions()] == [None, None, None, "visitor_limit", "visitor_limit", None]


def test_ipv6_visitors_are_counted_by_their_network(make_form, post, submissions):
    form = make_form(limit_per_visitor=1)
    post(form, address="2001:db8:1:2::7")
    post(form, address="2001:db8:1:2:ffff::8")
    post(form, address="2001:db8:1:3::7")
    assert [row.reason for row in submissions()] == [None, "visitor_limit", None]


def test_too_many_for_one_form(make_form, post, submissions):
    form, other = make_form(limit_per_hour=3), make_form(limit_per_hour=3)
    for n in range(5):
        post(form, address=f"203.0.113.{n}")
    post(other)
    assert [row.reason for row in submissions()] == [None, None, None, "form_limit", "form_limit", None]


def test_what_is_held_does_not_use_up_the_limits(make_form, post, submissions):
    form = make_form(limit_per_hour=2, limit_per_visitor=2)
    for _ in range(5):
        post(form, website="spam")
    post(form)
    post(form)
    post(form)
    assert [row.reason for row in submissions()] == ["honeypot"] * 5 + [None, None, "visitor_limit"]


def test_so_many_are_held_and_no_more(make_form, post, submissions, monkeypatch):
    monkeypatch.setattr(spam, "MAX_HELD_OF_VISITOR", 3)
    monkeypatch.setattr(spam, "MAX_HELD", 5)
    form = make_form()
    answers = [post(form, website="spam", address=f"203.0.113.{n}") for n in (1, 1, 1, 1, 2, 2, 2)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 200, 200, 429]
    assert "send it again in an hour" in answers[-1].text, "nobody is thanked for what is not kept"
    assert post(form, address="203.0.113.1").status_code == 200
    assert [row.reason for row in submissions()] == ["honeypot"] * 5 + [None]


def test_no_limit(make_form, post, submissions):
    form = make_form(limit_per_hour=0, limit_per_visitor=0)
    for _ in range(30):
        post(form)
    assert {row.reason for row in submissions()} == {None}


def test_a_flood_lets_no_more_through_than_the_limit_and_sends_no_mail(app, make_form, post, submissions):
    form = make_form(limit_per_hour=20, limit_per_visitor=5)
    for n in range(200):
        post(form, address=f"198.51.100.{n % 50}")
    assert sum(row.state == "received" for row in submissions()) == 20
    with app.app_context():
        jobs.run_due(500)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


def test_a_form_without_a_name_field(make_form, post):
    form = make_form(fields=[Field("f1", "E-mail", "email", True, "contact.email")])
    assert post(form, {"f1": "anna@example.com"}).status_code == 200


def test_one_post_is_one_read_and_two_inserts(app, form, post, statements):
    post(form)  # the first of a while asks which modules are on
    with statements() as seen:
        post(form)
    assert [s.split()[0] for s in seen if not s.startswith(("BEGIN", "ROLLBACK", "COMMIT"))] == [
        "SELECT",
        "INSERT",
        "INSERT",
    ]


def open_jobs(app) -> list[tuple[str, dict]]:
    with app.app_context():
        rows = db.session.execute(
            sa.select(jobs.Job.name, jobs.Job.args).where(jobs.Job.state == "queued").order_by(jobs.Job.id)
        ).all()
        return [(name, args) for name, args in rows]
