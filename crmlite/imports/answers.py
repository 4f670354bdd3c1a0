"""What cells say of consent: yes, no, or on which day. Pure."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time

from crmlite.contacts.consents import GIVEN, MAX_HOW, WITHDRAWN
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
NO = "no"
"""What somebody said who is not asked, or does not want to: no consent, and as such nothing to record."""
_HEADING, _CELL = 80, 60
"""Letters of a heading and a cell that are kept as the way it was said."""


@dataclass(frozen=True)
class Said:
    """What somebody said about a purpose: GIVEN, WITHDRAWN or NO."""

    purpose_id: int
    action: str
    on: date | None
    how: str
    """Heading and cell."""

    @property
    def at(self) -> datetime:
        """Of a day the beginning, or the end where they withdrew: of two words of one day the cautious one holds."""
        now = utcnow()
        if self.on is None:
            return now
        hour = time.max if self.action == WITHDRAWN else time.min
        return min(datetime.combine(self.on, hour, UTC), now)


@dataclass
class Answers:
    """What the columns of one row say together."""

    _said: dict[str, dict[int, Said]] = field(default_factory=dict)
    """By action and purpose."""
    _doubtful: set[int] = field(default_factory=set)
    """Purposes that they may have unsubscribed from: nobody knows what that cell says."""

    def add(self, target: Target, header: str, value: str, order: str) -> bool:
        """False for a cell that says neither yes nor no nor a day that was."""
        purpose_id, day = int(target.label), _day(value, order)
        action = _action(folded(value), day is not None, target.field == REFUSAL)
        if action:
            self._put(Said(purpose_id, action, day, f"{header[:_HEADING]}: {value[:_CELL]}"))
        elif action is None and target.field == REFUSAL:
            self._doubtful.add(purpose_id)
        return action is not None

    def said(self) -> list[Said]:
        """Of each purpose one thing: who unsubscribed has, whatever they agreed to before."""
        given = {number: said for number, said in self._said.get(GIVEN, {}).items() if number not in self._doubtful}
        return list((given | self._said.get(NO, {}) | self._said.get(WITHDRAWN, {})).values())

    def _put(self, said: Said) -> None:
        """With what another column says of the same: the day, most of the time; of two the cautious one."""
        known = self._said.setdefault(said.action, {})
        before = known.get(said.purpose_id)
        if before is not None:
            days = [day for day in (before.on, said.on) if day]
            on = (max if said.action == WITHDRAWN else min)(days, default=None)
            said = replace(said, on=on, how=f"{before.how}, {said.how}"[:MAX_HOW])
        known[said.purpose_id] = said


def _action(word: str, is_day: bool, is_refusal: bool) -> str | None:
    """Empty for a word that says nothing; None for one that nobody understands."""
    is_yes = is_day or word in _YES
    if word in _OUT or (is_refusal and is_yes):
        return WITHDRAWN
    if word in _NO or (is_refusal and word in _SUBSCRIBED):
        return "" if is_refusal else NO
    return GIVEN if is_yes or word in _SUBSCRIBED else None


def _day(value: str, order: str) -> date | None:
    """The day that it begins with, if that was already; written in another order than the rest where it is none in that."""
    text = value.split(" ")[0].split("T")[0].removesuffix("Z")
    days = (read_date(text, one) for one in (order, "dmy", "mdy"))
    return next((day for day in days if day and day <= date.today()), None)
