"""Quotes that were decided about leave the trash as others do, with the evidence, once the law does not ask for it any more."""

import pytest
import sqlalchemy as sa

from crmlite.auth.models import User
from crmlite.catalog.models import TaxClass
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.files import File
from crmlite.sales.models import Decision, Quote, QuoteVersion
from tests.cast import make_sent_quote
from tests.retention.test_retention import count, night

YEARS = 11 * 366


@pytest.fixture
def decided(own_stage, request):
    """A quote in the trash that a customer declined or accepted, and the file of its paper."""
    with own_stage.writes("seller") as who:
        user = db.session.get_one(User, who.user.id)
        contact = db.session.get_one(Contact, own_stage.ids["seller.contact"])
        quote = make_sent_quote(user, contact, db.session.get_one(TaxClass, own_stage.ids["tax"]))
        db.session.flush()
        quote.decline(quote.live, "Too dear")
        quote.trash()
        quote_id, file_id = quote.id, quote.latest.file_id
    if request.param == "accepted":
        with own_stage.writes():
            db.session.execute(sa.update(Decision).values(verdict="accepted"))
    return quote_id, file_id


@pytest.mark.parametrize(("decided", "days"), [("declined", 31), ("accepted", YEARS)], indirect=["decided"])
def test_it_goes_with_its_evidence_and_its_paper(own_stage, decided, days):
    quote_id, file_id = decided
    versions = sa.select(QuoteVersion.id).where(QuoteVersion.quote_id == quote_id)
    with own_stage.app.app_context():
        version_id = db.session.scalars(versions).one()
    assert count(own_stage, Decision, Decision.version_id == version_id) == 1
    if days == YEARS:
        night(own_stage, 31)
        assert count(own_stage, Quote, Quote.id == quote_id) == 1, "the books are open"
    night(own_stage, days)
    assert count(own_stage, Quote, Quote.id == quote_id) == 0
    assert count(own_stage, Decision, Decision.version_id == version_id) == 0
    night(own_stage, days + 1)
    assert count(own_stage, File, File.id == file_id) == 0, "nothing names it any more"
