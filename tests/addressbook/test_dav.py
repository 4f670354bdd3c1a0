"""CardDAV: what a phone is given, by whose rights, and what became of it since."""

import pytest

from crmlite.addressbook import changes
from crmlite.auth.models import User
from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.records import members, points
from tests import cast, oracles
from tests.addressbook.conftest import BOOK, Phone, data_of
from tests.cast import canary


def test_a_phone_finds_the_book_by_itself(phone):
    client = phone.client
    for method in ("GET", "PROPFIND"):
        answer = client.open("/.well-known/carddav", method=method)
        assert (answer.status_code, answer.headers["Location"]) == (301, "/addressbook/dav/")
    assert "addressbook" in client.options("/addressbook/dav/").headers["DAV"]
    asked = '<propfind xmlns="DAV:"><prop>%s</prop></propfind>'
    answer = phone.ask("PROPFIND", "/addressbook/dav/", asked % "<current-user-principal/>", Depth="0")
    assert "<D:href>/addressbook/dav/me/</D:href></D:current-user-principal>" in answer.text
    home = '<addressbook-home-set xmlns="urn:ietf:params:xml:ns:carddav"/>'
    answer = phone.ask("PROPFIND", "/addressbook/dav/me/", asked % home, Depth="0")
    assert "<C:addressbook-home-set><D:href>/addressbook/dav/me/books/</D:href>" in answer.text
    answer = phone.ask("PROPFIND", "/addressbook/dav/me/books/", asked % "<resourcetype/><unknown/>", Depth="1")
    assert f"<D:href>{BOOK}</D:href>" in answer.text
    assert "<C:addressbook/>" in answer.text
    assert "<D:unknown/></D:prop><D:status>HTTP/1.1 404 Not Found" in answer.text
    assert "<D:unknown/>" not in phone.ask("PROPFIND", "/addressbook/dav/me/books/", "", Depth="1").text


def test_sync_tells_what_is_new_what_changed_and_what_is_gone(stage, phone):
    ids = stage.ids
    changed, gone = phone.sync()
    assert f"contact-{ids['seller.contact']}" in changed
    assert not gone
    assert phone.sync() == (set(), set()) or stage.engines["reader"].dialect.name == "postgresql"
    with stage.writes("seller") as it:
        new = Contact.create(it.user, given="Nora", family="Newcomer", phone="+31 6 1234 5678")
        db.session.get_one(Contact, ids["seller.contact"]).change(given="Renamed")
        points.add(db.session.get_one(Contact, ids["colleague.contact"]), "phone", "+31 20 555 99 99")
        db.session.get_one(Company, ids["seller.company"]).change(name="Renamed Ltd")
        db.session.get_one(Contact, ids["nobody.contact"]).trash()
    changed, gone = phone.sync()
    expected = {f"contact-{number}" for number in (new.id, ids["seller.contact"], ids["colleague.contact"])}
    assert expected | {f"company-{ids['seller.company']}"} <= changed
    assert gone == {f"contact-{ids['nobody.contact']}"}
    assert "ORG:Renamed Ltd" in phone.cards[f"{BOOK}contact-{ids['seller.contact']}.vcf"]
    with stage.writes("seller"):
        db.session.get_one(Contact, ids["nobody.contact"]).restore()
    assert f"contact-{ids['nobody.contact']}" in phone.sync()[0]


def test_what_is_hidden_again_goes_away_and_what_never_was_seen_is_not_told_of(stage, phone):
    ids = stage.ids
    mine, rivals = (f"contact-{ids[f'{owner}.contact']}" for owner in ("seller", "rival"))
    phone.sync()
    with stage.writes("manager"):
        db.session.get_one(Contact, ids["seller.contact"]).assign(db.session.get_one(User, ids["user.rival"]))
        db.session.get_one(Contact, ids["rival.contact"]).change(family="Elsewhere")
    changed, gone = phone.sync()
    assert (mine in gone, rivals in gone | changed) == (True, False)
    with stage.writes("manager"):
        members.join(
            db.session.get_one(Contact, ids["rival.contact"]), db.session.get_one(User, ids["user.seller"]), "helps"
        )
    assert rivals in phone.sync()[0]
    with stage.writes("manager"):
        members.leave(db.session.get_one(Contact, ids["rival.contact"]), ids["user.seller"])
    assert rivals in phone.sync()[1]


def test_what_was_seen_only_in_between_goes_away_too(stage, phone):
    """On PostgreSQL a token reaches back to the oldest open transaction: what is read was told before, and ends all the same."""
    phone.sync()
    before, rivals = phone.token, f"contact-{stage.ids['rival.contact']}"
    for owner, shown in (("seller", True), ("rival", False)):
        with stage.writes("manager"):
            db.session.get_one(Contact, stage.ids["rival.contact"]).assign(
                db.session.get_one(User, stage.ids[f"user.{owner}"])
            )
        phone.token = before
        changed, gone = phone.sync()
        assert (rivals in changed, rivals in gone) == (shown, not shown)


