"""Answers of any length, made whole before they are sent: in memory while they are small, then in a file that goes by itself.

So a fault is an error and not half a book, and nobody's slow line holds the database.
"""

import tempfile
from collections.abc import Iterable
from typing import Any

from flask import Response, request
from werkzeug.wsgi import wrap_file

IN_MEMORY = 1_000_000
"""Bytes."""


def answer(parts: Iterable[str], status: int, content_type: str) -> Response:
    target: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    for part in parts:
        target.write(part.encode())
    size = target.tell()
    target.seek(0)
    made = Response(wrap_file(request.environ, target), status, content_type=content_type, direct_passthrough=True)
    made.content_length = size
    return made
