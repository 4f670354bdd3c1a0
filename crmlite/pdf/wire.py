"""What the renderer and those who ask it say to each other: a JSON header, then the bytes it names, over a unix socket."""

import contextlib
import json
import os
import socket
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SOCKET = "renderer.sock"
"""In the instance folder. Who may write into that folder may ask for PDFs, and nobody else."""
HTML_AT_MOST = 1_000_000
FILES_AT_MOST = 16_000_000
_HEADER_AT_MOST = 64 * 1024
_PATH_AT_MOST = 100
"""Linux takes 107 bytes as the path of a socket, macOS 103."""


class Garbled(Exception):
    """The other side ended too early, or said what it must not."""


def send(connection: socket.socket, header: Mapping[str, Any], *parts: bytes) -> None:
    text = json.dumps({**header, "sizes": [len(part) for part in parts]}).encode()
    connection.sendall(struct.pack("!I", len(text)) + text)
    for part in parts:
        connection.sendall(part)


def receive(connection: socket.socket, at_most: int) -> tuple[dict[str, Any], list[bytes]]:
    """The header and the parts, `at_most` bytes of them together. Raises Garbled."""
    (length,) = struct.unpack("!I", _exactly(connection, 4))
    if length > _HEADER_AT_MOST:
        raise Garbled(f"a header of {length} bytes")
    header: dict[str, Any] = json.loads(_exactly(connection, length))
    sizes = [int(size) for size in header.pop("sizes")]
    if min(sizes, default=0) < 0 or sum(sizes) > at_most:
        raise Garbled(f"{sum(sizes)} bytes, where {at_most} is the most")
    return header, [_exactly(connection, size) for size in sizes]


@contextlib.contextmanager
def address(folder: Path) -> Iterator[str]:
    """The socket's path in this folder, to bind or connect to; of a long one, a short way there that holds inside."""
    path = str(folder / SOCKET)
    if len(os.fsencode(path)) <= _PATH_AT_MOST:
        yield path
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET}"
    finally:
        os.close(descriptor)


def _exactly(connection: socket.socket, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        chunk = connection.recv(min(size - len(found), 1 << 20))
        if not chunk:
            raise Garbled(f"an end after {len(found)} of {size} bytes")
        found += chunk
    return bytes(found)
