"""Every setting with its default and its reason; refuses nonsense at start.

Settings come, later ones winning, from the defaults below, from `settings.toml` in the instance folder, and from environment
variables called CRMLITE_<NAME>.
"""

import difflib
import os
import re
import secrets
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

VERSION = "0.1.0"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
PREFIX = "CRMLITE_"


class ConfigError(Exception):
    """A setting that cannot be right; the message says which, and what it should look like."""


def _setting(default: Any = MISSING, *, reason: str, hint: str = "", secret: bool = False) -> Any:
    """One setting. `hint` is the default in words, where it depends on others; a `secret` is never printed."""
    return field(default=default, repr=not secret, metadata={"reason": reason, "hint": hint, "secret": secret})


MODULES = (
    "companies",
    "contacts",
    "imports",
    "duplicates",
    "details",
    "letters",
    "addressbook",
    "catalog",
    "pipeline",
    "sales",
    "leads",
    "privacy",
)
"""Packages that can be switched off, in the order of the sidebar; what one needs stands before it."""


@dataclass(frozen=True)
class Settings:
    instance: Path = _setting(
        hint="instance",
        reason="The one folder to back up: database, files, settings.toml, secret_key. Only the environment can name it.",
    )
    database_url: str = _setting(
        "",
        hint="crmlite.db in the instance folder",
        secret=True,
        reason="sqlite:///path or postgresql://user:password@host/name. SQLite needs nothing else; PostgreSQL suits firms that run one.",
    )
    files_folder: str = _setting(
        "",
        hint="files in the instance folder",
        reason="Where attached files lie. Two servers on one PostgreSQL database need one that both see, and the same secret_key.",
    )
    public_url: str = _setting(
        "http://localhost:8000",
        reason="The address users and customers type. Links in mails are built from it and from nothing else.",
    )
    trusted_hosts: tuple[str, ...] = _setting(
        (),
        reason="Further host names that are answered, with commas between; the public one and this machine's own always are.",
    )
    proxies: int = _setting(
        0,
        reason="How many reverse proxies stand in front and set X-Forwarded-For, -Proto and -Host. Headers of others are not believed.",
    )
    modules: tuple[str, ...] = _setting(
        MODULES,
        reason="Which modules are on. One that is off has no menu, route, panel or permission; its data stay.",
    )
    smtp_url: str = _setting(
        "",
        secret=True,
        hint="none: mail waits in the outbox and the page says so",
        reason="smtp://user:password@host:587 (STARTTLS where offered) or smtps://user:password@host:465.",
    )
    smtp_timeout: int = _setting(20, reason="Seconds that the mail server may take to answer one command.")
    mail_from: str = _setting(
        "",
        hint="crmlite@<public host>",
        reason='The account that mail is sent from, as "Name <address>". What a user sends carries their name, and their '
        "address too where it is of the same domain.",
    )
    dkim_selector: str = _setting(
        "",
        hint="the usual names are tried",
        reason="The name of the key that your mail is signed with, as the mail provider says; `crmlite doctor` looks for it.",
    )
    session_days: int = _setting(30, reason="After how many days a device has to sign in again.")
    max_upload_mb: int = _setting(25, reason="The largest request that is read, in megabytes.")
    disk_floor_mb: int = _setting(
        500,
        reason="With less free megabytes than this /health answers 503 and uploads are refused; forms and mail go on.",
    )
    backup_at: str = _setting(
        "02:30",
        reason="When a backup is made every night and tried by restoring it: a time of day in UTC. Empty: never.",
    )
    backup_keep: int = _setting(
        7, reason="How many of the nightly backups are kept; the oldest goes when a new one was tried."
    )
    backup_folder: str = _setting(
        "",
        hint="backups in the instance folder",
        reason="Where the nightly backups are put, as a path from the root. Another disk, or another machine's, is better.",
    )
    backup_key: str = _setting(
        "",
        secret=True,
        hint="none: whoever has a backup can read it",
        reason="What backups are encrypted with: a passphrase of at least 12 characters, or the public key of `age-keygen`, "
        "which begins with age1; whoever has only the server cannot read those.",
    )
    log_level: str = _setting("INFO", reason="DEBUG, INFO, WARNING or ERROR: the least that is written to the log.")
    secret_key: str = _setting(
        "",
        secret=True,
        hint="made at first start and kept in the instance folder",
        reason="Signs form tokens and public links. Whoever has it can forge them.",
    )

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
        return Path(self.files_folder)

    @property
    def backups_path(self) -> Path:
        return Path(self.backup_folder) if self.backup_folder else self.instance / "backups"

    @property
    def places(self) -> list[Path]:
        """Where it writes: the instance folder, and those of the files and of the database where they lie elsewhere."""
        others = [self.files_path, *([self.sqlite_path.parent] if self.is_sqlite else [])]
        return list(dict.fromkeys([self.instance, *(folder for folder in others if folder.is_dir())]))

    @property
    def free(self) -> int:
        """Bytes that are left where it writes, on the fullest of its disks."""
        return min(shutil.disk_usage(folder).free for folder in self.places)

    @property
    def answered_hosts(self) -> list[str]:
        netloc = urlsplit(self.public_url).hostname or ""
        return list(dict.fromkeys([netloc, *LOCAL_HOSTS, *self.trusted_hosts]))


