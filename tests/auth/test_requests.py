"""What holds for every request: host names, https and LAN, posts from elsewhere, headers per class of route, and the log."""

import io
import json
import logging
import re

import pytest

from crmlite import web
from crmlite.web import HEADERS, requests
from tests.auth.conftest import PASSWORD

LAN = "http://crm.lan:8000"
HTTPS = "https://crm.example.com"
WORDS = {"email": "seller@firm.example", "password": PASSWORD}


def header_class(app, endpoint: str) -> str:
    return "static" if endpoint == "static" else getattr(app.view_functions[endpoint], "header_class", "app")


# --- plain http on a LAN, https ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("LOCALHOST", 200),
        ("localhost.", 200),
        ("LocalHost.:8000", 200),
        ("[::1]", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("[::2]", 400),
        ("localhost..", 400),
        ("[::1].evil.example", 400),
    ],
)
def test_a_host_is_answered_however_its_name_is_spelled(app, host, status):
    assert app.test_client().get("/login", headers={"Host": host}).status_code == status


def test_signing_in_over_http_with_a_lan_name_works(make_app):
    client = make_app(public_url=LAN).test_client()
    page = client.get("/login", base_url=LAN)
    assert page.status_code == 200
    assert "This connection is not encrypted" in page.text
    answer = client.post("/login", data=WORDS, base_url=LAN, headers={"Origin": LAN})
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("crmlite_session=")
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Strict-Transport-Security" not in answer.headers
    inside = client.get("/auth/profile", base_url=LAN)
    assert inside.status_code == 200
    assert "This connection is not encrypted" in inside.text
    saved = client.post("/auth/theme", data={"theme": "dark"}, base_url=LAN, headers={"Origin": LAN})
    assert saved.status_code == 303


def test_with_https_the_cookie_is_guarded_by_the_browser(make_app):
    client = make_app(public_url=HTTPS).test_client()
    page = client.get("/login", base_url=HTTPS)
    assert "This connection is not encrypted" not in page.text
    answer = client.post("/login", data=WORDS, base_url=HTTPS)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-crmlite_session=")
    assert "; Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert client.get("/auth/profile", base_url=HTTPS).status_code == 200
    gone = client.post("/logout", base_url=HTTPS).headers["Set-Cookie"]
    assert gone.startswith("__Host-crmlite_session=;")
    assert "; Secure" in gone, "browsers ignore the end of a __Host- cookie without it"


def test_on_this_machine_http_needs_no_banner(make_app):
    page = make_app(public_url="http://localhost:8000").test_client().get("/login")
    assert "This connection is not encrypted" not in page.text


@pytest.mark.parametrize(
    "host",
    ["evil.example", "crm.lan.evil.example", "evil.example:8000", "crm.lan@evil.example", "localhost.evil.example"],
)
def test_an_unknown_host_is_refused(make_app, host):
    client = make_app(public_url=LAN).test_client()
    answer = client.get("/login", headers={"Host": host})
    assert answer.status_code == 400
    assert "Content-Security-Policy" in answer.headers
    assert host not in answer.text
    assert "add it to the setting trusted_hosts" in answer.text


@pytest.mark.parametrize("host", ["crm.lan:8000", "crm.lan", "localhost", "127.0.0.1:9000", "intern.example"])
def test_known_hosts_are_answered(make_app, host):
    client = make_app(public_url=LAN, trusted_hosts="intern.example").test_client()
    assert client.get("/login", headers={"Host": host}).status_code == 200


def test_forwarded_headers_are_believed_from_configured_proxies_only(make_app):
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "203.0.113.9"}
    assert make_app(public_url=LAN).test_client().get("/login", headers=forwarded).status_code == 200
    assert make_app(public_url=LAN, proxies=1).test_client().get("/login", headers=forwarded).status_code == 400


# --- posts from elsewhere ---------------------------------------------------------------------------------------------

FROM_ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8001"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE, ids=str)
def test_a_post_from_elsewhere_is_refused_everywhere_but_at_public_forms(app, sign_in, headers):
    client = sign_in("admin")
    open_to_all = []
    for rule in app.url_map.iter_rules():
        for method in {"POST", "PUT", "PATCH", "DELETE"} & set(rule.methods or ()):
            url = re.sub(r"<[^>]*>", "1", rule.rule)
            answer = client.open(url, method=method, headers=headers)
            if answer.status_code != 403:
                open_to_all.append((method, rule.rule, answer.status_code))
    assert sorted(open_to_all) == [("POST", "/f/<public_id>", 404), ("POST", "/f/<public_id>/embed", 404)]


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}, {}],
    ids=str,
)
def test_a_post_from_here_is_taken(sign_in, headers):
    answer = sign_in("seller").post("/auth/theme", data={"theme": "dark"}, headers=headers)
    assert answer.status_code == 303


# --- headers ----------------------------------------------------------------------------------------------------------


def everything(app, client):
    """(class, answer) of every route, as answered to an administrator; most with an id that does not exist."""
    for rule in app.url_map.iter_rules():
        for method in ("GET", "POST"):
            if method not in (rule.methods or ()) or rule.endpoint == "auth.logout":
                continue
            url = re.sub(r"<path:[^>]*>", "css/form.css", rule.rule)
            yield header_class(app, rule.endpoint), client.open(re.sub(r"<[^>]*>", "1", url), method=method)


