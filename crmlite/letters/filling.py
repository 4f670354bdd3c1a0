"""The text of a letter with {fields} in it. Nothing of it is a program: a name between braces is replaced, and that is all."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

FIELDS = {
    "name": _l("Name"),
    "first_name": _l("First name"),
    "last_name": _l("Last name"),
    "form_of_address": _l("Form of address"),
    "company": _l("Company"),
    "city": _l("City"),
    "region": _l("Region"),
    "country": _l("Country"),
    "date": _l("Date"),
    "sender": _l("Who writes"),
}
_FIELD = re.compile(r"\{([^{}|\n]*)(?:\|([^{}\n]*))?\}( ?)")


def unknown(text: str) -> list[str]:
    """Names between braces that mean nothing, in their order."""
    return [name for name, _else, _blank in _FIELD.findall(text) if name.strip() not in FIELDS]


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each field replaced once: what comes of it is not looked at again. {first_name|customer} says what stands
    there where nothing is known; where that is nothing, the blank behind it goes too."""
    return _FIELD.sub(lambda match: _value(match, values), text)


def _value(match: "re.Match[str]", values: Mapping[str, Any]) -> str:
    name = match[1].strip()
    if name not in FIELDS:
        return match[0]
    said = str(values.get(name) or match[2] or "")
    return said + match[3] if said else ""
