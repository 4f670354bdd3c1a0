"""Filters by related records, both ways, and by every column that there is: in the URL and by the builder."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crmlite.companies.models import Company
from crmlite.contacts.models import Contact
from crmlite.extensions import db
from crmlite.pipeline.models import Deal
from crmlite.records import related, tags, types
from crmlite.records.builder import Builder
from crmlite.records.custom_fields import KINDS, CustomField
from crmlite.records.listing import Listing
from tests import cast
from tests.records.who import request_of, viewer

PLURALS = {
    "contacts": "contact", "companies": "company", "deals": "deal", "leads": "lead", "products": "product", "quotes": "quote",
}  # fmt: skip
TYPED = {"date": "-90d", "number": "12", "text": "Oslo"}


def found(stage, path: str, actor: str = "seller") -> set[str]:
    """Whose records of the cast the list shows."""
    answer = stage.client(actor).get(path)
    assert answer.status_code == 200, (path, answer.text)
    kind = PLURALS[path.split("/")[1]]
    return {owner for owner in cast.OWNERS if f'id="r{stage.ids[f"{owner}.{kind}"]}"' in answer.text}


def test_records_are_asked_by_what_names_them(stage):
    """A deal of the seller, one of the rival that the seller does not see, and nobody's."""
    ids = stage.ids
    with stage.writes("admin"):
        for owner in ("seller", "rival"):
            deal = db.session.get_one(Deal, ids[f"{owner}.deal"])
            deal.change(amount_minor=777_00)
            tags.add(deal, "Fair")
            deal.contact_id = ids[f"{owner}.contact"]
        db.session.get_one(Deal, ids["rival.deal"]).contact_id = ids["colleague.contact"]
        for deal in db.session.scalars(sa.select(Deal).where(Deal.contact_id == ids["colleague.contact"])):
            if deal.id != ids["rival.deal"]:
                deal.trash()
    assert found(stage, "/contacts/?deals.amount=77700") == {"seller"}
    assert found(stage, "/contacts/?deals.amount=77700", "admin") == {"seller", "colleague"}
    assert found(stage, "/contacts/?deals.tag=Fair", "admin") == {"seller", "colleague"}
    assert "colleague" in found(stage, "/contacts/?deals.empty=1"), "what one may not see is not there"
    assert "colleague" not in found(stage, "/contacts/?deals.empty=1", "admin")
    assert "seller" in found(stage, "/contacts/?deals.empty=0")
    assert found(stage, "/contacts/?1.deals.amount=77700&1.given=nobody") == {"seller"}
    assert found(stage, "/contacts/?deals.amount=77700&given=nobody") == set()


def test_records_are_asked_by_what_they_name(stage):
    ids = stage.ids
    with stage.writes("admin") as session:
        CustomField.create(session.user, "company", "Size", "text")
        company = db.session.get_one(Company, ids["seller.company"])
        tags.add(company, "Fair")
        company.change(**{"x.size": "large"})
    for query in (
        "company.tag=Fair",
        "company.x.size=large",
        f"company={ids['seller.company']}",
        "company.name.starts=zcseller",
    ):
        assert found(stage, f"/contacts/?{query}") == {"seller"}, query
    assert "seller" not in found(stage, f"/contacts/?company.not={ids['seller.company']}")
    assert found(stage, f"/companies/?contacts.name.contains={cast.canary('seller', 'contact')}") == {"seller"}


def test_prices_and_long_texts_are_asked_for(stage):
    assert "seller" in found(stage, "/products/?price=1250&price.min=1250&price.max=1250.00")
    assert found(stage, "/products/?price.min=1250.01") == found(stage, "/products/?price.empty=1") == set()
    assert found(stage, "/contacts/?instructions.contains=zcseller") == {"seller"}
    assert found(stage, "/leads/?name.contains=zcseller") == {"seller"}
    assert stage.client("seller").get("/products/?price.min=much").status_code == 400


@pytest.mark.parametrize("kind", cast.TYPES)
def test_every_field_that_the_builder_offers_leads_to_a_list(stage, kind):
    """With each of its operators, own and related, custom ones of every kind: the list says what it was asked."""
    with stage.writes("admin") as session:
        for name in {kind, "company"}:
            for of, _label in KINDS:
                options = ["A"] if of in {"choice", "choices"} else []
                money = {"currency": "EUR"} if of == "money" else {}
                CustomField.create(session.user, name, f"Own {of}", of, options=options, **money)
        tags.add(db.session.get_one(Contact, stage.ids["seller.contact"]), "Fair")
    user, of = viewer(stage, "seller"), types.known(kind)
    asked = set()
    with request_of(stage, user):
        for field in (field for _label, fields in Builder(of, user, MultiDict()).groups for field in fields):
            for operator, _label in Builder(of, user, MultiDict({"field": field.key})).operators:
                offered = Builder(of, user, MultiDict({"field": field.key}))
                value = value_for(stage, offered)
                if not value and operator not in {"filled", "empty"}:
                    continue  # nothing to choose from, such as no tag on records of that type
                builder = Builder(of, user, MultiDict({"field": field.key, "operator": operator, "value": value}))
                url = builder.url()
                assert url, (field.key, operator, builder.problem)
                [(key, _value)] = parse_qsl(urlsplit(url).query)
                listing = Listing(of, user, MultiDict(parse_qsl(urlsplit(url).query)))
                assert listing.total.count >= 0
                assert len(listing.chips) == 1
                asked.add(key)
        assert set(related.of(of)) <= {key.split(".")[0] for key in asked}, "each relation"
        columns = {column.name for column in of.all_columns if column.kind != "tags"}
        assert columns <= {key.removesuffix(".empty") for key in asked}, "each column"


def value_for(stage, builder: Builder) -> str:
    if builder.control == "record":
        return str(stage.ids[f"seller.{builder.field.column.kind}"])
    return str(builder.choices[0][0]) if builder.choices else TYPED.get(builder.control, "")


def test_a_related_record_is_chosen_by_its_name(stage):
    """As the picker sends it without script; one that the user may not see is none."""
    with stage.app.app_context():
        mine, theirs = (
            db.session.get_one(Company, stage.ids[f"{owner}.company"]).name for owner in ("seller", "rival")
        )
    client, args = stage.client("seller"), {"add": "1", "field": "company", "operator": "", "value": ""}
    answer = client.get("/records/contact/filter", query_string={**args, "value-text": mine})
    assert answer.location == f"/contacts/?company={stage.ids['seller.company']}"
    assert client.get("/records/contact/filter", query_string={**args, "value-text": theirs}).status_code == 422


def test_a_saved_view_keeps_what_it_asks_of_related_records(stage):
    seller = stage.client("seller")
    seller.post("/records/contact/views", data={"name": "With deals", "query": "deals.empty=0&deals.amount.min=1"})
    [url] = re.findall(r'href="(/contacts/[^"]*deals\.empty[^"]*)"', seller.get("/contacts/").text)
    assert "seller" in found(stage, url.replace("&amp;", "&"))
