"""The fields of a web form as data: their kinds, what they may fill, and what a visitor's answers are worth."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crmlite.contacts.consents import purposes
from crmlite.points import is_email, is_phone
from crmlite.safety import clean

KINDS = {
    "text": _l("One line of text"),
    "textarea": _l("Several lines of text"),
    "email": _l("E-mail address"),
    "phone": _l("Phone number"),
    "choice": _l("Choice from a list"),
    "checkbox": _l("Box to tick"),
    "country": _l("Country"),
}
FILLS = {
    "": _l("The answers of the lead"),
    "contact.name": _l("Contact: whole name"),
    "contact.given": _l("Contact: first name"),
    "contact.family": _l("Contact: last name"),
    "contact.email": _l("Contact: e-mail address"),
    "contact.phone": _l("Contact: phone number"),
    "contact.city": _l("Contact: town"),
    "contact.country": _l("Contact: country"),
    "company.name": _l("Company: name"),
    "lead.need": _l("Lead: what it is about"),
}
CONSENT = "consent."
"""With a purpose's id behind: a box that is ticked to agree to it."""
TICKED = "yes"
FILLED_BY = {"contact.email": {"email"}, "contact.phone": {"phone"}, "contact.country": {"country"}}
"""What takes only answers of certain kinds; all else takes any text."""
AUTOCOMPLETE = {
    "contact.name": "name",
    "contact.given": "given-name",
    "contact.family": "family-name",
    "contact.email": "email",
    "contact.phone": "tel",
    "contact.city": "address-level2",
    "contact.country": "country",
    "company.name": "organization",
}
LONGEST = {"text": 200, "textarea": 5000, "email": 254, "phone": 40, "choice": 200, "checkbox": 3, "country": 2}
_ONLY_TICKED = {"checkbox"}
MAX_FIELDS, MAX_LABEL, MAX_CHOICES = 40, 200, 60
RESERVED = frozenset({"website"})
"""The honeypot's name; control words of the form itself begin with an underscore."""


@dataclass(frozen=True)
class Field:
    key: str
    label: str
    kind: str = "text"
    required: bool = False
    fills: str = ""
    choices: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Field":
        return cls(**{**stored, "choices": tuple(stored.get("choices", ()))})

    def stored(self) -> dict[str, Any]:
        return {**asdict(self), "choices": list(self.choices)}

    @property
    def autocomplete(self) -> str:
        return AUTOCOMPLETE.get(self.fills, "")

    @property
    def longest(self) -> int:
        return LONGEST[self.kind]


class Typed(Protocol):
    """What was posted: werkzeug's MultiDict."""

    def getlist(self, key: str) -> list[str]: ...


def targets() -> dict[str, Any]:
    """What a field may fill: FILLS, and the purposes that people can be asked to agree to."""
    return FILLS | {f"{CONSENT}{purpose.id}": _("Consent: %(purpose)s", purpose=purpose.name) for purpose in purposes()}


def may_fill(target: str) -> bool:
    return target in FILLS or (target.startswith(CONSENT) and target in targets())


def _filled_by(target: str) -> set[str] | None:
    return _ONLY_TICKED if target.startswith(CONSENT) else FILLED_BY.get(target)


def read_all(stored: Iterable[Mapping[str, Any]]) -> list[Field]:
    return [Field.read(field) for field in stored]


def answer(
    fields: Iterable[Field], typed: Typed, countries: Mapping[str, str]
) -> tuple[list[dict[str, str]], dict[str, str]]:
    """(answers, what is wrong by key). An answer keeps its question, so that it can be read after the form has changed.

    `countries` are the codes a country field offers.
    """
    answers, wrong = [], {}
    for field in fields:
        values = [clean(value) for value in typed.getlist(field.key)]
        value = values[0] if values else ""
        problem = _repeated(values) or _missing(field, value) or (_problem(field, value, countries) if value else None)
        if problem:
            wrong[field.key] = problem
        elif value:
            answers.append(
                {"key": field.key, "label": field.label, "kind": field.kind, "fills": field.fills, "value": value}
            )
    return answers, wrong


def _repeated(values: list[str]) -> str | None:
    return _("This was sent more than once. Keep one answer.") if len(values) > 1 else None


def _missing(field: Field, value: str) -> str | None:
    if value or not field.required:
        return None
    return _("Tick this box to go on.") if field.kind == "checkbox" else _("Please fill this in.")


def _problem(field: Field, value: str, countries: Mapping[str, str]) -> str | None:
    if len(value) > field.longest and field.kind not in {"choice", "checkbox", "country"}:
        return _("That is too long: at most %(count)s characters fit.", count=field.longest)
    if field.kind != "textarea" and "\n" in value:
        return _("This has to be one line.")
    if field.kind == "email" and not is_email(value):
        return _("That is not an e-mail address. It looks like anna@example.com.")
    if field.kind == "phone" and not is_phone(value):
        return _("That is not a phone number. Write digits, with + and the country's code in front if it is abroad.")
    offered = {"choice": field.choices, "checkbox": (TICKED,), "country": countries}.get(field.kind)
    if offered is not None and value not in offered:
        return _("Choose one of the answers that are offered.")
    return None


# --- editing ----------------------------------------------------------------------------------------------------------


def check(fields: list[Field]) -> dict[str, str]:
    """What is wrong with a form's definition: by key of the field, or under "" for the form as a whole."""
    wrong: dict[str, str] = {}
    if not 1 <= len(fields) <= MAX_FIELDS:
        wrong[""] = _("A form has between one and %(count)s fields.", count=MAX_FIELDS)
    elif not any(field.fills in {"contact.email", "contact.phone"} and field.required for field in fields):
        wrong[""] = _("Ask for an e-mail address or a phone number, and make it required: else nobody can be answered.")
    taken: set[str] = set()
    for field in fields:
        if problem := _defect(field, taken):
            wrong[field.key] = problem
        taken.add(field.fills)
    return wrong


def _defect(field: Field, taken: set[str]) -> str | None:
    if not field.label or len(field.label) > MAX_LABEL:
        return _("Give the field a label of at most %(count)s characters.", count=MAX_LABEL)
    if field.kind not in KINDS or not may_fill(field.fills):
        return _("Choose one of the answers that are offered.")
    if field.kind == "choice" and not 2 <= len(field.choices) <= MAX_CHOICES:
        return _("Write between two and %(count)s choices, one a line.", count=MAX_CHOICES)
    if any(len(choice) > LONGEST["choice"] for choice in field.choices):
        return _("A choice is too long: at most %(count)s characters fit.", count=LONGEST["choice"])
    if field.kind not in (_filled_by(field.fills) or {field.kind}):
        return _("That cannot be filled from a field of this kind.")
    if field.fills and field.fills in taken:
        return _("Another field fills this already.")
    return None


def new_key(taken: Iterable[str]) -> str:
    """A name for a new field that no other field of the form has."""
    numbers = [int(key[1:]) for key in taken if key[:1] == "f" and key[1:].isdigit()]
    return f"f{max(numbers, default=0) + 1}"
