"""The demo is a firm one would believe: people who sign in, stories told in order, five scripts; and it keeps its place."""

import hashlib
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from crmlite import journal, schema
from crmlite.auth.models import User
from crmlite.cli import main
from crmlite.companies.models import Company
from crmlite.contacts.models import Affiliation, Contact
from crmlite.demo.cast import CAST, PASSWORD
from crmlite.demo.command import make_firm
from crmlite.demo.people import Generator, Owner
from crmlite.demo.stories import STORIES
from crmlite.extensions import db, pretending
from crmlite.leads.models import Lead, Submission, WebForm
from crmlite.mail.outbox import Message
from crmlite.records.points import Point
from crmlite.sales.models import STATE_LABELS, Order, Quote
from tests.demo.conftest import NOW, SEED, build_firm, closing_app, dump, opened

SCRIPTS = {"Latin": "[A-Za-z]", "Cyrillic": "[Ѐ-ӿ]", "Arabic": "[ء-ي]", "Chinese": "[一-鿿]"}
DRAWN = {("user", "password"), ("message", "message_id"), ("file", "path"), ("link", "nonce")}
"""What is drawn anew every time, and has to be."""
TOKEN = re.compile(r"(?<=/p/quote/)[\w-]+")
"""In mails, which hold what is drawn for their links."""


# --- who is there -----------------------------------------------------------------------------------------------------


def test_everybody_of_the_cast_can_sign_in_and_look_around(database, databases):
    url = databases.fresh(database, build_firm)
    with opened(url):
        stories = db.session.scalars(sa.select(Company.id).where(Company.name.in_(STORIES))).all()
    with closing_app(url) as app:
        for part in CAST:
            client = app.test_client()
            assert client.post("/login", data={"email": part.email, "password": "another"}).status_code in {
                200,
                401,
                422,
            }
            assert client.get("/contacts/").status_code == 302
            client.post("/login", data={"email": part.email, "password": PASSWORD})
            assert client.get("/contacts/").status_code == 200, part
            seen = [client.get(f"/companies/{company_id}").status_code for company_id in stories]
            assert set(seen) <= {200, 404}
            assert (404 in seen) == (part.role == "seller")
    databases.drop(url)


def test_seller_and_colleague_share_a_team_and_the_rival_has_another():
    teams = {part.key: part.team for part in CAST}
    assert teams["seller"] == teams["colleague"] != teams["rival"]
    assert teams["admin"] is None


def test_there_are_some_three_hundred_records(demo):
    counts = {
        model: db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Contact, Company, Lead)
    }
    assert 280 <= sum(counts.values()) <= 380
    assert min(counts.values()) >= 40


@pytest.mark.parametrize("script", SCRIPTS)
def test_people_and_firms_are_written_in_this_script(demo, script):
    for model in (Contact, Company):
        names = db.session.scalars(sa.select(model.name)).all()
        assert sum(bool(re.search(SCRIPTS[script], name)) for name in names) >= 2, model


def test_addresses_and_numbers_are_nobodys(demo):
    for point in db.session.scalars(sa.select(Point)):
        if point.kind == "email":
            assert point.value.endswith(".example")
        elif point.kind == "url":
            assert re.fullmatch(r"https://www\.[a-z0-9.-]+\.example", point.value)
        else:
            assert re.search(r"000|7946 0|7700 900|66969|465 004|174 06|39200|\+45 00", point.value), point.value
            assert re.fullmatch(r"\+\d{8,15}", point.normal)
    assert {user.email.partition("@")[2] for user in db.session.scalars(sa.select(User))} == {"demo.example"}


# --- the stories ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STORIES)
def test_a_story_has_a_timeline_of_many_entries_by_several_people_in_order(demo, name):
    company = db.session.scalars(sa.select(Company).where(Company.name == name)).one()
    rows = db.session.execute(
        sa.select(
            journal.Event.id, journal.Event.at, journal.Event.name, journal.Operation.actor_id, journal.Operation.at
        )
        .join(journal.EventLink, journal.EventLink.event_id == journal.Event.id)
        .join(journal.Operation, journal.Operation.id == journal.Event.operation_id)
        .where(journal.EventLink.record_type == "company", journal.EventLink.record_id == company.id)
        .order_by(journal.Event.id)
    ).all()
    times = [row[1] for row in rows]
    assert len(rows) >= 18
    assert sum(row[2] == "note.added" for row in rows) >= 8
    assert times == sorted(times)
    assert times == [row[4] for row in rows]
    assert (times[-1] - times[0]).days >= 300
    assert len({row[3] for row in rows}) >= 3


