"""What a program's export looks like, as data."""

import re
import unicodedata
from dataclasses import dataclass, field


def folded(header: str) -> str:
    """Headings that differ in case, marks and punctuation only are the same."""
    plain = unicodedata.normalize("NFKD", header.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w]+|_", " ", plain).split())


@dataclass(frozen=True)
class Source:
    """A program whose exports are known by their headings."""

    name: str
    label: str
    known_by: tuple[tuple[str, ...], ...]
    """Sets of headings: a file that has all of one is from there."""
    columns: dict[str, str]
    """Heading to target (targets.py); "-" for what only that program understands."""
    numbered: tuple[tuple[str, str], ...] = ()
    """Patterns of headings with a number in them, and the target with {n}."""
    _columns: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _known_by: list[frozenset[str]] = field(init=False, repr=False, default_factory=list)

    def __post_init__(self) -> None:
        self._columns.update({folded(header): target for header, target in self.columns.items()})
        self._known_by.extend(frozenset(map(folded, headers)) for headers in self.known_by)

    def fits(self, headers: set[str]) -> int:
        """How many headings say so; 0 where it is not from there."""
        fitting = [known for known in self._known_by if known <= headers]
        return max(map(len, fitting), default=0) and 10 + sum(header in self._columns for header in headers)

    def target(self, header: str) -> str | None:
        if header in self.columns:
            return self.columns[header]
        plain = folded(header)
        if plain in self._columns:
            return self._columns[plain]
        for pattern, target in self.numbered:
            if found := re.fullmatch(pattern, plain):
                return target.format(n=found[1])
        return None