_NAMES = {f.name for f in fields(Settings)} - {"instance"}


def instance_folder(named: str | Path | None = None) -> Path:
    return Path(named or os.environ.get("CRMLITE_INSTANCE") or "instance").resolve()


def load(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings of this process. Makes the instance folder and the secret key where they are missing. Raises ConfigError."""
    given: dict[str, Any] = dict(overrides or {})
    folder = instance_folder(given.pop("instance", None))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(
            f"The instance folder {folder} cannot be made: {error.strerror}. "
            "Make it, or name another one in CRMLITE_INSTANCE."
        ) from error
    values = {**_from_file(folder / "settings.toml"), **_from_environment(), **given}
    settings = Settings(instance=folder, **{name: _typed(name, value) for name, value in values.items()})
    _check_addresses(settings)
    filled = {
        **{f.name: getattr(settings, f.name) for f in fields(Settings)},
        "database_url": _database_url(settings.database_url, folder),
        "files_folder": str((folder / (settings.files_folder or "files")).resolve()),
        "public_url": settings.public_url.rstrip("/"),
        "mail_from": settings.mail_from or f"crmlite <crmlite@{settings.public_host}>",
        "secret_key": settings.secret_key or _secret_key(folder / "secret_key"),
    }
    settings = Settings(**filled)
    _check(settings)
    return settings


def database_url_of(folder: Path, settings_file: Path) -> str:
    """The database that an instance in `folder` with this settings.toml would use. Raises ConfigError."""
    return normal_database_url(value_of("database_url", settings_file), folder)


def files_folder_of(folder: Path, settings_file: Path) -> Path:
    """Where such an instance would keep its files. Raises ConfigError."""
    return (folder / (value_of("files_folder", settings_file) or "files")).resolve()


def normal_database_url(url: str, folder: Path) -> str:
    """An address as people write it, in the spelling that is used inside. Raises ConfigError."""
    url = _database_url(url, folder)
    _check_database(url)
    return url


def value_of(name: str, settings_file: Path) -> str:
    """One setting that is a text, without making an instance; empty where it is not set. Raises ConfigError."""
    return str({**_from_file(settings_file), **_from_environment()}.get(name) or "")


# --- for people -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Described:
    """One setting as `crmlite settings` and docs/settings.md say it."""

    name: str
    default: str
    reason: str
    value: str = ""


def describe(settings: Settings | None = None) -> list[Described]:
    """Every setting with default and reason; with `settings` also its value, of secrets only whether there is one."""
    return [
        Described(f.name, _default(f), f.metadata["reason"], _shown(f, getattr(settings, f.name)) if settings else "")
        for f in fields(Settings)
    ]


def as_markdown() -> str:
    """docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "<!-- Made by `crmlite settings --markdown`; a test compares it with what the code says. -->",
        "",
        "A setting is a line in `settings.toml` in the instance folder, such as `session_days = 14`, or an environment",
        "variable such as `CRMLITE_SESSION_DAYS=14`, which wins. crmlite refuses to start with a setting that it does not",
        "know or that cannot be right, and says which.",
        "`crmlite settings` prints what is in force.",
        "",
        "| Setting | Unless told | What it is for |",
        "|---|---|---|",
    ]
    lines += [f"| `{one.name}` | {one.default} | {one.reason.replace('|', '/')} |" for one in describe()]
    return "\n".join(lines) + "\n"


