"""vCards of a list, all in one file."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from crmlite.addressbook import book, vcards
from crmlite.addressbook.vcards import Version
from crmlite.records.exporting import Format, Selection
from crmlite.web import locale

KINDS = frozenset(book.KINDS)


def _written(chosen: Selection, version: Version) -> Iterator[str]:
    wanted = ((chosen.kind.name, number) for number in chosen.ids)
    for _key, card in book.cards(wanted, chosen.user, str(locale())):
        yield vcards.write(card, version)


VCARD_4 = Format(
    "vcard4",
    _l("Address cards (vCard 4.0)"),
    "vcf",
    "text/vcard; charset=utf-8",
    lambda chosen: _written(chosen, "4.0"),
    KINDS,
)
VCARD_3 = Format(
    "vcard3", _l("Address cards for older phones (vCard 3.0)"), "vcf", "text/vcard; charset=utf-8",
    lambda chosen: _written(chosen, "3.0"), KINDS,
)  # fmt: skip