def test_a_token_is_worth_nothing_where_it_cannot_be_followed(stage, phone, monkeypatch):
    phone.sync()
    refused = "<D:sync-token>%s</D:sync-token><D:prop><D:getetag/></D:prop>"
    for token in (
        "nonsense",
        phone.token.replace("book:", "book:9"),
        phone.token[:-1] + "x",
        Phone(stage, "rival").token or "x",
    ):
        answer = phone.report("sync-collection", refused % token, "D")
        assert (answer.status_code, "valid-sync-token" in answer.text) == (403, True)
    monkeypatch.setattr(changes, "MOST", 1)
    with stage.writes("seller") as it:
        for name in ("One", "Two"):
            Contact.create(it.user, given=name)
    assert phone.report("sync-collection", refused % phone.token, "D").status_code == 403
    assert len(phone.sync()[0]) > 2


def test_another_role_or_team_makes_the_phone_begin_anew(stage, phone):
    phone.sync()
    with stage.writes("admin"):
        user = db.session.get_one(User, stage.ids["user.seller"])
        user.assign(user.role, db.session.get_one(User, stage.ids["user.rival"]).team)
    changed, gone = phone.sync()
    assert f"contact-{stage.ids['rival.contact']}" in changed
    assert f"contact-{stage.ids['colleague.contact']}" in gone


@pytest.mark.parametrize("actor", ["seller", "rival", "marketing", "service", "manager"])
def test_the_book_is_the_lists(stage, actor):
    """The same people and companies as on the pages, and no word of any other (O2)."""
    phone = Phone(stage, actor)
    answers = [phone.ask("PROPFIND", Depth="1", body='<propfind xmlns="DAV:"><allprop/></propfind>')]
    answers.append(phone.report("addressbook-query", "<D:prop><D:getetag/><C:address-data/></D:prop>"))
    phone.sync()
    told = "".join(answer.text for answer in answers) + "".join(phone.cards.values())
    assert oracles.canaries_in(told, cast.forbidden_to(actor)) == []
    assert {name for name, _text in data_of(answers[1])} == set(phone.cards)
    for kind in ("contact", "company"):
        for owner in cast.OWNERS:
            name = f"{BOOK}{kind}-{stage.ids[f'{owner}.{kind}']}.vcf"
            seen = cast.may_see(actor, owner, kind)
            assert (name in phone.cards) is seen
            assert phone.ask("GET", name).status_code == (200 if seen else 404)
            assert (canary(owner, kind) in told.casefold()) is seen
            assert bool(phone.fetch({name})) is seen


def test_nothing_is_written_from_a_phone(stage, phone):
    name = f"{BOOK}contact-{stage.ids['seller.contact']}.vcf"
    phone.sync()
    with oracles.expect_equal(stage.engines["reader"]):
        for method in ("PUT", "DELETE", "PROPPATCH"):
            answer = phone.ask(method, name, "BEGIN:VCARD")
            assert (answer.status_code, "need-privileges" in answer.text) == (403, True)
    first = phone.ask("GET", name)
    assert first.content_type == "text/vcard; charset=utf-8"
    assert phone.ask("GET", name, If_None_Match=first.headers["ETag"]).status_code == 304
    assert "VERSION:4.0" in phone.ask("GET", name, Accept="text/vcard; version=4.0").text
    assert first.headers["ETag"] in phone.ask("PROPFIND", name, Depth="0").text


def test_a_query_finds_by_name_and_number(phone):
    text = '<C:filter test="anyof"><C:prop-filter name="%s"><C:text-match match-type="%s">%s</C:text-match></C:prop-filter></C:filter>'
    asked = "<D:prop><C:address-data/></D:prop>"
    word = canary("seller", "contact")
    answer = phone.report("addressbook-query", asked + text % ("FN", "starts-with", word.upper()))
    assert len(list(data_of(answer))) == 1
    assert len(list(data_of(phone.report("addressbook-query", asked + text % ("EMAIL", "equals", word))))) == 0
    none = '<C:filter><C:prop-filter name="EMAIL"><C:is-not-defined/></C:prop-filter></C:filter>'
    assert all("EMAIL" not in card for _name, card in data_of(phone.report("addressbook-query", asked + none)))
    wrong = text.replace("<C:text-match", '<C:text-match collation="i;martian"') % ("FN", "contains", "x")
    assert "supported-collation" in phone.report("addressbook-query", asked + wrong).text


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><propfind xmlns="DAV:"><prop>&a;</prop></propfind>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><propfind xmlns="DAV:"/>',
        "<a>" * 5000,
        "nothing",
        "\x00",
        "<propfind xmlns='DAV:'/>",
        "<propfind xmlns='DAV:'><prop>" + "".join(f"<p{n}/>" for n in range(101)) + "</prop></propfind>",
    ],
)
def test_hostile_bodies_are_refused(phone, body):
    for method in ("PROPFIND", "REPORT"):
        assert phone.ask(method, body=body, Depth="0").status_code in {400, 403}


def test_too_large_a_body_is_refused(phone):
    assert phone.ask("PROPFIND", body="<a>" + "x" * 1_100_000 + "</a>", Depth="0").status_code == 413


def test_hrefs_are_read_as_clients_write_them(stage, phone):
    name = f"{BOOK}contact-{stage.ids['seller.contact']}.vcf"
    for written in (f"http://localhost{name}", name.replace("-", "%2D"), f"\n {name}\n"):
        assert len(phone.fetch({written})) == 1
    assert (
        phone.fetch(
            {
                f"{BOOK}../../etc/passwd",
                f"{BOOK}lead-1.vcf",
                f"{BOOK}contact-0.vcf",
                "http://[",
                f"{BOOK}contact-{'9' * 30}.vcf",
            }
        )
        == {}
    )