def _default(f: "Field[Any]") -> str:
    return f.metadata["hint"] or _text(f.default) or "none"


def _shown(f: "Field[Any]", value: Any) -> str:
    if not f.metadata["secret"]:
        return _text(value)
    if f.name == "database_url":
        return make_url(value).render_as_string(hide_password=True)
    return "(set)" if value else "(not set)"


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


# --- where they come from ---------------------------------------------------------------------------------------------


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except PermissionError as error:
        raise ConfigError(
            f"{path} may not be read by this user. Run crmlite as the user whose instance it is."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from error
    for name in sorted(set(values) - _NAMES):
        raise ConfigError(
            f"{path} has the setting {name}, which does not exist{_perhaps(name, _NAMES)}. Correct or delete that line."
        )
    return values


def _from_environment() -> dict[str, str]:
    known = {PREFIX + name.upper(): name for name in _NAMES}
    ours = {name for name in os.environ if name.startswith(PREFIX)} - {"CRMLITE_INSTANCE"}
    for name in sorted(ours - set(known)):
        raise ConfigError(
            f"The environment variable {name} is no setting of crmlite{_perhaps(name, set(known))}. Correct or unset it."
        )
    return {known[name]: os.environ[name] for name in ours}


def _perhaps(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), 1)
    return f"; did you mean {close[0]}?" if close else ""


def _typed(name: str, value: Any) -> Any:
    kind = Settings.__dataclass_fields__[name].type
    try:
        if kind is int or kind == "int":
            if isinstance(value, bool):
                raise ValueError
            if isinstance(value, float):
                raise ValueError
            return int(value)
        if str(kind).startswith("tuple"):
            parts = value.split(",") if isinstance(value, str) else value
            return tuple(str(part).strip() for part in parts if str(part).strip())
    except (TypeError, ValueError) as error:
        what = "a whole number" if kind in {int, "int"} else "a list of names"
        raise ConfigError(f"{name} must be {what}, not {value!r}.") from error
    if not isinstance(value, str):
        raise ConfigError(f"{name} must be text in quotes, not {value!r}.")
    if value and not value.strip():
        raise ConfigError(f"{name} is nothing but blanks. Write a value, or delete the line.")
    return value.strip()


def _database_url(url: str, folder: Path) -> str:
    if not url:
        return f"sqlite:///{folder / 'crmlite.db'}"
    if url.startswith("postgres://"):
        url = url.replace("postgres://", "postgresql://", 1)
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return _in_folder(url, folder)


def _in_folder(url: str, folder: Path) -> str:
    """A file without a folder is in the instance's, whatever the current one is."""
    name = url.removeprefix("sqlite:///")
    is_bare = name != url and name and not name.startswith(("/", ":", "file:"))
    return f"sqlite:///{folder.resolve() / name}" if is_bare else url


