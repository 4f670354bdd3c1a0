"""PDF from HTML: render() asks the renderer, a process of its own; whoever asks never loads WeasyPrint."""

import logging
import re
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _

from crmlite.extensions import current_session, db
from crmlite.pdf import wire

__all__ = ["Failed", "is_running", "render"]

log = logging.getLogger(__name__)

_ANSWER_WITHIN = 60.0
"""A document takes 20 seconds at most, and two or three may be before it."""
_START_WITHIN = 2.0
"""`serve` starts a renderer that ended again within a second."""


class Failed(Exception):
    """There is no PDF. `str()` is a sentence for the user; `reason` is absent, busy, too_large, memory, time or broken."""

    def __init__(self, reason: str) -> None:
        super().__init__(_sentence(reason))
        self.reason = reason


def render(html: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of this HTML: tagged PDF/A-3, all fonts embedded. `crmlite:<name>` in it is one of `files`; no other URL is read.

    Takes a tenth of a second for a page, 60 seconds at the worst: never call it in a transaction that writes. Raises Failed.
    """
    if not current_session().reading and db.session().in_transaction():
        raise RuntimeError("pdf.render() in a transaction that writes: everybody else would wait for the PDF")
    files = files or {}
    text = html.encode()
    for name in files:
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
            raise ValueError(f"{name!r} cannot be the name of a file in a document")
    if len(text) > wire.HTML_AT_MOST or sum(map(len, files.values())) > wire.FILES_AT_MOST:
        raise Failed("too_large")
    header, parts = _ask(text, files)
    if "failed" in header:
        log.error("pdf.failed reason=%s %s", header["failed"], header.get("detail", ""))
        raise Failed(header["failed"])
    if header["refused"]:
        log.warning("pdf.refused %s", header["refused"])
    return parts[0]


def is_running() -> bool:
    """Whether a renderer listens. Costs it nothing."""
    try:
        with _connect():
            return True
    except OSError:
        return False


def _ask(html: bytes, files: Mapping[str, bytes]) -> tuple[dict[str, str], list[bytes]]:
    try:
        with _connect(_START_WITHIN) as connection:
            connection.settimeout(_ANSWER_WITHIN)
            wire.send(connection, {"names": list(files)}, html, *files.values())
            return wire.receive(connection, at_most=100_000_000)
    except TimeoutError:
        raise Failed("busy") from None
    except (ConnectionError, FileNotFoundError) as error:
        log.exception("pdf.absent")
        raise Failed("absent") from error
    except (OSError, wire.Garbled) as error:
        log.exception("pdf.broken")
        raise Failed("broken") from error


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


def _sentence(reason: str) -> str:
    if reason == "absent":
        return _(
            "PDF files cannot be made at the moment, because the renderer does not run. Nothing was lost: try again later."
        )
    if reason == "busy":
        return _("The server is busy with other PDF files. Try again in a minute.")
    if reason in {"too_large", "memory", "time"}:
        return _("This is too much for one PDF file. Make the texts shorter or the lines fewer, and try again.")
    return _("The PDF file could not be made. The server's log says why.")