def test_the_whole_journal_is_in_the_order_of_time(demo):
    for at in (journal.Operation.at, journal.Event.at):
        times = list(db.session.scalars(sa.select(at).order_by(at.class_.id)))
        assert times == sorted(times)
        assert times[-1] <= NOW


def test_people_changed_jobs(demo):
    khalid = db.session.scalars(sa.select(Contact).where(Contact.main_email == "khalid@manara-build.example")).one()
    links = db.session.scalars(
        sa.select(Affiliation).where(Affiliation.contact_id == khalid.id).order_by(Affiliation.id)
    ).all()
    assert [link.until is None for link in links] == [False, True]
    assert khalid.main_company_id == links[1].company_id


def test_a_customer_was_lost_and_won_back(demo):
    company = db.session.scalars(sa.select(Company).where(Company.name == "Havnehuset Kontorhotel")).one()
    changes = db.session.scalars(
        sa.select(journal.Event)
        .where(journal.Event.name == "lifecycle.changed", journal.Event.subject_id == company.id)
        .where(journal.Event.subject_type == "company")
        .order_by(journal.Event.id)
    )
    now = [event.data["now"] for event in changes]
    assert now.index("former") < len(now) - 1 - now[::-1].index("customer")
    assert company.lifecycle == "customer"


def test_firms_belong_to_firms_and_have_instructions(demo):
    companies = db.session.scalars(sa.select(Company)).all()
    assert sum(company.parent_id is not None for company in companies) >= 6
    assert sum(bool(company.instructions) for company in companies) >= 6


def test_all_states_of_lifecycle_and_leads_are_there(demo):
    assert set(db.session.scalars(sa.select(Contact.lifecycle).distinct())) >= {
        "lead",
        "prospect",
        "customer",
        "former",
    }
    assert set(db.session.scalars(sa.select(Lead.state).distinct())) == {"new", "working", "qualified", "unqualified"}


# --- the website ------------------------------------------------------------------------------------------------------


def test_two_forms_with_other_fields_in_other_languages(demo):
    one, other = db.session.scalars(sa.select(WebForm).order_by(WebForm.id))
    assert (one.language, other.language) == ("en", "ar")
    assert [field["key"] for field in one.fields] != [field["key"] for field in other.fields]


def test_posts_became_leads_and_some_are_held_with_their_reasons(demo):
    states = db.session.execute(sa.select(Submission.state, sa.func.count()).group_by(Submission.state))
    counts = {row[0]: row[1] for row in states}
    assert counts["done"] >= 15
    assert counts["discarded"] == 1
    held = set(db.session.scalars(sa.select(Submission.reason).where(Submission.state == "held")))
    assert held == {"honeypot", "too_early", "no_token", "visitor_limit"}
    assert "received" not in counts


def test_a_post_of_somebody_known_joined_them(demo):
    rikke = db.session.scalars(sa.select(Contact).where(Contact.main_email == "rikke@havnehuset.example")).one()
    assert db.session.scalar(sa.select(Lead.id).where(Lead.contact_id == rikke.id, Lead.submission_id.is_not(None)))


def test_old_mail_was_sent_and_the_newest_waits(demo):
    states = list(db.session.scalars(sa.select(Message.state).order_by(Message.id)))
    assert states[0] == "sent"
    assert states[-1] == "queued"


# --- the quotes -------------------------------------------------------------------------------------------------------


def quotes() -> list[Quote]:
    return list(db.session.scalars(sa.select(Quote).order_by(Quote.id)))


def test_quotes_are_in_every_state(demo):
    assert {quote.state for quote in quotes()} == {"draft", "sent", "accepted", "declined", "withdrawn"}
    assert {version.state for quote in quotes() for version in quote.versions} == set(STATE_LABELS) - {"expired"}
    with pretending(NOW):
        expired = [quote for quote in quotes() if quote.state == "sent" and quote.shown.is_expired]
    assert len(expired) == 1


def test_quotes_are_of_all_kinds(demo):
    versions = [quote.shown for quote in quotes()]
    assert {version.currency for version in versions} >= {"EUR", "USD", "GBP", "DKK", "PLN", "AED"}
    assert {version.language for version in versions} == {"en", "nl", "ar"}
    assert sum(version.includes_tax for version in versions) == 1
    lines = [line for version in versions for line in version.lines]
    assert {line.kind for line in lines} == {"item", "text", "section"}
    assert {line.tax_kind for line in lines} == {"normal", "reverse", "exempt"}
    assert any(line.discount_bp for line in lines)
    assert any(line.optional for line in lines)


