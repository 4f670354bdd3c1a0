"""Links that stand in the mail itself and nowhere else: in no row, and so on no page, in no backup and in no export.

Whoever may look at the outbox must not find there what opens somebody's account. In the row such a link ends with `…`; what belongs
there is found when the mail is sent, and a mail whose link works no more is not sent at all.
"""

from collections.abc import Callable

from crmlite.mail.models import Message

HIDDEN = "…"

Finder = Callable[[Message], str | None]
_finders: dict[str, Finder] = {}


def hides(purpose: str) -> Callable[[Finder], Finder]:
    """Registers what says how the link of a mail with that purpose ends: None where it works no more. Only asks the database."""

    def register(finder: Finder) -> Finder:
        _finders[purpose] = finder
        return finder

    return register


def find(message: Message) -> bool:
    """Gives the mail what it needs to be sent; False where it must not be sent any more."""
    finder = _finders.get(message.purpose)
    if finder is None:
        return True
    message.hidden = finder(message) or ""
    return bool(message.hidden)


def shown(message: Message, text: str) -> str:
    """The text as it is sent."""
    return text.replace(f"/{HIDDEN}", f"/{message.hidden}") if message.hidden else text
