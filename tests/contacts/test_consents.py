"""Consent: evidence, purpose by purpose, that is added to and never changed."""

import hashlib

import pytest
import sqlalchemy as sa

from crmlite.contacts import consents
from crmlite.contacts.consents import Consent, Purpose
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.journal import Event


def newsletter(**texts: str) -> Purpose:
    return Purpose.create(None, name="Newsletter", texts=texts or {"en": "Send me news.", "nl": "Stuur mij nieuws."})


def test_a_consent_keeps_what_was_shown_word_for_word(stage):
    with stage.writes("seller") as as_:
        contact, purpose = db.session.get(Contact, stage.ids["shared.contact"]), newsletter()
        contact.change(language="nl")
        Consent.give(contact, purpose, source="colleague", how="On the phone", by=as_.user)
        purpose.change("News", {"nl": "Stuur mij elke week nieuws."})
        Consent.renew(contact, purpose)
    with stage.app.app_context():
        contact = db.session.get(Contact, stage.ids["shared.contact"])
        given, renewed = consents.history(contact)
        assert (given.text, given.language, given.version) == ("Stuur mij nieuws.", "nl", 1)
        assert given.text_hash == hashlib.sha256(b"Stuur mij nieuws.").hexdigest()
        assert (given.by_id, given.how, given.is_outdated()) == (stage.ids["user.seller"], "On the phone", True)
        assert (renewed.text, renewed.version, renewed.is_outdated()) == ("Stuur mij elke week nieuws.", 2, False)
        names = db.session.scalars(sa.select(Event.name).where(Event.name.like("consent.%")).order_by(Event.id)).all()[
            -2:
        ]
        assert names == ["consent.given", "consent.renewed"]


def test_evidence_cannot_be_changed(stage):
    with stage.writes("seller"):
        row = Consent.give(db.session.get(Contact, stage.ids["shared.contact"]), newsletter())
        row.action = "withdrawn"
        with pytest.raises(TypeError):
            db.session.flush()
        db.session.rollback()


def test_what_is_withdrawn_for_all_holds_for_no_address(stage):
    with stage.writes("seller"):
        contact, purpose = db.session.get(Contact, stage.ids["shared.contact"]), newsletter()
        other = Purpose.create(None, name="Surveys", texts={"en": "Ask me."})
        Consent.give(contact, purpose, point="one@example.com")
        Consent.give(contact, purpose, point="two@example.com")
        Consent.withdraw(contact, purpose, point="one@example.com")
        by_name = {one.purpose.id: one for one in consents.standing(contact)}
        news, never = by_name[purpose.id], by_name[other.id]
        assert (news.holds, news.holds_for("one@example.com"), news.holds_for("two@example.com")) == (True, False, True)
        assert (never.holds, never.last) == (False, None)
        Consent.withdraw(contact, purpose)
        assert not {one.purpose.id: one for one in consents.standing(contact)}[purpose.id].holds


# --- the pages --------------------------------------------------------------------------------------------------------


def test_a_colleague_records_what_somebody_said(stage):
    url, client = f"/contacts/{stage.ids['seller.contact']}/consents", stage.client("seller")
    form = {"purpose_id": stage.ids["purpose"], "action": "withdrawn", "how": "Called on Monday", "on": "2026-01-05"}
    assert client.post(url, data={**form, "how": ""}).status_code == 422
    assert client.post(url, data={**form, "on": "2999-01-01"}).status_code == 422
    assert client.post(url, data=form).status_code == 303
    page = client.get(url).text
    assert "Called on Monday" in page
    assert "Send me news." in page, "what was agreed to before stays, word for word"
    with stage.app.app_context():
        row = consents.history(db.session.get(Contact, stage.ids["seller.contact"]))[0]
        assert (row.action, row.at.date().isoformat(), row.by_id) == (
            "withdrawn",
            "2026-01-05",
            stage.ids["user.seller"],
        )
    around = client.get(f"/records/contact/{stage.ids['seller.contact']}/around").text
    assert "Newsletter" in around


def test_another_text_is_another_version(stage):
    client, url = stage.client("admin"), f"/purposes/{stage.ids['purpose']}"
    texts = {"texts-0-language": "en", "texts-0-text": "Send me all news.", "texts-1-language": "nl"}
    assert client.post(url, data={"name": "News", "row_version": "1", **texts}).status_code == 303
    with stage.app.app_context():
        texts = db.session.get(Purpose, stage.ids["purpose"]).texts
        assert [(t.language, t.n, t.text) for t in texts if t.language == "en"] == [
            ("en", 1, "Send me news."), ("en", 2, "Send me all news."),
        ]  # fmt: skip
        assert [t.n for t in texts if t.language == "nl"] == [1], "an emptied text changes nothing"
    page = client.get(f"/contacts/{stage.ids['seller.contact']}/consents").text
    assert "Send me news." in page
    assert client.post(url, data={"name": "", "row_version": "1"}).status_code == 422


def test_lists_show_and_filter_who_agrees(stage):
    with stage.writes("seller"):
        purpose = db.session.get_one(Purpose, stage.ids["purpose"])
        later = db.session.get_one(Contact, stage.ids["shared.contact"])
        Consent.give(later, purpose)
        Consent.withdraw(later, purpose, point="other@example.com")
    client, wanted = stage.client("manager"), f"consents={stage.ids['purpose']}"

    def listed(query: str) -> tuple[bool, bool, bool]:
        page = client.get(f"/contacts/?{query}&_columns=name,consents").text
        assert "There is no filter" not in page
        return tuple(name in page for name in ("Shared Person", "zcsellercontactqxgiven", "zcnobodycontactqxgiven"))

    assert listed(wanted) == (True, True, False)
    assert listed("consents.empty=1") == (False, False, True)
    with stage.writes("seller"):
        Consent.withdraw(db.session.get_one(Contact, stage.ids["shared.contact"]), purpose)
    assert listed(wanted) == (False, True, False)
    assert listed(f"consents.not={stage.ids['purpose']}") == (True, False, True)
    assert "Newsletter" in client.get(f"/contacts/?{wanted}").text, "the filter says what it is"
