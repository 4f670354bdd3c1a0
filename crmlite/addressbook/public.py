"""/addressbook/dav/: CardDAV, to read only, for phones and mail programs. Whoever asks says who they are with each request."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from flask import Blueprint, Response, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh

from crmlite.addressbook import book, changes, knocking, places, queries, vcards, xml
from crmlite.addressbook.book import Key
from crmlite.addressbook.places import BOOK, ROOT, Asked
from crmlite.addressbook.vcards import Version
from crmlite.addressbook.xml import Element, Malformed, carddav, dav
from crmlite.auth.models import Viewer
from crmlite.records import written
from crmlite.web import headers, locale, public

bp = Blueprint("addressbook_dav", __name__)
METHODS = ("GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "PUT", "DELETE", "PROPPATCH")
MOST_ASKED = 10_000
"""Cards that may be asked for by name in one request."""
MOST_NAMES = 100
"""Properties that may be asked for of each: what is not there is told of every card."""
_SPOKEN = {"DAV": "1, 3, access-control, addressbook, sync-collection", "Allow": ", ".join(METHODS[:5])}
Answer = Callable[[Viewer, str, str], Response]


@bp.route("/.well-known/carddav", methods=["GET", "PROPFIND"])
@public
@headers("file")
def well_known() -> ResponseReturnValue:
    """Where devices look first when all they are told is the server's name (RFC 6764)."""
    return redirect(ROOT, 301)


@bp.route(ROOT, methods=METHODS, provide_automatic_options=False)
@bp.route(f"{ROOT}<path:where>", methods=METHODS, provide_automatic_options=False)
@public
@headers("file")
def talk(where: str = "") -> Response:
    """Says who asks, and lets that method answer."""
    g.user = None  # a browser's cookie is not asked here
    if request.method == "OPTIONS":
        return _spoken(Response("", 200))
    who = knocking.caller()
    if isinstance(who, Response):
        return _spoken(who)
    g.user = who.viewer
    refresh()
    try:
        answer = _ANSWERS[request.method](who.viewer, ROOT + where, str(locale()))
    except Malformed:
        answer = _plain(400)
    except queries.Unsupported as missing:
        answer = _error(403, str(missing))
    if answer.status_code < 400 and request.method in {"PROPFIND", "REPORT"}:
        knocking.note_use(who)
    return _spoken(answer)


def _spoken(answer: Response) -> Response:
    answer.headers.update(_SPOKEN)
    return answer


# --- GET --------------------------------------------------------------------------------------------------------------


def _get(user: Viewer, path: str, locale: str) -> Response:
    key = places.card_of(path)
    found = next((card for _key, card in book.cards([key], user, locale)), None) if key else None
    if found is None:
        return _plain(405 if places.collection(path) else 404)
    accepts = request.accept_mimetypes
    version: Version = "4.0" if any(value.replace(" ", "").endswith("version=4.0") for value, _q in accepts) else "3.0"
    answer = Response(vcards.write(found, version), content_type=places.CONTENT_TYPE)
    answer.set_etag(book.etag(found))
    answer.make_conditional(request)
    return answer


# --- PROPFIND ---------------------------------------------------------------------------------------------------------


def _propfind(user: Viewer, path: str, locale: str) -> Response:
    asked = _asked_by(_body())
    depth = request.headers.get("Depth", "infinity").strip().lower()
    if (at := places.collection(path)) is None:
        key = places.card_of(path)
        found = list(book.cards([key], user, locale)) if key else []
        return _multistatus(places.of_cards(found, asked)) if found else _plain(404)
    if depth not in {"0", "1"} and at != BOOK:
        return _error(403, dav("propfind-finite-depth"))

    def told() -> Iterator[str]:
        yield places.of_collection(at, asked, user, locale)
        if depth != "0":
            for inner in places.below(at):
                yield places.of_collection(inner, asked, user, locale)
            if at == BOOK:
                yield from places.of_cards(book.cards(book.keys(user), user, locale), asked)

    return _multistatus(told())


def _asked_by(body: Element | None) -> Asked:
    """What a propfind or a report asks to know of each resource; nothing said is everything."""
    if body is None or body.find(dav("allprop")) is not None:
        return Asked(None)
    if body.find(dav("propname")) is not None:
        return Asked(None, only_names=True)
    prop = body.find(dav("prop"))
    if prop is None or len(prop.children) > MOST_NAMES:
        raise Malformed("no prop, or too many")
    data = prop.find(carddav("address-data"))
    version = data.attributes.get("version", "3.0") if data is not None else "3.0"
    if version not in {"3.0", "4.0"} or (data is not None and _type(data) not in {"text/vcard", "text/x-vcard"}):
        raise queries.Unsupported(carddav("supported-address-data"))
    return Asked(
        tuple(dict.fromkeys(child.name for child in prop.children)), version="4.0" if version == "4.0" else "3.0"
    )


