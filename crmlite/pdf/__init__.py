"""PDF from HTML: render() asks the renderer, a process of its own; whoever asks never loads WeasyPrint."""

import logging
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from crmlite.extensions import current_session, db
from crmlite.pdf import wire

__all__ = ["PICTURE_AT_MOST", "Failed", "Photo", "is_running", "photo", "picture", "render"]

log = logging.getLogger(__name__)

PICTURE_AT_MOST = wire.FILES_AT_MOST
"""Bytes."""
_ANSWER_WITHIN = 60.0
"""A document takes 20 seconds at most, and two or three may be before it."""
_ANSWER_AT_MOST = 100_000_000
_START_WITHIN = 2.0
"""`serve` starts a renderer that ended again within a second."""


class Failed(Exception):
    """There is no PDF, or no picture. `str()` is a sentence for the user, `reason` a word for programs (see _sentence)."""

    def __init__(self, reason: str, of_picture: bool = False) -> None:
        super().__init__((of_picture and _sentence_of_picture(reason)) or _sentence(reason))
        self.reason = reason


@dataclass(frozen=True)
class Photo:
    """A picture that was made anew, with a small one of it, which is a WebP."""

    data: bytes
    mime: str
    width: int
    height: int
    thumbnail: bytes


def render(html: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of this HTML: tagged PDF/A-3, all fonts embedded. `crmlite:<name>` in it is one of `files`; no other URL is read.

    Takes a tenth of a second for a page, 60 seconds at the worst, so it refuses to run in a transaction that writes: commit
    first, or call extensions.reading(). Fonts are those of the machine; papers.compose() makes HTML and files that fit.
    Raises Failed.
    """
    files = files or {}
    for name in files:
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
            raise ValueError(f"{name!r} cannot be the name of a file in a document")
    text = html.encode()
    if len(text) > wire.HTML_AT_MOST or sum(map(len, files.values())) > wire.FILES_AT_MOST:
        raise Failed("too_large")
    header, parts = _ask({"what": "document", "names": list(files)}, text, *files.values())
    if header["refused"]:
        log.warning("pdf.refused %s", header["refused"])
    return parts[0]


def picture(data: bytes) -> bytes:
    """A PNG that shows the same, made anew from its pixels, so that nothing else that was in the file is kept. Raises Failed.

    Done by the renderer too, with its limits: a picture from outside may be made to break or to fill what decodes it.
    """
    return _ask_for_picture("picture", data)[1][0]


def photo(data: bytes) -> Photo:
    """picture() in the size it has, for who wants to see it whole. Raises Failed."""
    header, (whole, thumbnail) = _ask_for_picture("photo", data)
    return Photo(whole, header["mime"], header["width"], header["height"], thumbnail)


def is_running() -> bool:
    """Whether a renderer listens. Costs it nothing."""
    try:
        with _connect():
            return True
    except OSError:
        return False


def _ask_for_picture(what: str, data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    if len(data) > wire.FILES_AT_MOST:
        raise Failed("too_many_pixels", of_picture=True)
    try:
        return _ask({"what": what}, data)
    except Failed as failure:
        raise Failed(failure.reason, of_picture=True) from failure


def _ask(header: dict[str, Any], *parts: bytes) -> tuple[dict[str, Any], list[bytes]]:
    if not current_session().reading and db.session().in_transaction():
        raise RuntimeError("the renderer is asked in a transaction that writes: everybody else would wait for it")
    try:
        with _connect(_START_WITHIN) as connection:
            connection.settimeout(_ANSWER_WITHIN)
            wire.send(connection, header, *parts)
            answer, made = wire.receive(connection, at_most=_ANSWER_AT_MOST)
    except TimeoutError:
        raise Failed("busy") from None
    except (ConnectionError, FileNotFoundError) as error:
        log.exception("pdf.absent")
        raise Failed("absent") from error
    except (OSError, wire.Garbled) as error:
        log.exception("pdf.broken")
        raise Failed("broken") from error
    if "failed" in answer:
        log.error("pdf.failed reason=%s %s", answer["failed"], answer.get("detail", ""))
        raise Failed(answer["failed"])
    return answer, made


def _connect(within: float = 0.0) -> socket.socket:
    """Raises OSError where nobody listens `within` so many seconds."""
    folder: Path = current_app.extensions["crmlite.settings"].instance
    deadline = time.monotonic() + within
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            with wire.address(folder) as path:
                connection.connect(path)
            return connection
        except OSError:
            connection.close()
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.05)


def _sentence_of_picture(reason: str) -> str:
    """Where it has to be another one than for a PDF file."""
    match reason:
        case "absent":
            return _(
                "Pictures cannot be taken at the moment, because the renderer does not run. Nothing was lost: try again later."
            )
        case "busy":
            return _("The server is busy with other pictures. Try again in a minute.")
        case "memory" | "time":
            return _("This picture takes too long to read. Save it again as PNG or JPEG, and try that one.")
        case "broken":
            return _("This picture could not be read. The server's log says why.")
        case _:
            return ""


def _sentence(reason: str) -> str:
    match reason:
        case "absent":
            return _(
                "PDF files cannot be made at the moment, because the renderer does not run. Nothing was lost: try again later."
            )
        case "busy":
            return _("The server is busy with other PDF files. Try again in a minute.")
        case "too_large" | "memory" | "time":
            return _("This is too much for one PDF file. Make the texts shorter or the lines fewer, and try again.")
        case "no_picture":
            return _("This is no picture that can be read. Choose a PNG, JPEG or WebP file.")
        case "too_many_pixels":
            return _("This picture is too large. Choose one of at most 25 megapixels and 16 MB.")
        case _:
            return _("The PDF file could not be made. The server's log says why.")
