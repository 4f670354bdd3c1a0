"""Every setting with its default and its reason; refuses nonsense at start.

Settings come, later ones winning, from the defaults below, from `settings.toml` in the instance folder, and from environment
variables called CRMLITE_<NAME>.
"""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class ConfigError(Exception):
    """A setting that cannot be right; the message says which, and what it should look like."""


@dataclass(frozen=True)
class Settings:
    instance: Path
    """The one folder to back up: database, files, settings.toml, secret_key."""
    database_url: str = ""
    """sqlite:///path or postgresql://user@host/name; empty means crmlite.db in the instance folder."""
    public_url: str = "http://localhost:8000"
    """The address users and customers type. Links in mails are built from it and from nothing else."""
    trusted_hosts: tuple[str, ...] = ()
    """Further host names that are answered; the public one and this machine's own always are."""
    proxies: int = 0
    """How many reverse proxies stand in front and set X-Forwarded-For, -Proto and -Host."""
    modules: tuple[str, ...] = ("companies", "contacts", "leads")
    """Which modules are on. One that is off has no menu, route, panel or permission."""
    smtp_url: str = ""
    """smtp://user:password@host:587 (STARTTLS where offered) or smtps://; empty: mail waits in the outbox and the page says so."""
    smtp_timeout: int = 20
    """Seconds that the mail server may take to answer one command."""
    mail_from: str = ""
    """The sender of mail that no user sends, as "Name <address>"; empty: crmlite@<public host>."""
    session_days: int = 30
    """After how many days a device has to sign in again."""
    max_upload_mb: int = 25
    """The largest request that is read."""
    disk_floor_mb: int = 500
    """With less free space than this /health answers 503 and uploads are refused; forms and mail go on."""
    log_level: str = "INFO"
    secret_key: str = field(default="", repr=False)
    """Signs form tokens and public links. Made at first start and kept in the instance folder."""

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    @property
    def is_local(self) -> bool:
        return self.public_host in {"localhost", "127.0.0.1", "::1"}

    @property
    def sqlite_path(self) -> Path:
        return Path(make_url(self.database_url).database or "")

    @property
    def files_path(self) -> Path:
        return self.instance / "files"

    @property
    def answered_hosts(self) -> list[str]:
        netloc = urlsplit(self.public_url).hostname or ""
        return list(dict.fromkeys([netloc, *LOCAL_HOSTS, *self.trusted_hosts]))


def load(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings of this process. Makes the instance folder and the secret key where they are missing. Raises ConfigError."""
    given: dict[str, Any] = dict(overrides or {})
    folder = Path(given.pop("instance", None) or os.environ.get("CRMLITE_INSTANCE") or "instance").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(f"The instance folder {folder} cannot be made: {error.strerror}.") from error
    values = {**_from_file(folder / "settings.toml"), **_from_environment(), **given}
    settings = Settings(instance=folder, **{name: _typed(name, value) for name, value in values.items()})
    filled = {
        **{f.name: getattr(settings, f.name) for f in fields(Settings)},
        "database_url": _database_url(settings.database_url, folder),
        "public_url": settings.public_url.rstrip("/"),
        "mail_from": settings.mail_from or f"crmlite <crmlite@{settings.public_host}>",
        "secret_key": settings.secret_key or _secret_key(folder / "secret_key"),
    }
    settings = Settings(**filled)
    _check(settings)
    return settings


def as_text(settings: Settings) -> dict[str, str]:
    """For `crmlite settings` and the docs: name to value, without secrets."""
    return {name: str(value) for name, value in asdict(settings).items() if name not in {"secret_key", "smtp_url"}}


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} cannot be read: {error}.") from error
    unknown = sorted(set(values) - _NAMES)
    if unknown:
        raise ConfigError(f"{path.name} has a setting that does not exist: {', '.join(unknown)}.")
    return values


def _from_environment() -> dict[str, str]:
    return {name: os.environ[f"CRMLITE_{name.upper()}"] for name in _NAMES if f"CRMLITE_{name.upper()}" in os.environ}


_NAMES = {f.name for f in fields(Settings)} - {"instance"}


def _typed(name: str, value: Any) -> Any:
    kind = Settings.__dataclass_fields__[name].type
    try:
        if kind is int or kind == "int":
            if isinstance(value, bool):
                raise ValueError
            return int(value)
        if str(kind).startswith("tuple"):
            parts = value.split(",") if isinstance(value, str) else value
            return tuple(str(part).strip() for part in parts if str(part).strip())
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{name} must be a number, not {value!r}.") from error
    if not isinstance(value, str):
        raise ConfigError(f"{name} must be text, not {value!r}.")
    return value.strip()


def _database_url(url: str, folder: Path) -> str:
    if not url:
        return f"sqlite:///{folder / 'crmlite.db'}"
    if url.startswith("postgres://"):
        url = url.replace("postgres://", "postgresql://", 1)
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return url


def _secret_key(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        pass
    key = secrets.token_urlsafe(48)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of ours was a moment faster
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key


def _check(settings: Settings) -> None:
    url = urlsplit(settings.public_url)
    if url.scheme not in {"http", "https"} or not url.hostname or url.path or url.query:
        raise ConfigError(f"public_url must look like https://crm.example.com, not {settings.public_url!r}.")
    try:
        driver = make_url(settings.database_url)
    except Exception as error:
        raise ConfigError("database_url must look like sqlite:///path or postgresql://user@host/name.") from error
    if driver.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise ConfigError(f"database_url must be sqlite or postgresql, not {driver.drivername}.")
    if driver.drivername == "sqlite" and driver.database in {None, "", ":memory:"}:
        raise ConfigError("database_url must name a file: a database in memory would be lost at the first restart.")
    for host in settings.trusted_hosts:
        if "/" in host or " " in host:
            raise ConfigError(f"trusted_hosts holds host names, not {host!r}.")
    if settings.smtp_url:
        smtp = urlsplit(settings.smtp_url)
        if smtp.scheme not in {"smtp", "smtps"} or not smtp.hostname:
            raise ConfigError("smtp_url must look like smtp://user:password@host:587 or smtps://host:465.")
    if not re.fullmatch(r"[^@<>\r\n]*<[^@<>\s]+@[^@<>\s]+>|[^@<>\s]+@[^@<>\s]+", settings.mail_from):
        raise ConfigError(f'mail_from must look like "Name <crm@example.com>", not {settings.mail_from!r}.')
    for name, low, high in (
        ("session_days", 1, 400),
        ("smtp_timeout", 1, 600),
        ("max_upload_mb", 1, 1024),
        ("disk_floor_mb", 0, 10**6),
        ("proxies", 0, 5),
    ):
        if not low <= getattr(settings, name) <= high:
            raise ConfigError(f"{name} must be between {low} and {high}, not {getattr(settings, name)}.")
    if settings.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ConfigError(f"log_level must be DEBUG, INFO, WARNING or ERROR, not {settings.log_level!r}.")
    if len(settings.secret_key) < 32:
        raise ConfigError(
            "secret_key must have at least 32 characters; delete the file secret_key to have a new one made."
        )
