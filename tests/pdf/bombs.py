"""Fifteen documents that each fit into the limits of what is sent, and would take a naive renderer minutes or gigabytes."""

import struct
import zlib
from collections.abc import Callable


def png(side: int) -> bytes:
    """A square of one colour: some kilobytes here, side² x 3 bytes once it is decoded."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + side * 3)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack("!IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _image(data: bytes) -> tuple[str, dict[str, bytes]]:
    return '<p><img src="crmlite:bomb" alt="">', {"bomb": data}


def _svg(content: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">{content}</svg>'.encode()


def _laughs(depth: int = 10) -> str:
    levels = "".join(
        f'<g id="g{n}">' + f'<use href="#g{n - 1}"/>' * 10 + "</g>" if n else '<rect id="g0" width="1" height="1"/>'
        for n in range(depth)
    )
    return f'<defs>{levels}</defs><use href="#g{depth - 1}"/>'


def _variables() -> str:
    steps = "".join(f"--v{n}: var(--v{n - 1}) var(--v{n - 1});" for n in range(1, 40))
    return f"<style>:root {{ --v0: 1px; {steps} }} p {{ font-family: var(--v39) }}</style><p>x"


def _entities() -> bytes:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE svg [<!ENTITY e0 "ha">{lines}]>'.encode() + _svg("<text>&e11;</text>")


def _plain(html: str) -> tuple[str, dict[str, bytes]]:
    return html, {}


BOMBS: dict[str, Callable[[], tuple[str, dict[str, bytes]]]] = {
    "wide cells": lambda: _plain("<table>" + "<tr><td colspan=100000>x" * 20 + "</table>"),
    "high cells": lambda: _plain("<table>" + "<tr><td rowspan=65534>x<td>y" * 5000 + "</table>"),
    "nested uses": lambda: _plain(_svg(_laughs()).decode()),
    "nested uses in a file": lambda: _image(_svg(_laughs())),
    "entities in a file": lambda: _image(_entities()),
    "rows": lambda: _plain("<table>" + "<tr><td>a<td>b<td>c" * 30_000 + "</table>"),
    "paragraphs": lambda: _plain("<p>word" * 120_000),
    "depth": lambda: _plain("<div>" * 100_000),
    "pages": lambda: _plain("<style>p { break-after: page }</style>" + "<p>x" * 100_000),
    "floats": lambda: _plain("<style>i { float: left; width: 9% }</style>" + "<i>x</i>" * 50_000),
    "selectors": lambda: _plain(
        "<style>"
        + "".join(f":not(i) * * ~ *:nth-last-child({n}n) * {{ color: red }}" for n in range(4000))
        + "</style>"
        + "<p><b>x</b><b>y</b>" * 20_000  # fmt: skip
    ),
    "grid": lambda: _plain(
        "<style>div { display: grid; grid-template: repeat(9999, 1px) / repeat(9999, 1px) }</style><div>x</div>"
    ),
    "variables": lambda: _plain(_variables()),
    "one word": lambda: _plain("<p>" + "e\u0301" * 300_000),
    "pixels": lambda: _image(png(13_000)),
}