def wrong_headers(name, answer) -> list[str]:
    """Of an answer of that class, those that are missing, twice, or not what the table says."""
    wrong = []
    for header, value in {**requests._EVERYWHERE, **HEADERS[name]}.items():
        found = answer.headers.getlist(header)
        if header == "Vary":  # compression adds to it
            good = set(value.split(", ")) <= set(", ".join(found).split(", "))
        elif name == "embed" and header == "Content-Security-Policy":  # each form's own list of sites
            good = len(found) == 1 and bool(re.search(r"frame-ancestors ('none'|'self'|\*|https?://)", found[0]))
        elif name == "paper" and header == "Content-Security-Policy":  # the digest of each paper's own style sheet
            good = len(found) == 1 and bool(re.search(r"style-src ('none'|'sha256-[\w+/=]{44}');", found[0]))
        elif header == "Access-Control-Allow-Origin":  # who asks from nowhere is let in nowhere
            good = found == []
        else:
            good = found == [value]
        if not good:
            wrong.append(f"{answer.request.path} {header}: {found}")
    if not re.fullmatch(r"[0-9a-f]{16}", answer.headers.get("X-Request-Id", "")):
        wrong.append(f"{answer.request.path} X-Request-Id")
    return wrong + [header for header in ("Server", "X-Powered-By") if header in answer.headers]


def test_every_answer_has_the_headers_of_its_class(app, sign_in):
    answers = list(everything(app, sign_in("admin")))
    assert [line for name, answer in answers for line in wrong_headers(name, answer)] == []
    assert {"app", "public", "embed", "script", "cors", "static"} <= {name for name, _answer in answers} <= set(HEADERS)


def test_that_look_sees_a_header_that_is_gone(make_app, sign_in):
    app = make_app()

    def drop(response):
        response.headers.pop("X-Frame-Options", None)
        return response

    app.after_request_funcs[None].insert(0, drop)  # the first is the last to run
    answers = [answer for name, answer in everything(app, sign_in("admin", into=app)) if name == "app"]
    assert all(wrong_headers("app", answer) for answer in answers)


def test_no_policy_allows_what_is_inline():
    for name, row in HEADERS.items():
        policy = row["Content-Security-Policy"]
        assert "unsafe" not in policy, name
        assert "default-src 'none'" in policy, name
    for name in ("app", "public", "script", "cors"):
        assert "frame-ancestors 'none'" in HEADERS[name]["Content-Security-Policy"]
    for name in ("app", "public"):
        assert HEADERS[name]["X-Frame-Options"] == "DENY"
        assert HEADERS[name]["Cache-Control"] == "no-store"


def test_one_class_only_lets_other_websites_read():
    assert [name for name, row in HEADERS.items() if "Access-Control-Allow-Origin" in row] == ["cors"]
    assert [name for name, row in HEADERS.items() if "Access-Control-Allow-Credentials" in row] == []


def test_errors_have_them_too(app, sign_in):
    for answer in (
        app.test_client().get("/no/such/page"),
        sign_in("seller").get("/auth/team"),
        app.test_client().post("/health"),
    ):
        assert answer.status_code >= 400
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


# --- the log ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def log_lines(app):
    """What is written to the log, as parsed JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(web.JsonFormatter())
    logger = logging.getLogger("crmlite")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel("INFO")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_a_request_is_one_line_with_the_id_that_was_answered(app, sign_in, log_lines):
    client = sign_in("seller")
    answer = client.get("/auth/profile?secret=hidden")
    line = log_lines()[-1]
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert (line["what"], line["method"], line["path"], line["status"]) == ("request", "GET", "/auth/profile", 200)
    assert line["user_id"] > 0
    assert line["ms"] > 0
    assert "hidden" not in str(log_lines())


def test_the_log_holds_neither_passwords_nor_cookies(app, sign_in, log_lines):
    client = sign_in("seller")
    client.post("/login", data={"email": "seller@firm.example", "password": "hunter2hunter2"})
    assert len(log_lines()) >= 2
    said = str(log_lines())
    for secret in (PASSWORD, "hunter2hunter2", client.get_cookie("crmlite_session").value, "seller@firm.example"):
        assert secret not in said


def test_an_error_is_logged_under_the_number_that_the_page_shows(app, sign_in, log_lines, monkeypatch):
    app.testing = False
    client = sign_in("seller")
    monkeypatch.setitem(app.view_functions, "profile.show", lambda: 1 / 0)
    answer = client.get("/auth/profile")
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    number = answer.headers["X-Request-Id"]
    assert number in answer.text
    line = next(line for line in log_lines() if line["what"] == "unexpected")
    assert line["request_id"] == number
    assert "ZeroDivisionError" in line["error"]


def test_the_journal_names_the_request(app, sign_in, ask):
    import sqlalchemy as sa

    from crmlite.journal import Operation

    answer = sign_in("seller").post("/auth/theme", data={"theme": "dark"})
    found = ask(sa.select(Operation.request_id).order_by(Operation.id.desc()).limit(1))
    assert found == [(answer.headers["X-Request-Id"],)]
