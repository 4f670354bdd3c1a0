"""Spellings of e-mail addresses, phone numbers and links made comparable. Pure."""

import re
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

MAX_LENGTH = 320


def is_email(value: str) -> bool:
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def is_phone(value: str) -> bool:
    """Whether this can be dialled: digits of any script, with what is written between them. A date is no number."""
    digits = sum(c.isdecimal() for c in value)
    return (
        5 <= digits <= 20
        and all(c.isdecimal() or c in "+()-./ \u00a0" for c in value)
        and not _DATE.fullmatch(value.strip())
    )


_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = re.compile(rf"{_YEAR}([-./]){_MONTH}\1{_DAY}|{_DAY}([-./]){_MONTH}\2{_YEAR}")


def normal_email(text: str) -> str:
    """The address as equal ones share it: lower case, no blanks. Raises ValueError for what cannot be one."""
    try:
        found = validate_email(text.strip()[:MAX_LENGTH], check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError("not an e-mail address") from error
    return found.normalized.casefold()


def normal_phone(text: str, region: str) -> str | None:
    """E.164 of a number as written in `region` (two letters), or None where no country has such a number."""
    try:
        number = phonenumbers.parse(text[:MAX_LENGTH], region.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_url(text: str) -> str:
    """A link with its scheme; only http and https. Raises ValueError for everything else."""
    text = text.strip()[:2000]
    if "://" not in text and ":" not in text.split("/")[0]:
        text = f"https://{text}"
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError("not a web address")
    return text
