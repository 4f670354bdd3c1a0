"""XML of WebDAV, read and written. What is read comes from outside: no entities, no document types, and not too deep."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

DAV, CARDDAV, SERVER = "DAV:", "urn:ietf:params:xml:ns:carddav", "http://calendarserver.org/ns/"
_PREFIXES = {DAV: "D", CARDDAV: "C", SERVER: "S"}
LARGEST = 1_000_000
"""Bytes of a request; an address book of 10,000 cards is asked for by name in less."""
DEEPEST = 40


class Malformed(ValueError):
    """It is no XML, or holds what has no place in a request."""


@dataclass
class Element:
    name: str
    """{namespace}name."""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def find(self, name: str) -> "Element | None":
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]


def read(body: bytes) -> Element:
    """Raises Malformed."""
    parser = expat.ParserCreate(namespace_separator=" ")
    stack: list[Element] = [Element("")]

    def begin(name: str, attributes: dict[str, str]) -> None:
        element = Element(_clark(name), attributes)
        stack[-1].children.append(element)
        stack.append(element)
        if len(stack) > DEEPEST:
            raise Malformed("too deep")

    def end(_name: str) -> None:
        stack.pop()

    def text(data: str) -> None:
        stack[-1].text += data

    def refuse(*_args: object) -> int:
        raise Malformed("a document type")

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Malformed(str(error)) from error
    return stack[0].children[0]


def _clark(name: str) -> str:
    namespace, _blank, local = name.rpartition(" ")
    return f"{{{namespace}}}{local}"


def dav(name: str) -> str:
    return f"{{{DAV}}}{name}"


def carddav(name: str) -> str:
    return f"{{{CARDDAV}}}{name}"


def server(name: str) -> str:
    return f"{{{SERVER}}}{name}"


HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_SPACES = " ".join(f"xmlns:{prefix}={quoteattr(space)}" for space, prefix in _PREFIXES.items())
OPEN = f"{HEAD}<D:multistatus {_SPACES}>\n"
CLOSE = "</D:multistatus>\n"


def tag(name: str, *inside: str) -> str:
    """An element with what is XML already; of a name that somebody else made up, with its own namespace."""
    namespace, _brace, local = name.removeprefix("{").rpartition("}")
    prefix = _PREFIXES.get(namespace)
    shown, space = (f"{prefix}:{local}", "") if prefix else (local, f" xmlns={quoteattr(namespace)}")
    return f"<{shown}{space}>{''.join(inside)}</{shown}>" if inside else f"<{shown}{space}/>"


def said(text: str) -> str:
    return escape(text)


def href(path: str) -> str:
    return tag(dav("href"), said(path))


def status(path: str, code: str) -> str:
    """One resource that there is nothing to say of but that."""
    return tag(dav("response"), href(path), tag(dav("status"), f"HTTP/1.1 {code}")) + "\n"


def response(path: str, found: Iterable[str], missing: Iterable[str]) -> str:
    """One resource with the properties that were found, as XML, and the names of those that it has not."""
    parts = [href(path)]
    for inside, code in (("".join(found), "200 OK"), ("".join(map(tag, missing)), "404 Not Found")):
        if inside:
            parts.append(tag(dav("propstat"), tag(dav("prop"), inside), tag(dav("status"), f"HTTP/1.1 {code}")))
    if len(parts) == 1:
        parts.append(tag(dav("propstat"), tag(dav("prop")), tag(dav("status"), "HTTP/1.1 200 OK")))
    return tag(dav("response"), *parts) + "\n"


def error(condition: str) -> str:
    return f"{HEAD}<D:error {_SPACES}>{tag(condition)}</D:error>\n"