def test_quotes_are_worth_what_their_deals_are(demo):
    for quote in quotes():
        if quote.deal is not None:
            version = quote.latest
            assert (quote.deal.currency, quote.contact_id) == (version.currency, quote.deal.contact_id)
            assert abs(quote.deal.amount_minor - version.net_minor) < 100, (quote.name, version.net_minor)


def test_three_customers_accepted_and_have_orders_for_deals_that_are_won(demo):
    orders = db.session.scalars(sa.select(Order)).all()
    assert len(orders) == 3
    for order in orders:
        quote = db.session.get_one(Quote, order.quote_id)
        assert quote.state == "accepted"
        assert quote.deal.stage.kind == "won"
        assert (quote.contact.lifecycle, quote.company.lifecycle) == ("customer", "customer")
        assert order.version.decision.sha256 == order.version.file.sha256
        assert [line.name for line in order.lines if line.code == "PL-210"] or order.currency == "EUR"


def test_a_quote_is_in_the_story_of_everybody_it_is_about(demo):
    for quote in quotes():
        for name in ("quote.created", "quote.sent"):
            about = db.session.execute(
                sa.select(journal.EventLink.record_type, journal.EventLink.record_id)
                .join(journal.Event, journal.Event.id == journal.EventLink.event_id)
                .where(journal.Event.name == name, journal.Event.subject_id == quote.id)
            )
            found = {tuple(row) for row in about}
            if found:
                assert found >= {("contact", quote.contact_id), ("company", quote.company_id)}
                assert quote.deal_id is None or ("deal", quote.deal_id) in found


# --- its place --------------------------------------------------------------------------------------------------------


def run(url, monkeypatch, tmp_path, *arguments, public_url="http://localhost:8000"):
    monkeypatch.setenv("CRMLITE_DATABASE_URL", url)
    monkeypatch.setenv("CRMLITE_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CRMLITE_PUBLIC_URL", public_url)
    return CliRunner().invoke(main, ["demo", *arguments])


def test_it_refuses_where_the_public_url_is_not_local(database, databases, monkeypatch, tmp_path):
    url = databases.fresh(database, build_empty)
    result = run(url, monkeypatch, tmp_path, public_url="https://crm.example.com")
    assert result.exit_code == 1
    assert "https://crm.example.com" in result.output
    with opened(url):
        assert db.session.scalar(sa.select(User.id)) is None
    databases.drop(url)


def test_it_refuses_to_run_a_second_time(firm, monkeypatch, tmp_path):
    with opened(firm):
        before = dump()
    for arguments in ([], ["--size", "10"]):
        result = run(firm, monkeypatch, tmp_path, *arguments)
        assert result.exit_code == 1
        assert "holds records already" in result.output
    with opened(firm):
        assert dump() == before


def test_a_size_makes_so_many_contacts_and_a_fifth_as_many_companies(database, databases, monkeypatch, tmp_path):
    url = databases.fresh(database, build_empty)
    result = run(url, monkeypatch, tmp_path, "--size", "23")
    assert result.exit_code == 0, result.output
    with opened(url):
        assert len(db.session.scalars(sa.select(Contact.id)).all()) == 23
        assert len(db.session.scalars(sa.select(Company.id)).all()) == 4
    databases.drop(url)


def test_the_same_seed_makes_the_same_rows_and_papers_that_can_be_read(database, firm, databases):
    url = databases.fresh(database, build_empty)
    with opened(url):
        make_firm(SEED, NOW)
        again = rows()
        sent = [version for quote in quotes() for version in quote.versions if version.is_frozen]
        papers = [(version.file.read() or b"", version.sha256) for version in sent]
    databases.drop(url)
    assert len(papers) == 13
    for content, sha256 in papers:
        assert content.startswith(b"%PDF-1.7")
        assert hashlib.sha256(content).hexdigest() == sha256
    with opened(firm):
        assert rows() == again


def rows() -> dict[str, list]:
    """All of them without what is drawn, in the journal too."""
    found: dict[str, list] = dump(*DRAWN, ("event", "tx"), ("change", "tx"))
    drawn = {table for table, _column in DRAWN}
    mails = [{name: _plain(value) for name, value in row.items()} for row in found["message"]]
    return {**found, "message": mails, "change": [row for row in found["change"] if row["record_type"] not in drawn]}


def _plain(value: object) -> object:
    return TOKEN.sub("…", value) if isinstance(value, str) else value


def test_another_seed_makes_other_people():
    names = [
        [firm.name for firm in Generator(seed, 100, [Owner(0, 0, 1)], NOW - timedelta(days=9), NOW).firms()]
        for seed in (SEED, SEED, SEED + 1)
    ]
    assert names[0] == names[1] != names[2]


def build_empty(url: str) -> None:
    with opened(url):
        schema.upgrade()
