"""Texts from outside made harmless: what was typed, where to go after signing in, names of uploaded files, addresses. Pure."""

import re
import unicodedata
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

MAX_NAME = 120
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def clean(text: str) -> str:
    """Without what nobody can see: control characters, halves of characters, marks of direction, blanks around.

    Joiners stay: Persian words and some emoji need them.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in text if c in "\n\t\u200c\u200d" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"}
    ).strip()


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
    return re.split(r"[/\\]", shown)[-1].strip(" .")[:MAX_NAME]


def network(address: str | None) -> str:
    """What tries are counted by: one address of IPv4; of IPv6 the network, as everybody has billions of addresses there."""
    try:
        found = ip_address((address or "").split("%")[0])
    except ValueError:
        return ""
    if found.version == 6:
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)
