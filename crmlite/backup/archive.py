"""What is in a backup, once it is decrypted: a tar.gz.

    about.json                      what made it: product, version, schema, kind of database, when
    database.sqlite | .pgdump       the database at one moment
    settings.toml, secret_key       settings.toml only where there was one
    files/ab/<62 hex digits>        what rows of the database point at, and nothing else
    manifest.json                   SHA-256 and size of all that, and how many rows each table has

Nothing is unpacked under the name that it has in the archive: names are compared with what a backup may hold, and paths are built
anew from their parts.
"""

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from crmlite.backup import Refused

FORMAT = 1
PRODUCT = "crmlite"
ABOUT, MANIFEST = "about.json", "manifest.json"
DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
SETTINGS, SECRET_KEY = "settings.toml", "secret_key"  # noqa: S105 - names of files
_FILE = re.compile(r"files/([0-9a-f]{2})/([0-9a-f]{62})")
_PLAIN = frozenset({*DATABASES.values(), SETTINGS, SECRET_KEY})
_JSON_AT_MOST = 1 << 28
LEVEL = 1
"""Of compression: databases become a quarter; more takes minutes and saves little."""

DAMAGED = "The backup is damaged or cut off: it cannot be restored."
FOREIGN = "This is no backup of crmlite."


@dataclass(frozen=True)
class About:
    version: str
    schema: str
    database: str
    made_at: str
    format: int = FORMAT
    product: str = PRODUCT


@dataclass
class Manifest:
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    """{"size", "sha256"} of each member."""
    rows: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    """Files that a row points at and that were not there."""
    damaged: list[str] = field(default_factory=list)
    """Files that are not what they were when they were stored."""


@dataclass(frozen=True)
class Unpacked:
    about: About
    manifest: Manifest
    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / DATABASES[self.about.database]


def pack(
    stream: IO[bytes], about: About, members: Iterable[tuple[str, Path, str | None]], manifest: Manifest
) -> Manifest:
    """Writes the archive. Members are name, path and the SHA-256 that they should have; those that are gone are noted."""
    zipped = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=stream)
    with zipped, tarfile.open(fileobj=zipped, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        _add_json(tar, ABOUT, asdict(about))
        for name, path, expected in members:
            try:
                source = open(path, "rb")  # noqa: SIM115 - closed below
            except FileNotFoundError:
                manifest.missing.append(name)
                continue
            with source:
                size = source.seek(0, io.SEEK_END)
                source.seek(0)
                hashing = _Hashing(source)
                tar.addfile(_info(name, size), hashing)
            manifest.members[name] = {"size": size, "sha256": hashing.sha256}
            if expected is not None and hashing.sha256 != expected:
                manifest.damaged.append(name)
        _add_json(tar, MANIFEST, asdict(manifest))
    return manifest


def unpack(stream: IO[bytes], folder: Path, accept: Callable[[About], None] = lambda _about: None) -> Unpacked:
    """Unpacks into `folder`, which is empty, and compares all of it with the manifest.

    `accept` looks at what made it before anything is written, and raises Refused. Raises Refused, and OSError where it does not fit.
    """
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
            about, manifest, found = _members(tar, folder, accept)
            while plain.read(1 << 20):  # to its end, where gzip says whether it was whole
                pass
    except (EOFError, gzip.BadGzipFile, zlib.error, tarfile.TarError) as error:
        raise Refused(DAMAGED) from error
    if manifest is None or about is None:
        raise Refused(DAMAGED if about else FOREIGN)
    if found != manifest.members or DATABASES[about.database] not in found:
        raise Refused(DAMAGED)
    return Unpacked(about, manifest, folder)


def _members(
    tar: tarfile.TarFile, folder: Path, accept: Callable[[About], None]
) -> tuple[About | None, Manifest | None, dict[str, dict[str, Any]]]:
    about = manifest = None
    found: dict[str, dict[str, Any]] = {}
    for member in tar:
        if about is None:
            about = _about(tar, member)
            accept(about)
        elif member.name == MANIFEST:
            manifest = _read_manifest(_json(tar, member))
        else:
            path = _path(folder, member)
            if manifest is not None or path is None or member.name in found:
                raise Refused(f"The backup holds {member.name!r}, which no backup of crmlite holds.")
            found[member.name] = _extract(tar, member, path)
    return about, manifest, found


def _about(tar: tarfile.TarFile, member: tarfile.TarInfo) -> About:
    if member.name != ABOUT:
        raise Refused(FOREIGN)
    values = _json(tar, member)
    if not isinstance(values, dict) or values.get("product") != PRODUCT:
        raise Refused(FOREIGN)
    if values.get("format") != FORMAT:
        raise Refused(
            f"The backup was made by crmlite {values.get('version')}, in a form that this version does not know yet: "
            "install that version, or a newer one."
        )
    try:
        about = About(**values)
    except TypeError as error:
        raise Refused(DAMAGED) from error
    if about.database not in DATABASES:
        raise Refused(DAMAGED)
    return about


def _read_manifest(values: Any) -> Manifest:
    try:
        return Manifest(**values)
    except TypeError as error:
        raise Refused(DAMAGED) from error


def _path(folder: Path, member: tarfile.TarInfo) -> Path | None:
    """Where it goes; None where a backup has no such thing."""
    if not member.isreg():
        return None
    if member.name in _PLAIN:
        return folder / member.name
    if found := _FILE.fullmatch(member.name):
        return folder / "files" / found[1] / found[2]
    return None


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> dict[str, Any]:
    source = tar.extractfile(member)
    assert source is not None  # noqa: S101 - it is a regular file
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with open(path, "xb", opener=_private) as target:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return {"size": size, "sha256": digest.hexdigest()}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _json(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    source = tar.extractfile(member) if member.isreg() and member.size <= _JSON_AT_MOST else None
    if source is None:
        raise Refused(FOREIGN)
    try:
        return json.loads(source.read())
    except ValueError as error:
        raise Refused(DAMAGED) from error


def _add_json(tar: tarfile.TarFile, name: str, values: Any) -> None:
    text = json.dumps(values, indent=1).encode()
    tar.addfile(_info(name, len(text)), io.BytesIO(text))


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(time.time())
    return info


class _Hashing:
    """A file that knows what was read of it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        found = self._source.read(size)
        self._digest.update(found)
        return found

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()
