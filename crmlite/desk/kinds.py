"""What people get notices of, as data: what each says, and whether a mail goes with it unless somebody chooses otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

APP, MAIL, NONE = "app", "mail", "none"
WAYS = (
    (APP, _l("Here")),
    (MAIL, _l("Here and by mail")),
    (NONE, _l("Not at all")),
)


@dataclass(frozen=True)
class Kind:
    name: str
    label: Any
    icon: str
    sentence: Callable[[int, dict[str, Any]], str]
    """Given of how many records, and the words `actor` and `record`."""
    usual: str = APP
    own_mail: bool = False
    """Whether the module that it comes from writes the mail, which says more than ours would."""


def _assigned(count: int, words: dict[str, Any]) -> str:
    if count == 1:
        return _("%(actor)s handed %(record)s over to you", **words)
    return ngettext(
        "%(actor)s handed %(num)d record over to you", "%(actor)s handed %(num)d records over to you", count, **words
    )


def _joined(count: int, words: dict[str, Any]) -> str:
    if count == 1:
        return _("%(actor)s asks you to work on %(record)s", **words)
    return ngettext(
        "%(actor)s asks you to work on %(num)d record", "%(actor)s asks you to work on %(num)d records", count, **words
    )


def _plain(text: Any) -> Callable[[int, dict[str, Any]], str]:
    return lambda _count, words: str(text) % words


KINDS = {
    kind.name: kind
    for kind in (
        Kind("assigned", _l("Somebody hands a record over to me"), "arrows-exchange", _assigned),
        Kind("joined", _l("Somebody asks me to work on a record"), "users", _joined),
        Kind("new_lead", _l("A new lead is mine"), "target", _plain(_l("New lead: %(record)s")), MAIL, own_mail=True),
        Kind(
            "details",
            _l("A contact of mine corrects their own details"),
            "pencil",
            _plain(_l("A contact corrected their own details: %(record)s")),
        ),
        Kind(
            "quote_opened",
            _l("A customer opens a quote of mine for the first time"),
            "eye",
            _plain(_l("The customer opened %(record)s for the first time")),
        ),
        Kind(
            "quote_accepted",
            _l("A customer accepts a quote of mine"),
            "file-check",
            _plain(_l("The customer accepted %(record)s")),
            MAIL,
            own_mail=True,
        ),
        Kind(
            "quote_declined",
            _l("A customer declines a quote of mine"),
            "file-x",
            _plain(_l("The customer declined %(record)s")),
            MAIL,
            own_mail=True,
        ),
        Kind(
            "mail_failed",
            _l("A mail of mine does not arrive"),
            "mail-off",
            _plain(_l("Your mail was not delivered: %(record)s")),
        ),
        Kind(
            "mail_unknown",
            _l("Nobody knows whether a mail of mine arrived"),
            "mail-off",
            _plain(_l("Nobody knows whether your mail arrived: %(record)s")),
        ),
        Kind(
            "import_waits",
            _l("A long import of mine waits for me"),
            "upload",
            _plain(_l("Your import waits for you: %(record)s")),
        ),
        Kind(
            "import_done",
            _l("A long import of mine is through"),
            "upload",
            _plain(_l("Your import is through: %(record)s")),
        ),
        Kind(
            "bulk_done",
            _l("A long change of many records of mine has ended"),
            "pencil",
            _plain(_l("Your change of many records has ended; see what became of it")),
        ),
    )
}
