"""What a trial remembers of the rows that it has been through: on disk, so that it does not grow with the file.

A private database of SQLite that is gone with the process. Nothing of it is the app's database.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from crmlite.imports.matching import Firm, Key, Known, Person

_AT_ONCE = 500


class Scratch:
    def __init__(self) -> None:
        self._rows = sqlite3.connect("")
        self._rows.execute("PRAGMA journal_mode=OFF")
        self._rows.execute("CREATE TABLE person (kind, value, row INTEGER, name, company, reachable)")
        self._rows.execute("CREATE TABLE firm (kind, value, row INTEGER)")
        self._rows.execute("CREATE INDEX person_key ON person (kind, value)")
        self._rows.execute("CREATE INDEX firm_key ON firm (kind, value)")

    def close(self) -> None:
        self._rows.close()

    def remember_person(self, keys: Iterable[Key], person: Person) -> None:
        self._rows.executemany(
            "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?)",
            [(*key, person.row, person.sort_name, person.company, person.reachable) for key in keys],
        )

    def remember_firm(self, keys: Iterable[Key], row: int) -> None:
        self._rows.executemany("INSERT INTO firm VALUES (?, ?, ?)", [(*key, row) for key in keys])

    def add_to(self, known: Known, people: Sequence[Key], firms: Sequence[Key]) -> None:
        """Adds whom earlier rows bring to what the database knows."""
        for kind, value, row, name, company, reachable in self._asked("person", people):
            known.add_person([(kind, value)], Person(-row, name, company, bool(reachable), row=row))
        for kind, value, row in self._asked("firm", firms):
            known.add_firm([(kind, value)], Firm(-row, row=row))

    def _asked(self, table: str, keys: Sequence[Key]) -> Iterable[tuple]:
        wanted = list(dict.fromkeys(keys))
        for begin in range(0, len(wanted), _AT_ONCE):
            some = wanted[begin : begin + _AT_ONCE]
            marks = ", ".join(["(?, ?)"] * len(some))
            # a pair IN (VALUES ...) would read the whole table; CROSS says in which order to look
            query = (
                f"SELECT {table}.* FROM (VALUES {marks}) AS wanted CROSS JOIN {table} "  # noqa: S608 - names of ours
                f"ON {table}.kind = wanted.column1 AND {table}.value = wanted.column2"
            )
            yield from self._rows.execute(query, [part for key in some for part in key])
