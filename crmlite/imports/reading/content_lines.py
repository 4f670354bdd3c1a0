"""The content lines of vCards (RFC 6350, 3.2 and 3.3; vCard 2.1 as it is met): unfolded, cut into name, parameters and value. Pure."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crmlite.imports.reading import photos

_STRUCTURED = frozenset({"N", "ORG", "ADR"})
_BARE_ENCODINGS = {"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"}


@dataclass
class Line:
    """One property: `item1.TEL;TYPE=home,cell:+31 6 ...`."""

    group: str
    name: str
    params: dict[str, list[str]] = field(default_factory=dict)
    value: str = ""
    picture: bytes | None = None

    @property
    def types(self) -> list[str]:
        return [word.strip().lower() for word in self.params.get("TYPE", [])]


def unfolded(lines: list[str]) -> Iterator[str]:
    """A line that begins with a blank goes on the one before; so does, in quoted-printable, the one after a `=` at the end."""
    whole: list[str] = []
    quoted = False
    for line in lines:
        if whole and quoted and whole[-1].endswith("="):
            whole[-1] = whole[-1][:-1]
            whole.append(line)
        elif whole and line[:1] in (" ", "\t"):
            whole.append(line[1:])
        else:
            if whole:
                yield "".join(whole)
            whole = [line]
            quoted = bool(re.match(r"[^:]{0,300}QUOTED-PRINTABLE", line, re.IGNORECASE))
    if whole:
        yield "".join(whole)


def read(text: str, encoding: str) -> Line | None:
    """None for what is no property: a blank line, a piece of something broken."""
    if not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text):
        text = _of_bytes(text, encoding)
    head, value = _halves(text)
    if value is None:
        return None
    name, *rest = _cut(head, ";")
    group, _dot, name = name.strip().rpartition(".")
    if not re.fullmatch(r"[A-Za-z0-9-]{1,80}", name):
        return None
    line = Line(group.lower(), name.upper())
    for param in rest:
        key, equals, given = param.partition("=")
        key = key.strip().upper()
        if not equals:  # vCard 2.1 leaves TYPE= and ENCODING= out
            key, given = ("ENCODING" if key in _BARE_ENCODINGS else "TYPE"), param
        line.params.setdefault(key, []).extend(part.strip().strip('"') for part in given.strip('"').split(","))
    if line.name == "PHOTO":
        line.picture, line.value = photos.read(value, {word.upper() for word in line.params.get("VALUE", ())})
    else:
        line.value = "" if line.name in {"LOGO", "SOUND", "KEY"} else _decoded(line, value)
    return line


def _of_bytes(text: str, encoding: str) -> str:
    """Letters that a fold had cut in two, or that are written in an encoding of this line alone."""
    data = text.encode(encoding, "surrogateescape")
    told = re.match(r"[^:]{0,300}CHARSET=\"?([\w-]{1,40})", text, re.IGNORECASE)
    for name in (encoding, told[1] if told else encoding):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode(encoding, "surrogateescape")


def _halves(text: str) -> tuple[str, str | None]:
    """What is before the first colon outside of quotation marks, and what is after it."""
    quoted = False
    for place, char in enumerate(text[:4000]):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            return text[:place], text[place + 1 :]
    return text, None


def _decoded(line: Line, value: str) -> str:
    encoding = (line.params.get("ENCODING") or [""])[0].upper()
    if encoding == "QUOTED-PRINTABLE":
        if line.name in _STRUCTURED:  # an encoded semicolon is no separator
            value = re.sub("=3B", "=5C=3B", value, flags=re.IGNORECASE)
        data = quopri.decodestring(value.encode("utf-8", "surrogateescape"))
    elif encoding in {"BASE64", "B"}:
        try:
            data = base64.b64decode(re.sub(r"\s", "", value))
        except (binascii.Error, ValueError):
            return ""
    else:
        return value
    try:
        return data.decode((line.params.get("CHARSET") or ["utf-8"])[0], "replace").replace("\r\n", "\n")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def _cut(text: str, by: str) -> list[str]:
    """Cut at `by`, except within quotation marks."""
    parts, quoted = [""], False
    for char in text:
        if char == '"':
            quoted = not quoted
        if char == by and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def pieces(value: str, by: str = " ") -> list[str]:
    """The parts of a structured value, which semicolons separate; several values of a part are joined."""
    return [by.join(map(unescaped, apart(part, ","))).strip() for part in apart(value, ";")]


def apart(value: str, sign: str) -> list[str]:
    """Cut at a sign that no backslash stands before; two backslashes are a backslash that is meant."""
    parts = [""]
    for piece in re.findall(r"\\.|\\|[^\\]", value, re.DOTALL):
        if piece == sign:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)
