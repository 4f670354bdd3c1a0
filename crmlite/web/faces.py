"""What stands for a name where it has no picture: initials on a colour of its own."""

import hashlib
from functools import lru_cache
from typing import Any

HUES = ("blue", "teal", "purple", "orange", "pink", "green", "indigo", "red", "gray")


@lru_cache(maxsize=4096)
def initials(name: str | None) -> str:
    """Two letters for an avatar; one where letters join (Arabic) or stand for words (Chinese)."""
    words = [word for word in (name or "").split() if word[0].isalnum()]
    if not words:
        return "?"
    first = words[0][0].upper()
    if not first.isascii() and not ("\u00c0" <= first <= "\u04ff"):
        return first
    return first + words[-1][0].upper() if len(words) > 1 else first


def hue(value: Any) -> str:
    """One of eight colours, always the same for the same value; the ninth, gray, is for what says nothing."""
    return _hue(str(value))


@lru_cache(maxsize=4096)
def _hue(text: str) -> str:
    return HUES[int(hashlib.blake2b(text.encode(), digest_size=2).hexdigest(), 16) % 8]
