"""Files of static/: an address that changes with their content, and their compressed form."""

import hashlib
from functools import lru_cache
from pathlib import Path

import brotli
from flask import Response, current_app, request


@lru_cache(maxsize=256)
def _digest(path: Path, _changed: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


@lru_cache(maxsize=64)
def _squeezed(path: Path, _changed: float) -> bytes:
    """As small as it gets: a tenth of a second for the styles, once in each process."""
    return brotli.compress(path.read_bytes(), quality=11)


def squeeze_static(response: Response) -> None:
    """Sends a text file of static/ compressed, which is done once: the first visit weighs a third."""
    if response.status_code != 200 or response.mimetype not in current_app.config["COMPRESS_MIMETYPES"]:
        return
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("br"):
        return
    path = Path(current_app.static_folder or "") / (request.view_args or {})["filename"]
    response.direct_passthrough = False
    response.data = _squeezed(path, path.stat().st_mtime)
    response.headers["Content-Encoding"] = "br"
    etag, _weak = response.get_etag()
    response.set_etag(etag or "", weak=True)


def asset(name: str) -> str:
    """The URL of a file in static/, with its content's hash, so that browsers may keep it for ever."""
    cache = current_app.extensions.setdefault("crmlite.assets", {})
    if name not in cache or current_app.debug:
        path = Path(current_app.static_folder or "") / name
        cache[name] = f"/static/{name}?v={_digest(path, path.stat().st_mtime)}"
    url: str = cache[name]
    return url
