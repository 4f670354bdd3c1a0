"""Websites that may show a form: how one is written down, and whether a page belongs to it."""

from urllib.parse import SplitResult, urlsplit


def ancestors(sites: list[str]) -> str:
    """Who may show a form in a frame, as the header says it; we ourselves always may, for the preview."""
    return " ".join(["'self'", *sites])


def is_listed(origin: str, sites: list[str]) -> bool:
    """Whether a page of this origin stands on one of the sites: as browsers read the header of ancestors()."""
    try:
        plain = site(origin) == origin
    except ValueError:
        return False
    return plain and any(_covers(urlsplit(allowed), urlsplit(origin)) for allowed in sites)


_PORTS = {"http": 80, "https": 443}


def _covers(allowed: SplitResult, page: SplitResult) -> bool:
    """Like a source of a content security policy: *. is any host below, and http also allows https."""
    name, host = allowed.hostname or "", page.hostname or ""
    ports = (allowed.port or _PORTS[allowed.scheme], page.port or _PORTS[page.scheme])
    return (
        (host.endswith(name[1:]) if name.startswith("*.") else host == name)
        and (ports[0] == ports[1] or ports == (80, 443))
        and (allowed.scheme in {page.scheme, "http"})
    )


def site(text: str) -> str:
    """The origin of a website's address: what a header may name. Raises ValueError."""
    text = text.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    host = (parts.hostname or "").encode("idna").decode("ascii")
    plain = host.removeprefix("*.")
    if parts.netloc.endswith(":") or "@" in parts.netloc:  # data: and mailto:anna@example.com are no hosts
        raise ValueError(text)
    if parts.scheme not in {"http", "https"} or not plain or not all(c.isalnum() or c in ".-" for c in plain):
        raise ValueError(text)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
