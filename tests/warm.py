"""What the apps of one test process share: work that comes out the same for each of them.

Most tests make an app of their own, and a fresh app reads its templates, writes the functions that build its URLs and compiles its
SQL anew: 100 ms, of which the test asks for nothing. Here the results are kept, never the apps: each is found by all that it was made
from, so an app that differs (a setting, a converter, a dialect) finds none and makes its own. `test_warm.py` shows both.
"""

from pathlib import Path
from types import CodeType
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapper
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from crmlite.auth import passwords


def keep_all(templates: Path) -> None:
    """Once a process, before the first app. `templates` is a folder that outlives it."""
    keep_templates(templates)
    keep_url_builders()
    keep_sql()
    hash_cheaply()


# --- templates --------------------------------------------------------------------------------------------------------


class Templates(FileSystemBytecodeCache):
    """Compiled templates, on disk for the next run and in memory for the next app.

    Jinja compares the source before it takes what is there, so nothing old is ever used.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder))
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))
        if bucket.code is None:
            super().load_bytecode(bucket)
            self._remember(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        super().dump_bytecode(bucket)
        self._remember(bucket)

    def _remember(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


def keep_templates(folder: Path) -> None:
    Flask.jinja_options = {"bytecode_cache": Templates(folder)}
    compile_, known = Environment.compile, {}

    def compile_once(
        self: Environment, source: Any, name: Any = None, filename: Any = None, *rest: Any, **more: Any
    ) -> Any:
        """Those without a file, of which Jinja keeps none: the rows of lists."""
        if not isinstance(source, str) or name or filename or rest or more:
            return compile_(self, source, name, filename, *rest, **more)
        escapes = self.autoescape(None) if callable(self.autoescape) else self.autoescape
        calls = frozenset([*self.filters.items(), *self.tests.items()])  # what they make of constants is in the code
        key = (source, escapes, frozenset(self.extensions), calls)
        if key not in known:
            known[key] = compile_(self, source)
        return known[key]

    Environment.compile = compile_once


# --- URLs -------------------------------------------------------------------------------------------------------------


def keep_url_builders() -> None:
    """The functions behind url_for(): a rule writes two, and there are hundreds of rules. They get their rule as an argument."""
    write, known = Rule._compile_builder, {}

    def write_once(self: Rule, append_unknown: bool = True) -> Any:
        if self.defaults:
            return write(self, append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in known:
            known[key] = write(self, append_unknown)
        return known[key]

    Rule._compile_builder = write_once  # type: ignore[method-assign]


# --- SQL --------------------------------------------------------------------------------------------------------------


def keep_sql() -> None:
    """Compiled statements, for all engines whose dialects compile alike. An engine keeps its own, and a mapper those of all engines."""
    shared = Compiled(LRUCache(5000))
    Engine._compiled_cache = property(lambda _engine: shared, lambda _engine, _own: None)
    Mapper._compiled_cache = shared


class Compiled:
    """Stands where an engine or a mapper has its own; instead of the dialect, its first part, the key has what the dialect is."""

    def __init__(self, kept: "LRUCache[Any, Any]") -> None:
        self._kept = kept

    def get(self, key: Any) -> Any:
        return self._kept.get((ways_of(key[0]), *key[1:]))

    def __setitem__(self, key: Any, compiled: Any) -> None:
        self._kept[(ways_of(key[0]), *key[1:])] = compiled

    def clear(self) -> None:
        self._kept.clear()


def ways_of(dialect: Any) -> tuple[Any, ...]:
    """All that decides what a dialect makes of a statement and of its values."""
    return (
        type(dialect),
        dialect.dbapi,
        dialect.statement_compiler,
        dialect.type_compiler_cls,
        dialect.server_version_info,
        dialect.paramstyle,
        dialect._json_serializer,
        dialect._json_deserializer,
    )


# --- passwords --------------------------------------------------------------------------------------------------------

HASHER, NOBODYS = passwords._hasher, passwords.NOBODYS
"""What crmlite serves with, for tests of just that; `real_hashes` in tests/auth/conftest.py puts it back."""


def hash_cheaply() -> None:
    """The same function in a thousandth of the time; tests sign in thousands of times."""
    passwords._hasher = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)
    passwords.NOBODYS = passwords._hasher.hash("nobody knows")
