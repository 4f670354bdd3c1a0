"""Why two records look like one, in words."""

from typing import Any

from flask_babel import lazy_gettext as _l

TEXTS = {
    "same_name": _l("The names are the same."),
    "spelled": _l("The names are the same, written in another way."),
    "swapped": _l("First and last name are the other way round."),
    "nickname": _l("One first name is a short form of the other."),
    "typo": _l("The names differ by a letter or two."),
    "part_name": _l("One name is part of the other."),
    "initial": _l("One of them has only an initial, or a part of the name."),
    "same_given": _l("The first name is the same; the last name may have changed."),
    "same_email": _l("The e-mail address is the same."),
    "like_email": _l("The e-mail addresses differ by one letter."),
    "same_phone": _l("The phone number is the same."),
    "same_birthday": _l("They were born on the same day."),
    "same_company": _l("They work at the same company."),
    "same_city": _l("They are in the same town."),
    "same_site": _l("They have the same website or e-mail domain."),
    "same_vat": _l("The VAT number is the same."),
}


def said(reasons: Any) -> list[Any]:
    return [TEXTS[name] for name in reasons if name in TEXTS]
