"""Texts from outside made harmless: what was typed, where to go after signing in, names of uploaded files, addresses. Pure."""

import re
import unicodedata
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

MAX_NAME = 120
MAX_ENDING = 12
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def clean(text: str) -> str:
    """Without what nobody can see: control characters, halves of characters, marks of direction, blanks around.

    Joiners stay, as Persian words and some emoji need them, but a text of nothing that can be seen is empty.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c in "\n\t\u200c\u200d" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return text.strip() if any(map(_is_visible, text)) else ""


def _is_visible(char: str) -> bool:
    return char not in _BLANK and unicodedata.category(char) not in _UNSEEN


_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that are drawn as nothing: fillers of Hangul, the braille cell without a dot."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"})


def local_path(text: str | None) -> str | None:
    """`text` where it is a path of this site, else None: nobody is sent elsewhere after signing in."""
    if not text or len(text) > 2000 or not text.startswith("/") or text.startswith("//") or _UNSAFE.search(text):
        return None
    url = urlsplit(text)
    return text if not url.scheme and not url.netloc else None


def display_name(text: str) -> str:
    """The name of an uploaded file as it may be shown: no folders, no invisible or direction-changing characters."""
    text = unicodedata.normalize("NFKC", text[:4096])
    shown = "".join(char for char in text if unicodedata.category(char)[0] != "C")
    name = re.split(r"[/\\]", shown)[-1].strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name) > MAX_NAME and dot and len(ending) <= MAX_ENDING:  # what it can be opened with stays
        return f"{stem[: MAX_NAME - len(ending) - 1].rstrip(' .')}.{ending}"
    return name[:MAX_NAME]


def network(address: str | None) -> str:
    """What tries are counted by: one address of IPv4; of IPv6 the network, as everybody has billions of addresses there."""
    try:
        found = ip_address((address or "").split("%")[0])
    except ValueError:
        return ""
    if found.version == 6:
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)


def csv_cell(text: str) -> str:
    """A text as it may stand in a CSV file: a spreadsheet that opens it takes nothing for a formula.

    What looks like the beginning of one, also behind blanks, invisible characters and in full width, gets an apostrophe before it;
    taking one apostrophe away in front of such a text restores it.
    """
    for char in text:
        if unicodedata.category(char) in _UNSEEN or char.isspace() or char in _BLANK:
            continue
        return "'" + text if unicodedata.normalize("NFKC", char)[0] in "=+-@|%'" or char in _MINUS else text
    return text


def without_apostrophe(text: str) -> str:
    """A text that csv_cell() may have made, as it was before; any other as it is."""
    return text[1:] if text.startswith("'") and csv_cell(text[1:]) == text else text


_MINUS = frozenset("\u2212\ufe63\uff0d")
"""Signs that some spreadsheets read as a minus."""
