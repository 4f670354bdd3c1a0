"""Private links: what a token opens, what it does not, and what is on record of those who followed it."""

import io
import logging
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import g

from crmlite import journal, web
from crmlite.auth.models import Throttle
from crmlite.contacts.models import Contact
from crmlite.extensions import db, pretending, utcnow, writing
from crmlite.leads.models import Lead
from crmlite.records import links
from crmlite.records.links import Hit, Link
from tests.cast import Stage
from tests.records.purging import purge

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1"
SAFE_LINKS = "Mozilla/5.0 (Windows NT 10.0) SafeLinks scanner"


@pytest.fixture
def pages(own_stage):
    """Two public pages, and one that says what a second purpose would see."""

    @own_stage.app.get("/p/offer/<token>")
    @web.public
    @web.headers("public")
    @links.hit("open")
    def offer(token):
        links.require(token, "offer")
        return "the offer"

    @own_stage.app.get("/p/offer/<token>/pdf")
    @web.public
    @links.hit("download")
    def offer_pdf(token):
        links.require(token, "offer")
        return "the file"

    @own_stage.app.get("/p/survey/<token>")
    @web.public
    def survey(token):
        links.require(token, "survey")
        return "the survey"

    @own_stage.app.post("/p/offer/<token>/accept")
    @web.public
    def accept(token):
        link = links.require(token, "offer")
        Contact.create(None, given="Accepted", family=str(link.version))
        db.session.commit()
        return "thanks"

    @own_stage.app.get("/p/broken/<token>")
    @web.public
    def broken(token):
        db.session.connection().execute(sa.text("SELECT missing FROM link WHERE nonce = :token"), {"token": token})
        return ""

    return own_stage


def make(stage: Stage, purpose="offer", record="seller.contact", version=0, **more) -> str:
    model = Contact if record.endswith("contact") else Lead
    with stage.writes("seller"):
        return links.make(purpose, db.session.get_one(model, stage.ids[record]), version, **more).token


def link_of(token: str) -> Link:
    return db.session.scalars(sa.select(Link).where(Link.nonce == token[:22])).one()


def hits(stage: Stage) -> list[tuple[str, str, str]]:
    with stage.app.app_context():
        return [(h.kind, h.agent, h.user_agent) for h in db.session.scalars(sa.select(Hit).order_by(Hit.id))]


# --- what a token opens -----------------------------------------------------------------------------------------------


def test_a_token_opens_its_page_and_is_the_same_whenever_it_is_shown(pages):
    token = make(pages)
    assert pages.client().get(f"/p/offer/{token}").text == "the offer"
    assert make(pages) == token
    with pages.app.test_request_context():
        assert link_of(token).url == f"http://localhost/p/offer/{token}"
    assert re.fullmatch(r"[\w-]{44}", token)


def test_each_purpose_record_and_version_has_a_token_of_its_own(pages):
    made = [
        make(pages),
        make(pages, version=2),
        make(pages, "survey"),
        make(pages, record="seller.lead"),
    ]
    assert len(set(made)) == 4
    with pages.app.app_context():
        stored = str(db.session.execute(sa.select(Link.__table__)).all())
        assert not any(token[22:] in stored for token in made), "the database alone opens nothing"


def test_a_token_ends_when_its_link_is_revoked_and_undo_brings_it_back(pages):
    token = make(pages)
    with pages.writes("seller"):
        link_of(token).revoke()
        operation = journal.operation()
    assert pages.client().get(f"/p/offer/{token}").status_code == 404
    with pages.app.app_context():
        ended = db.session.scalars(sa.select(Link).where(Link.purpose == "offer")).one().token
    assert pages.client().get(f"/p/offer/{ended}").status_code == 404
    with pages.writes("seller"):
        assert journal.undo(operation).conflicts == ()
    assert pages.client().get(f"/p/offer/{token}").status_code == 200


def test_what_was_revoked_and_made_again_has_another_token(pages):
    token = make(pages)
    with pages.writes("seller"):
        link_of(token).revoke()
    again = make(pages)
    assert again != token
    assert pages.client().get(f"/p/offer/{token}").status_code == 404
    assert pages.client().get(f"/p/offer/{again}").status_code == 200


def test_a_token_works_until_its_last_day_is_over_everywhere(pages):
    today = utcnow().date()
    token = make(pages, expires_on=today)
    noon_after = utcnow().replace(hour=11, minute=59) + timedelta(days=1)
    with pages.app.test_request_context():
        with pretending(noon_after):
            assert links.find(token, "offer")
        with pretending(noon_after + timedelta(minutes=2)):
            assert links.find(token, "offer") is None


def test_another_secret_opens_nothing(pages):
    token = make(pages)
    pages.app.config["SECRET_KEY"] = "another"
    assert pages.client().get(f"/p/offer/{token}").status_code == 404