def _secret_key(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The file {path} cannot be read; only the user who runs crmlite may own it.") from error
    key = secrets.token_urlsafe(48)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of ours was a moment faster
        return path.read_text("ascii").strip()
    except OSError as error:
        raise ConfigError(f"The file {path} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key


# --- whether they can be right ----------------------------------------------------------------------------------------


def _check_addresses(settings: Settings) -> None:
    """public_url and trusted_hosts, from which others are derived."""
    if not _is_public_url(settings.public_url):
        raise ConfigError(
            f"public_url must be http:// or https:// and a host, like https://crm.example.com, not {settings.public_url!r}."
        )
    for host in settings.trusted_hosts:
        if not re.fullmatch(r"\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]", host):
            raise ConfigError(
                f"trusted_hosts holds names of hosts without http:// and port, like crm.example.com, not {host!r}."
            )


def _is_public_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return False
    plain = url.scheme in {"http", "https"} and url.hostname and port != 0
    bare = url.path in {"", "/"} and not url.query and not url.fragment and "@" not in url.netloc
    return bool(plain and bare and re.fullmatch(r"[\w.\-\[\]:]+", url.netloc) and not url.netloc.endswith(":"))


def _check(settings: Settings) -> None:
    _check_database(settings.database_url)
    _check_mail(settings)
    _check_backup(settings)
    for name, (low, high) in _RANGES.items():
        if not low <= getattr(settings, name) <= high:
            raise ConfigError(f"{name} must be between {low} and {high}, not {getattr(settings, name)}.")
    if settings.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ConfigError(f"log_level must be DEBUG, INFO, WARNING or ERROR, not {settings.log_level!r}.")
    if len(settings.secret_key) < 32:
        raise ConfigError(
            "secret_key must have at least 32 characters; "
            f"delete the setting or the file {settings.instance / 'secret_key'} to have a new one made."
        )


_RANGES = {
    "session_days": (1, 400),
    "smtp_timeout": (1, 600),
    "max_upload_mb": (1, 1024),
    "disk_floor_mb": (0, 10**6),
    "backup_keep": (1, 1000),
    "proxies": (0, 5),
}


def _check_database(url: str) -> None:
    """The message never repeats the URL: it may hold a password."""
    try:
        parts = make_url(url)
    except Exception as error:
        raise ConfigError("database_url must look like sqlite:///path or postgresql://user@host/name.") from error
    if parts.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise ConfigError(
            f"database_url must begin with sqlite:/// or postgresql://, not {parts.drivername}://: others are not supported."
        )
    if parts.drivername == "sqlite" and (not parts.database or ":memory:" in parts.database or parts.host):
        raise ConfigError(
            "database_url must name a file, like sqlite:////var/lib/crmlite/crmlite.db (four slashes for a path from the root): "
            "a database in memory would be lost at the first restart."
        )
    if parts.drivername != "sqlite" and not parts.database:
        raise ConfigError("database_url must name a database, like postgresql://user@host/name.")


def _check_mail(settings: Settings) -> None:
    if settings.smtp_url and not _is_smtp_url(settings.smtp_url):
        raise ConfigError("smtp_url must look like smtp://user:password@host:587 or smtps://user:password@host:465.")
    if not re.fullmatch(r"[^@<>\r\n]*<[^@<>\s]+@[^@<>\s]+>|[^@<>\s]+@[^@<>\s]+", settings.mail_from):
        raise ConfigError(f'mail_from must look like "Name <crm@example.com>", not {settings.mail_from!r}.')
    if settings.dkim_selector and not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", settings.dkim_selector):
        raise ConfigError(f"dkim_selector must be a name like mail or key1, not {settings.dkim_selector!r}.")


def _is_smtp_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in {"smtp", "smtps"} and bool(url.hostname) and url.port != 0
    except ValueError:
        return False


def _check_backup(settings: Settings) -> None:
    if settings.backup_at and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", settings.backup_at):
        raise ConfigError(f"backup_at must be a time of day like 02:30, or empty, not {settings.backup_at!r}.")
    if settings.backup_folder and not Path(settings.backup_folder).is_absolute():
        raise ConfigError(
            f"backup_folder must be a path from the root, like /mnt/backup, not {settings.backup_folder!r}."
        )
    key = settings.backup_key
    if key.upper().startswith("AGE-SECRET-KEY-"):
        raise ConfigError(
            "backup_key is the private key of age. It belongs where backups are restored, not on this server: "
            "set the public one, which begins with age1."
        )
    if key.startswith("age1") and not re.fullmatch(r"age1[02-9ac-hj-np-z]{58}", key):
        raise ConfigError("backup_key begins with age1 but is no public key of age: copy the whole line.")
    if key and len(key) < 12:
        raise ConfigError("backup_key must have at least 12 characters.")
