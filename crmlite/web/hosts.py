"""The name that a request asks for, spelled as one of those that are answered."""

import re
from collections.abc import Callable, Iterable
from typing import Any

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class OneSpelling:
    """WSGI middleware: LOCALHOST and localhost. are localhost, and so is this machine's address [::1].

    Names of hosts have neither case nor a last dot of their own, and the check of trusted hosts knows no IPv6.
    """

    def __init__(self, app: Wsgi) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "HTTP_HOST" in environ:
            environ["HTTP_HOST"] = one_spelling(environ["HTTP_HOST"])
        return self.app(environ, start_response)


def one_spelling(host: str) -> str:
    """Of a Host header, with its port; what is no such header stays as it is."""
    parts = _HOST.fullmatch(host)
    if parts is None:
        return host
    name = parts[1].lower().removesuffix(".")
    return f"{'localhost' if name == '[::1]' else name}{parts[2] or ''}"


_HOST = re.compile(r"(\[[^\]]*\]|[^:\[\]]+)(:\d*)?")
