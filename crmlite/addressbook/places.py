"""The resources of CardDAV (RFC 6352) with their properties: a root, its user, their books, the one book, its cards."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from flask_babel import gettext as _

from crmlite.addressbook import book, changes, vcards, xml
from crmlite.addressbook.book import Key
from crmlite.addressbook.vcards import Card, Version
from crmlite.addressbook.xml import carddav, dav, server, tag
from crmlite.auth.models import Organisation, Viewer

ROOT = "/addressbook/dav/"
USER = f"{ROOT}me/"
HOME = f"{USER}books/"
BOOK = f"{HOME}contacts/"
CONTENT_TYPE = "text/vcard; charset=utf-8"
_COLLECTIONS = {ROOT: "root", USER: "user", HOME: "home", BOOK: "book"}
_BELOW = {ROOT: (USER,), USER: (HOME,), HOME: (BOOK,), BOOK: ()}
LARGEST_CARD = 1_000_000
_REPORTS = ("addressbook-query", "addressbook-multiget")


@dataclass(frozen=True)
class Asked:
    """Which properties somebody wants: None are all of them. `version` of the cards."""

    names: tuple[str, ...] | None
    only_names: bool = False
    version: Version = "3.0"


def collection(path: str) -> str | None:
    """The address of the collection that `path` means; None for what is none."""
    found = path if path.endswith("/") else f"{path}/"
    return found if found in _COLLECTIONS else None


def card_of(path: str) -> Key | None:
    """Which card an address means, as clients write them: with a host, with signs escaped."""
    plain = ""
    with suppress(ValueError):  # of no address at all
        plain = unquote(urlsplit(path.strip()).path)
    return book.key_of(plain.removeprefix(BOOK)) if plain.startswith(BOOK) else None


def below(path: str) -> tuple[str, ...]:
    return _BELOW[path]


def address(key: Key) -> str:
    return BOOK + book.file_name(key)


def of_collection(path: str, asked: Asked, user: Viewer, locale: str) -> str:
    """The answer about one collection."""
    return _response(path, asked, _collection_properties(path, user, locale))


def of_cards(wanted: Iterable[tuple[Key, Card]], asked: Asked) -> Iterator[str]:
    for key, card in wanted:
        yield _response(address(key), asked, _card_properties(card, asked))


Making = dict[str, Callable[[], str]]


def _response(path: str, asked: Asked, known: Making) -> str:
    names = asked.names if asked.names is not None else [name for name in known if name != carddav("address-data")]
    if asked.only_names:
        return xml.response(path, [tag(name) for name in names], ())
    found = [tag(name, known[name]()) for name in names if name in known]
    return xml.response(path, found, [name for name in names if name not in known])


def _collection_properties(path: str, user: Viewer, locale: str) -> Making:
    kind = _COLLECTIONS[path]
    types = tag(dav("collection"))
    types += {"user": tag(dav("principal")), "book": tag(carddav("addressbook"))}.get(kind, "")
    found: Making = {
        dav("resourcetype"): lambda: types,
        dav("displayname"): lambda: xml.said(_name(kind, user)),
        dav("current-user-principal"): lambda: xml.href(USER),
        dav("owner"): lambda: xml.href(USER),
        dav("current-user-privilege-set"): lambda: _reading(),
        dav("supported-report-set"): lambda: _reports(kind == "book"),
    }
    if kind == "user":
        found[dav("principal-URL")] = lambda: xml.href(USER)
        found[carddav("addressbook-home-set")] = lambda: xml.href(HOME)
    if kind == "book":
        found |= {
            dav("sync-token"): lambda: xml.said(changes.token(user, locale)),
            server("getctag"): lambda: xml.said(changes.token(user, locale)),
            carddav("addressbook-description"): lambda: xml.said(
                _("The people and companies that you may see; to read only.")
            ),
            carddav("max-resource-size"): lambda: str(LARGEST_CARD),
            carddav("supported-address-data"): lambda: (
                '<C:address-data-type content-type="text/vcard" version="3.0"/>'
                '<C:address-data-type content-type="text/vcard" version="4.0"/>'
            ),
        }
    return found


def _name(kind: str, user: Viewer) -> str:
    return user.name if kind == "user" else Organisation.get().name or "crmlite"


def _reading() -> str:
    names = ("read", "read-current-user-privilege-set")
    return "".join(tag(dav("privilege"), tag(dav(name))) for name in names)


def _reports(is_book: bool) -> str:
    names = [*map(carddav, _REPORTS), dav("sync-collection")] if is_book else []
    return "".join(tag(dav("supported-report"), tag(dav("report"), tag(name))) for name in names)


def _card_properties(card: Card, asked: Asked) -> Making:
    return {
        dav("resourcetype"): lambda: "",
        dav("displayname"): lambda: xml.said(vcards.seen(card.name)),
        dav("getetag"): lambda: xml.said(f'"{book.etag(card)}"'),
        dav("getcontenttype"): lambda: CONTENT_TYPE,
        dav("getcontentlength"): lambda: str(len(vcards.write(card, "3.0").encode())),
        dav("current-user-privilege-set"): lambda: _reading(),
        carddav("address-data"): lambda: xml.said(vcards.write(card, asked.version)),
    }