def _type(data: Element) -> str:
    return data.attributes.get("content-type", "text/vcard").partition(";")[0].strip().lower()


# --- REPORT -----------------------------------------------------------------------------------------------------------


def _report(user: Viewer, path: str, locale: str) -> Response:
    body = _body()
    if body is None:
        raise Malformed("no report")
    if (at := places.collection(path)) is None:
        return _plain(404)
    report = _REPORTS.get(body.name)
    if report is None or at != BOOK:
        return _error(403, dav("supported-report"))
    return report(body, user, locale)


def _multiget(body: Element, user: Viewer, locale: str) -> Response:
    """Cards by their addresses, in their order; which of them there is nobody else's business."""
    asked, paths = _asked_by(body), [element.text.strip() for element in body.all(dav("href"))]
    if len(paths) > MOST_ASKED:
        return _error(507, dav("number-of-matches-within-limits"))

    def told() -> Iterator[str]:
        for some in book.batches(paths, book.BATCH):
            wanted = {path: key for path in some if (key := places.card_of(path))}
            found = dict(book.cards(wanted.values(), user, locale))
            for path in some:
                key = wanted.get(path)
                if key in found:
                    yield from places.of_cards([(key, found[key])], asked)
                else:
                    yield xml.status(path, "404 Not Found")

    return _multistatus(told())


def _query(body: Element, user: Viewer, locale: str) -> Response:
    asked, meant = _asked_by(body), queries.reading(body)
    most = _limit(body, carddav)

    def told() -> Iterator[str]:
        left = most
        for key, card in book.cards(book.keys(user), user, locale):
            if meant(card):
                if left == 0:
                    yield xml.status(BOOK, "507 Insufficient Storage")
                    return
                left = left - 1 if left is not None else None
                yield from places.of_cards([(key, card)], asked)

    return _multistatus(told())


def _sync(body: Element, user: Viewer, locale: str) -> Response:
    """What is new since the token, or everything where there is none yet (RFC 6578)."""
    asked, known = _asked_by(body), body.find(dav("sync-token"))
    token = changes.token(user, locale)
    gone: list[Key] = []
    wanted: Iterable[Key] = book.keys(user)
    if known is not None and known.text.strip():
        found = changes.since(known.text.strip(), user, locale)
        if found is None:
            return _error(403, dav("valid-sync-token"))
        wanted, gone = found.changed, found.gone
        most = _limit(body, dav)
        if most is not None and len(found.changed) + len(gone) > most:
            return _error(507, dav("number-of-matches-within-limits"))

    def told() -> Iterator[str]:
        yield from places.of_cards(book.cards(wanted, user, locale), asked)
        for key in gone:
            yield xml.status(places.address(key), "404 Not Found")
        yield xml.tag(dav("sync-token"), xml.said(token)) + "\n"

    return _multistatus(told())


def _limit(body: Element, space: Callable[[str], str]) -> int | None:
    limit = body.find(space("limit"))
    number = limit.find(space("nresults")) if limit is not None else None
    text = number.text.strip() if number is not None else ""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else None


_REPORTS: dict[str, Callable[[Element, Viewer, str], Response]] = {
    carddav("addressbook-multiget"): _multiget,
    carddav("addressbook-query"): _query,
    dav("sync-collection"): _sync,
}


# --- what is not done -------------------------------------------------------------------------------------------------


def _refuse(_user: Viewer, _path: str, _locale: str) -> Response:
    """To read only; a client that is told so keeps what it has and asks no more."""
    return _error(403, dav("need-privileges"))


_ANSWERS: dict[str, Answer] = {
    "GET": _get,
    "HEAD": _get,
    "PROPFIND": _propfind,
    "REPORT": _report,
    "PUT": _refuse,
    "DELETE": _refuse,
    "PROPPATCH": _refuse,
}


# --- requests and answers ---------------------------------------------------------------------------------------------


def _body() -> Element | None:
    """What was sent, of at most xml.LARGEST bytes. Raises Malformed."""
    request.max_content_length = xml.LARGEST
    data = request.get_data(cache=False)
    return xml.read(data) if data.strip() else None


def _multistatus(parts: Iterable[str]) -> Response:
    return written.answer(chain((xml.OPEN,), parts, (xml.CLOSE,)), 207, "application/xml; charset=utf-8")


def _error(code: int, condition: str) -> Response:
    return Response(xml.error(condition), code, content_type="application/xml; charset=utf-8")


def _plain(code: int) -> Response:
    """A sentence for whoever looks with a browser."""
    said = {
        400: _("That is no request for an address book."),
        404: _("There is nothing here, or nothing that you may see."),
        405: _("That address does not take this kind of request."),
    }
    return Response(f"{said[code]}\n", code, content_type="text/plain; charset=utf-8")
