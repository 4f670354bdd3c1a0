"""What somebody is just typing into a form, as it is compared."""

from typing import Any

from crmlite.auth.models import Viewer
from crmlite.companies.types import COMPANY
from crmlite.duplicates import pages
from crmlite.duplicates.cards import Card
from crmlite.duplicates.keeping import card_of
from crmlite.extensions import db
from crmlite.records import points
from crmlite.records.alike import LookAlike
from crmlite.records.types import RecordType


def look_alikes(kind: RecordType, user: Viewer, form: Any) -> list[LookAlike]:
    return pages.look_alikes(kind, user, card(kind, user, form))


def card(kind: RecordType, user: Viewer, form: Any) -> Card:
    """Of a form that may be half filled in: what is no address or number yet is left out."""
    found: dict[str, list[str]] = {}
    for row in form.points():
        try:
            value = points.normal(row["kind"], row["value"]) if row["value"] else ""
        except ValueError:
            continue
        if value:
            found.setdefault(row["kind"], []).append(value)
    if kind.name == "company":
        return card_of(kind.name, {"given": form.name.data, "vat_id": form.vat_id.data, "city": _city(form)}, found)
    row = {"given": form.given.data, "family": form.family.data, "birthday": form.birthday.data, "city": _city(form)}
    return card_of(kind.name, {**row, "company": _company(user, form)}, found)


def _city(form: Any) -> str:
    return next((row["city"] for row in form.address_rows() if row.get("city")), "")


def _company(user: Viewer, form: Any) -> str:
    field = form.company
    if field.data:
        query = COMPANY.policy.visible(user).with_only_columns(COMPANY.model.name).where(COMPANY.model.id == field.data)
        return db.session.scalar(query) or ""
    return field.new_name or field.text
