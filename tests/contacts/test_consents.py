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
        contact, purpose = db.session.get(Contact, stage.ids["seller.contact"]), newsletter()
        contact.change(language="nl")
        Consent.give(contact, purpose, source="colleague", how="On the phone", by=as_.user)
        purpose.change("News", {"nl": "Stuur mij elke week nieuws."})
        Consent.renew(contact, purpose)
    with stage.app.app_context():
        contact = db.session.get(Contact, stage.ids["seller.contact"])
        given, renewed = consents.history(contact)
        assert (given.text, given.language, given.version) == ("Stuur mij nieuws.", "nl", 1)
        assert given.text_hash == hashlib.sha256(b"Stuur mij nieuws.").hexdigest()
        assert (given.by_id, given.how, given.is_outdated("nl")) == (stage.ids["user.seller"], "On the phone", True)
        assert (renewed.text, renewed.version, renewed.is_outdated("nl")) == ("Stuur mij elke week nieuws.", 2, False)
        names = db.session.scalars(sa.select(Event.name).where(Event.name.like("consent.%")).order_by(Event.id)).all()
        assert names == ["consent.given", "consent.renewed"]


def test_evidence_cannot_be_changed(stage):
    with stage.writes("seller"):
        row = Consent.give(db.session.get(Contact, stage.ids["seller.contact"]), newsletter())
        row.action = "withdrawn"
        with pytest.raises(TypeError):
            db.session.flush()
        db.session.rollback()


def test_what_is_withdrawn_for_all_holds_for_no_address(stage):
    with stage.writes("seller"):
        contact, purpose = db.session.get(Contact, stage.ids["seller.contact"]), newsletter()
        other = Purpose.create(None, name="Surveys", texts={"en": "Ask me."})
        Consent.give(contact, purpose, point="one@example.com")
        Consent.give(contact, purpose, point="two@example.com")
        Consent.withdraw(contact, purpose, point="one@example.com")
        news, never = consents.standing(contact)
        assert never.purpose.id == other.id
        assert (news.holds, news.holds_for("one@example.com"), news.holds_for("two@example.com")) == (True, False, True)
        assert (never.holds, never.last) == (False, None)
        Consent.withdraw(contact, purpose)
        assert not consents.standing(contact)[0].holds