def test_a_link_goes_with_its_record(pages):
    token = make(pages, record="seller.trash.contact")
    pages.client().get(f"/p/offer/{token}", headers={"User-Agent": FIREFOX})
    with pages.writes():
        purge(utcnow() + timedelta(days=40))
    assert pages.client().get(f"/p/offer/{token}").status_code == 404
    assert hits(pages) == []


# --- what it does not -------------------------------------------------------------------------------------------------


def test_no_token_opens_a_public_page_of_another_kind(pages):
    """Every token on every public route; the routes of modules to come are found here by themselves."""
    tokens = {purpose: make(pages, purpose) for purpose in ("offer", "survey", "quote", "order", "file", "f")}
    for rule in pages.app.url_map.iter_rules():
        names = set(rule.arguments) & {"token", "public_id"}
        if "GET" not in rule.methods or not names or "broken" in rule.rule:
            continue
        for purpose, token in tokens.items():
            with pages.app.test_request_context():
                url = pages.app.url_map.bind("localhost").build(
                    rule.endpoint, {name: token if name in names else "1" for name in rule.arguments}
                )
            status = pages.client().get(url).status_code
            is_its_own = rule.rule.startswith(f"/p/{purpose}/")
            assert status == 200 if is_its_own and purpose in {"offer", "survey"} else status == 404, (
                rule.rule,
                purpose,
            )


def test_what_is_nearly_a_token_is_none(pages):
    token = make(pages)
    other = make(pages, version=1)
    wrong = [
        token[:-1],
        token + "A",
        token[:22] + other[22:],
        other[:22] + token[22:],
        token.swapcase(),
        "A" * 44,
        "é" * 44,
        "%00" * 44,
        "9" * 4000,
    ]
    wrong += [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(0, 43, 6)]
    bodies = set()
    for text in wrong:
        answer = pages.client().get(f"/p/offer/{text}")
        assert answer.status_code == 404, text
        bodies.add(re.sub(r'[0-9a-f]{16}|value="[^"]*"', "", answer.text))  # its number, and the page's own address
    assert len(bodies) == 1, "wrong, unknown and malformed are told the same"


def test_the_last_letter_of_a_token_counts(pages):
    """22 letters of base64 hold four bits more than 128: they have to be the ones that were made."""
    token = make(pages)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    opened = [c for c in letters if pages.client().get(f"/p/offer/{token[:-1]}{c}").status_code == 200]
    assert opened in ([token[-1]], []), "the throttle may have come first"


def test_wrong_and_unknown_take_the_same_statements(pages):
    token = make(pages)
    statements: list[str] = []
    with pages.app.test_request_context():
        sa.event.listen(db.engines["reader"], "before_cursor_execute", lambda *a: statements.append(a[2]))
        made = []
        for text in (token[:22] + "A" * 22, "A" * 44):
            statements.clear()
            assert links.find(text, "offer") is None
            made.append([s for s in statements if not s.startswith("BEGIN")])
    assert made[0] == made[1]
    assert len(made[0]) == 1


def test_who_guesses_is_stopped_and_customers_behind_the_same_address_are_not(pages):
    token = make(pages)
    guesser = {"REMOTE_ADDR": "203.0.113.9"}
    answers = [pages.client().get(f"/p/offer/{n:044}", environ_base=guesser).status_code for n in range(70)]
    assert answers == [404] * links.GUESSES + [429] * (70 - links.GUESSES)
    assert pages.client().get(f"/p/offer/{token}", environ_base=guesser).status_code == 200, "a token that is right"
    assert pages.client().get(f"/p/offer/{token}").status_code == 200, "others are not held up"
    with pages.app.app_context():
        writing()
        assert db.session.scalar(sa.select(Throttle.count).where(Throttle.key == "link:203.0.113.9")) == links.GUESSES
        db.session.execute(sa.update(Throttle).values(until=utcnow()))
        db.session.commit()
    assert pages.client().get(f"/p/offer/{token}", environ_base=guesser).status_code == 200


def test_a_post_finds_its_link_and_guesses_do_not_wait_for_the_write_lock(pages):
    token, client = make(pages, version=3), pages.client()
    assert client.post(f"/p/offer/{token}/accept").text == "thanks"
    with pages.app.app_context():
        assert db.session.scalar(sa.select(Contact.family).where(Contact.given == "Accepted")) == "3"
        statements: list[str] = []
        sa.event.listen(db.engines[None], "before_cursor_execute", lambda *a: statements.append(a[2]))
    for n in range(links.GUESSES):
        assert client.post(f"/p/offer/{n:044}/accept").status_code == 404
    statements.clear()
    assert client.post(f"/p/offer/{0:044}/accept").status_code == 429
    assert statements == []
    assert client.post(f"/p/offer/{token}/accept").text == "thanks"
    assert hits(pages) == []


