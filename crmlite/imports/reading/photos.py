"""Pictures on vCards: base64 of 2.1 and 3.0, `data:` addresses of 4.0. Nothing is fetched, and nothing decoded but base64. Pure.

Whether the bytes are a picture is found out by who makes it anew; here it is only whether there are any, and not too many.
"""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from crmlite.imports.reading.limits import PICTURE

UNREADABLE, TOO_LARGE = "picture_unreadable", "picture_too_large"
"""Why one is left out; wording.py has the sentences."""
LEFT_OUT = "x-left-out:"
"""What stands for the value of one that was too large to be kept while the card was read."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,30}:", re.IGNORECASE)
_LONGEST_ADDRESS = 2000

_BEGINS = re.compile(r"(?:[\w-]{1,80}\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)
_ONLY_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}\s*")


def begins(line: str) -> bool:
    """Whether bytes may follow, of which a card can have many."""
    return bool(_BEGINS.match(line))


def goes_on(line: str) -> bool:
    """Whether a line belongs to the bytes of the one above: of vCard 2.1 not every program folds as it should."""
    return line[:1] in (" ", "\t") or bool(_ONLY_BASE64.fullmatch(line))


def read(value: str, kinds: set[str]) -> tuple[bytes | None, str]:
    """Its bytes, and where there are none a text: why not, or the address at which it is, which has a colon in it.

    `kinds`: what VALUE= says, in capitals.
    """
    value = value.strip()
    if value == LEFT_OUT:
        return None, TOO_LARGE
    if value[:5].lower() == "data:":
        head, comma, data = value[5:].replace("\\", "").partition(",")
        if not comma or not head.lower().endswith(";base64"):
            return None, UNREADABLE
        value = unquote_to_bytes(data).decode("ascii", "replace") if "%" in data else data
    elif _ADDRESS.match(value) or kinds & {"URI", "URL", "CONTENT-ID", "CID"}:
        return None, _as_address(value)
    text = re.sub(r"\s", "", value).rstrip("=")
    try:
        data_ = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None, UNREADABLE
    if not data_:
        return None, ""
    return (data_, "") if len(data_) <= PICTURE else (None, TOO_LARGE)


def _as_address(value: str) -> str:
    if len(value) > _LONGEST_ADDRESS:
        return UNREADABLE
    return value if ":" in value else f"uri:{value}"
