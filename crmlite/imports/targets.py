"""Where a column's values may go: fields of people and of companies, as data.

A target is `<record>.<field>`, with `/<label>` for e-mails, phones, links and addresses, and `#<number>` where a person has several
and their columns belong together: `contact.city/home#2`. `company.name#2` may hold several, parted by semicolons, and goes before
`company.name`; `company.key#2` is not told where a name stands beside it; `is_company#2` is of rows whose name is mapped to the
company. Empty is nowhere: such values go into a note. "-" is left out on purpose. `contact.x.<key>` is a custom field,
`contact.new/<kind>` one to be made (fields.py). `contact.consent/<purpose>` and `contact.refusal/<purpose>` are what somebody agreed to
(agreeing.py).
"""

import re
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

LEFT_OUT = "-"
NEW = "new"
CONSENT, REFUSAL = "consent", "refusal"
NEW_KINDS = ("text", "number", "date", "choice", "link")
"""Of custom fields that are made on the way."""

PERSON_FIELDS: dict[str, Any] = {
    "name": _l("Whole name"),
    "given": _l("First name"),
    "middle": _l("Middle name"),
    "family": _l("Last name"),
    "suffix": _l("Name suffix"),
    "salutation": _l("Form of address"),
    "birthday": _l("Birthday"),
    "job": _l("Job title"),
    "language": _l("Language"),
    "instructions": _l("Special instructions"),
    "tags": _l("Tags"),
    "note": _l("Note"),
}
COMPANY_FIELDS: dict[str, Any] = {
    "name": _l("Name"),
    "vat_id": _l("VAT number"),
    "industry": _l("Industry"),
    "parent": _l("Part of the company"),
    "key": _l("Its number in the program it comes from"),
    "instructions": _l("Special instructions"),
    "tags": _l("Tags"),
    "note": _l("Note"),
}
REACH: dict[str, Any] = {
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "url": _l("Link"),
    "lines": _l("Street"),
    "postcode": _l("Postcode"),
    "city": _l("City"),
    "region": _l("Region"),
    "country": _l("Country"),
    "formatted": _l("Whole address"),
}
LABELLED: dict[str, Any] = {
    "email_label": _l("Kind of the e-mail"),
    "phone_label": _l("Kind of the phone"),
    "url_label": _l("Kind of the link"),
    "address_label": _l("Kind of the address"),
}
GENERAL: dict[str, Any] = {
    "owner": _l("Owner"),
    "is_company": _l("Whether the row is a company"),
    "key": _l("Its number in the program it comes from"),
    "deleted": _l("Whether the row was deleted there"),
}
ADDRESS = frozenset({"lines", "postcode", "city", "region", "country", "formatted", "address_label"})
_OFFERED = {"email": ("work", "home"), "phone": ("work", "mobile", "home"), "url": ("work",)}
_KINDS = {"work": _l("Work"), "home": _l("Home"), "mobile": _l("Mobile"), "other": _l("Other"), "invoice": _l("Invoices"),
          "delivery": _l("Deliveries"), "direct": _l("Direct"), "fax": _l("Fax"), "pager": _l("Pager")}  # fmt: skip


_KEY = re.compile(r"x\.[a-z0-9_]{1,60}")


@dataclass(frozen=True)
class Target:
    """A target taken apart."""

    record: str
    """contact or company; empty for what is about the row."""
    field: str
    label: str = ""
    number: int = 1

    @property
    def is_custom(self) -> bool:
        return self.field == NEW or self.field.startswith("x.")

    @property
    def is_agreement(self) -> bool:
        return self.field in {CONSENT, REFUSAL}


def parse(text: str) -> Target | None:
    """None for nowhere, for what is left out, and for what there is not."""
    head, _hash, number = text.partition("#")
    path, _slash, label = head.partition("/")
    record, dot, field = path.partition(".")
    if not dot:
        return Target("", path, "", int(number) if number.isdecimal() else 1) if path in GENERAL else None
    if record in {"contact", "company"} and (
        _KEY.fullmatch(field) if not label else field == NEW and label in NEW_KINDS
    ):
        return Target(record, field, label)
    if record == "contact" and field in {CONSENT, REFUSAL} and re.fullmatch(r"[0-9]{1,9}", label) and not number:
        return Target(record, field, label)
    fields = {"contact": PERSON_FIELDS, "company": COMPANY_FIELDS}.get(record)
    if fields is None or field not in fields | REACH | LABELLED or (label and label not in _KINDS):
        return None
    if number and not (number.isdecimal() and number.isascii() and len(number) < 3):
        return None
    return Target(record, field, label, int(number or 1))


def is_known(text: str) -> bool:
    return text in {"", LEFT_OUT} or parse(text) is not None


def label_of(text: str) -> str:
    """As the page names it."""
    if text == LEFT_OUT:
        return _("Leave out")
    target = parse(text)
    if target is None:
        return _("Into the note")
    name = str(
        (GENERAL | PERSON_FIELDS | REACH | LABELLED | ({} if target.record != "company" else COMPANY_FIELDS))[
            target.field
        ]
    )
    if target.label:
        name = _("%(field)s (%(kind)s)", field=name, kind=str(_KINDS[target.label]))
    if target.record == "company":
        name = _("Company: %(field)s", field=name)
    return f"{name} {target.number}" if target.number > 1 else name


def offered(chosen: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may become, in groups, with what it is now."""

    def rows(record: str, fields: dict[str, Any]) -> list[tuple[str, str]]:
        plain = [(f"{record}.{name}", label_of(f"{record}.{name}")) for name in fields]
        for name in REACH:
            kinds = _OFFERED.get(name, ("work", "home") if record == "contact" else ("work",))
            plain += [(key, label_of(key)) for kind in kinds for key in [f"{record}.{name}/{kind}"]]
        return plain

    groups = [
        (_("What nobody asked for"), [("", _("Into the note")), (LEFT_OUT, _("Leave out"))]),
        (_("Person"), rows("contact", PERSON_FIELDS)),
        (_("Company"), rows("company", COMPANY_FIELDS)),
        (_("Both"), [(name, str(label)) for name, label in GENERAL.items()]),
    ]
    known = {key for _title, options in groups for key, _label in options}
    if chosen not in known and (target := parse(chosen)) is not None and not (target.is_custom or target.is_agreement):
        place = {"contact": 1, "company": 2}.get(target.record, 3)
        groups[place][1].insert(0, (chosen, label_of(chosen)))
    return groups
