"""What cells say of consent: yes, no, or on which day. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from crmlite.contacts.consents import GIVEN, WITHDRAWN
from crmlite.extensions import utcnow
from crmlite.imports.reading.looks import read_date
from crmlite.imports.sources.source import folded
from crmlite.imports.targets import REFUSAL, Target

_YES = {
    "1", "x", "t", "y", "j", "s", "o", "true", "yes", "on", "ja", "wahr", "oui", "vrai", "si", "sim", "da", "да", "نعم",
}  # fmt: skip
_SUBSCRIBED = {
    "subscribed", "opted in", "opt in", "optin", "aangemeld", "ingeschreven", "angemeldet", "abonne", "inscrit", "suscrito",
    "iscritto", "tilmeldt", "подписан", "مشترك",
}  # fmt: skip
_NO = {
    "0", "f", "n", "false", "no", "off", "never", "nee", "nein", "falsch", "non", "faux", "nej", "нет", "لا",
    "not subscribed", "non subscribed", "none",
}  # fmt: skip
_OUT = {
    "unsubscribed", "opted out", "opt out", "optout", "withdrawn", "uitgeschreven", "afgemeld", "abgemeldet", "desabonne",
    "desinscrit", "dado de baja", "disiscritto", "afmeldt", "отписан", "ملغى الاشتراك",
}  # fmt: skip
_LENGTH = 120
"""Letters of what stood in the file that are kept as the way it was said."""


@dataclass(frozen=True)
class Said:
    """What somebody said about a purpose."""

    purpose_id: int
    action: str
    on: date | None
    how: str
    """Heading and cell."""

    @property
    def at(self) -> datetime:
        return datetime(self.on.year, self.on.month, self.on.day, 12, tzinfo=UTC) if self.on else utcnow()


@dataclass
class Answers:
    """What the columns of one row say together."""

    _given: dict[int, Said] = field(default_factory=dict)
    _refused: dict[int, Said] = field(default_factory=dict)
    _not: set[int] = field(default_factory=set)

    def add(self, target: Target, header: str, value: str, order: str) -> bool:
        """False for a cell that says neither yes nor no nor a day that was."""
        word, purpose_id, how = folded(value), int(target.label), f"{header}: {value}"
        is_refusal = target.field == REFUSAL
        day = read_date(value.split(" ")[0].split("T")[0], order)
        is_yes = word in _YES or (day is not None and day <= date.today())
        if word in _OUT or (is_refusal and is_yes):
            _put(self._refused, Said(purpose_id, WITHDRAWN, day, how))
        elif word in _NO or (is_refusal and word in _SUBSCRIBED):
            self._not |= set() if is_refusal else {purpose_id}
        elif word in _SUBSCRIBED or is_yes:
            _put(self._given, Said(purpose_id, GIVEN, day, how))
        else:
            return False
        return True

    def said(self) -> list[Said]:
        """Of each purpose one thing: who unsubscribed has, whatever they agreed to before."""
        given = {number: said for number, said in self._given.items() if number not in self._not}
        return list((given | self._refused).values())


def _put(known: dict[int, Said], said: Said) -> None:
    """With what another column says of the same: the day, most of the time."""
    before = known.get(said.purpose_id)
    on = said.on or before.on if before else said.on
    how = f"{before.how}, {said.how}" if before else said.how
    known[said.purpose_id] = Said(said.purpose_id, said.action, on, how[:_LENGTH])
