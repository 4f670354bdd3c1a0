"""The power goes: what the disk was not told to keep is gone. With our pragmas nothing acknowledged is lost; with NORMAL it is.

Killing a process cannot show this, as the kernel still writes what a dead process gave it. SQLite runs here on a file system of our own
that remembers, beside the file as everybody sees it, what it held when it was last synced. At a cut only that is left, and of
the sectors that were written since, a random half.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest
from pysqlite3 import dbapi2 as sqlite

from crmlite.extensions import SQLITE_PRAGMAS

SECTOR = 512
SCHEMA = "CREATE TABLE told (id INTEGER PRIMARY KEY, text TEXT NOT NULL); CREATE INDEX ix_told_text ON told (text, id)"
EXCLUSIVE = {"locking_mode": "exclusive"}
"""First of all: SQLite then keeps the index of its WAL in its own memory, and a file system has nothing to share."""
OFTEN = {"wal_autocheckpoint": 20}
"""Pages. Thousands are usual: cuts have to meet checkpoints as well."""


class Disk(apsw.VFS):
    """Files by their path: what programs see, and what the disk holds."""

    def __init__(self) -> None:
        self.seen: dict[str, bytearray] = {}
        self.held: dict[str, bytes] = {}
        self.name = f"disk{id(self)}"
        super().__init__(self.name, "")

    def xOpen(self, name: object, flags: list[int]) -> "DiskFile":  # noqa: N802 - SQLite's names
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        return DiskFile(self, path, flags)

    def xDelete(self, path: str, _sync: bool) -> None:  # noqa: N802
        self.seen.pop(path, None)
        self.held.pop(path, None)

    def xAccess(self, path: str, _flags: int) -> bool:  # noqa: N802
        return path in self.seen

    def cut(self, folder: Path, chance: random.Random) -> None:
        """Writes what is left on the disk into the folder."""
        for path, held in self.held.items():
            left, seen = bytearray(held), self.seen.get(path, bytearray())
            for start in range(0, len(seen), SECTOR):
                sector = seen[start : start + SECTOR]
                if left[start : start + SECTOR] != sector and chance.random() < 0.5:
                    left.extend(bytes(max(0, start + len(sector) - len(left))))
                    left[start : start + len(sector)] = sector
            (folder / Path(path).name).write_bytes(left)


class DiskFile:
    def __init__(self, disk: Disk, path: str, flags: list[int]) -> None:
        self._disk, self._path = disk, path
        self._bytes = disk.seen.setdefault(path, bytearray())
        disk.held.setdefault(path, b"")
        flags[1] = flags[0]

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._bytes[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if len(self._bytes) < offset:
            self._bytes.extend(bytes(offset - len(self._bytes)))
        self._bytes[offset : offset + len(data)] = data

    def xTruncate(self, size: int) -> None:  # noqa: N802
        del self._bytes[size:]

    def xSync(self, _flags: int) -> None:  # noqa: N802
        self._disk.held[self._path] = bytes(self._bytes)

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._bytes)

    def xLock(self, _level: int) -> None: ...  # noqa: N802

    def xUnlock(self, _level: int) -> None: ...  # noqa: N802

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, _operation: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0

    def xClose(self) -> None: ...  # noqa: N802


@contextmanager
def database_on(disk: Disk, pragmas: dict[str, object]) -> Iterator[apsw.Connection]:
    connection = apsw.Connection("/crmlite.db", vfs=disk.name)
    for name, value in pragmas.items():
        connection.execute(f"PRAGMA {name}={value}")
    yield connection
    disk.seen, disk.held = {}, {}  # the machine is off: closing must not write any more
    connection.close()


def cut(folder: Path, seed: int, **other: object) -> tuple[int, int]:
    """(rows acknowledged, rows found) of one run that ends in a power cut. Fails where the database is damaged."""
    chance, disk = random.Random(seed), Disk()
    folder.mkdir()
    with database_on(disk, {**EXCLUSIVE, **SQLITE_PRAGMAS, **OFTEN, **other}) as connection:
        connection.execute(SCHEMA)
        acknowledged = chance.randrange(3, 60)
        for number in range(acknowledged):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO told (text) VALUES (?)", ("x" * chance.randrange(10, 4000),))
            connection.execute("COMMIT")
            assert number + 1 == connection.last_insert_rowid()
        if chance.random() < 0.5:  # in the middle of the next one
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO told (text) VALUES ('never acknowledged')")
        disk.cut(folder, chance)
    after = sqlite.connect(folder / "crmlite.db")
    assert after.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    has_table = after.execute("SELECT count(*) FROM sqlite_master WHERE name = 'told'").fetchone()[0]
    found = [row[0] for row in after.execute("SELECT id FROM told ORDER BY id")] if has_table else []
    after.close()
    assert found == list(range(1, len(found) + 1)), "a suffix may be lost, never a row in between"
    return acknowledged, len(found)


@pytest.fixture
def cuts(pytestconfig: pytest.Config) -> range:
    return range(200 if pytestconfig.getoption("--long") else 20)


def test_nothing_acknowledged_is_lost(tmp_path, cuts):
    for seed in cuts:
        acknowledged, found = cut(tmp_path / str(seed), seed)
        assert found >= acknowledged, f"cut {seed}"


def test_the_same_cuts_lose_rows_when_sqlite_does_not_sync_each_commit(tmp_path, cuts):
    """The control: if nothing were lost here, the test above would prove nothing."""
    runs = [cut(tmp_path / str(seed), seed, synchronous=1) for seed in cuts]
    assert sum(found < acknowledged for acknowledged, found in runs) > len(runs) / 2