def test_logs_hold_no_token(pages):
    """Nor does what the database says when it refuses a statement: its parameters stay out of tracebacks."""
    token, logged = make(pages), io.StringIO()
    handler = logging.StreamHandler(logged)
    handler.setFormatter(web.JsonFormatter())
    logger = logging.getLogger("crmlite")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    pages.app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        referrer = {"Referer": f"http://localhost/p/offer/{token}"}
        pages.client().get(f"/p/offer/{token}?next={token}", headers=referrer)
        pages.client().get(f"/p/survey/{token}")
        pages.client().get(f"/p/nothing/{token}")
        assert pages.client().get(f"/p/broken/{token}").status_code in {500, 503}
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.CRITICAL)
    assert '"path": "/p/offer/<token>"' in logged.getvalue()
    assert "SELECT missing" in logged.getvalue(), "the failed statement is there"
    assert token[:22] not in logged.getvalue()
    assert token[22:] not in logged.getvalue()


# --- hits -------------------------------------------------------------------------------------------------------------


def test_opening_and_downloading_go_on_record(pages):
    token = make(pages)
    client = pages.client()
    client.get(f"/p/offer/{token}", headers={"User-Agent": FIREFOX})
    client.get(f"/p/offer/{token}/pdf", headers={"User-Agent": IPHONE})
    client.get(f"/p/offer/{token}", headers={"User-Agent": SAFE_LINKS})
    client.head(f"/p/offer/{token}", headers={"User-Agent": FIREFOX})
    assert hits(pages) == [
        ("open", "browser", FIREFOX),
        ("download", "phone", IPHONE),
        ("open", "scanner", SAFE_LINKS),
        ("open", "scanner", FIREFOX),
    ]
    with pages.app.app_context():
        contact = db.session.get_one(Contact, pages.ids["seller.contact"])
        assert [(h.kind, h.agent) for h in links.hits_of(contact)] == [("download", "phone"), ("open", "browser")]


def test_nothing_else_is_a_hit(pages):
    token = make(pages)
    survey = make(pages, "survey")
    pages.client().get(f"/p/survey/{survey}", headers={"User-Agent": FIREFOX})  # not marked
    pages.client().get(f"/p/offer/{token[:-1]}", headers={"User-Agent": FIREFOX})  # refused
    pages.client("seller").get(f"/p/offer/{token}", headers={"User-Agent": FIREFOX})  # one of us
    partial = {"User-Agent": FIREFOX, "HX-Request": "true", "HX-Request-Type": "partial"}
    pages.client().get(f"/p/offer/{token}", headers=partial)  # a part of a page that is open
    assert hits(pages) == []


def test_reloading_is_one_hit_and_the_number_has_an_end(pages):
    token = make(pages)
    for _n in range(3):
        pages.client().get(f"/p/offer/{token}", headers={"User-Agent": FIREFOX})
    assert len(hits(pages)) == 1
    with pretending(utcnow() + timedelta(minutes=2)):
        pages.client().get(f"/p/offer/{token}", headers={"User-Agent": FIREFOX})
    assert len(hits(pages)) == 2
    for n in range(links.MAX_HITS + 5):
        pages.client().get(f"/p/offer/{token}", headers={"User-Agent": f"Mozilla/5.0 {n}"})
    assert len(hits(pages)) == links.MAX_HITS


def test_a_page_is_answered_where_its_hit_cannot_be_written(pages, monkeypatch):
    token = make(pages)

    def busy(*_args):
        raise sa.exc.OperationalError("", {}, Exception("database is locked"))

    monkeypatch.setattr(links, "_note", busy)
    assert pages.client().get(f"/p/offer/{token}").status_code == 200


def test_a_hit_leaves_no_operation_and_a_link_that_was_hit_stays(pages):
    with pages.writes("seller"):
        contact = db.session.get_one(Contact, pages.ids["seller.contact"])
        token, operation = links.make("offer", contact).token, journal.operation()
    before = _operations(pages)
    pages.client().get(f"/p/offer/{token}", headers={"User-Agent": FIREFOX})
    assert _operations(pages) == before
    with pages.writes("seller"):
        assert journal.undo(operation).conflicts, "hits are never lost to an undo"
    assert len(hits(pages)) == 1


def _operations(stage: Stage) -> int:
    with stage.app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(journal.Operation))


@pytest.mark.parametrize(
    ("user_agent", "agent"),
    [
        (FIREFOX, "browser"),
        (IPHONE, "phone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "phone"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "scanner"),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "scanner"),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36", "scanner"),
        ("WhatsApp/2.23.20.0", "scanner"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "scanner"),
        ("curl/8.5.0", "scanner"),
        ("python-requests/2.32", "scanner"),
        ("", "unknown"),
        ("Outlook", "unknown"),
    ],
)
def test_programs_are_told_apart(user_agent, agent):
    assert links.agent_of(user_agent) == agent
    assert links.agent_of(user_agent, "HEAD") == "scanner"


def test_no_view_is_asked_for_what_is_not_a_token(pages):
    with pages.app.test_request_context():
        g.user = None
        for text in ("", "x", "\0" * 44, "\ud800" * 44, "x" * 10**6):
            assert links.find(text, "offer") is None
