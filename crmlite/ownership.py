"""Whether the instance is ours to use. Started once as root, crmlite leaves files that its own user may not touch afterwards."""

import os
import pwd
import shlex
from collections.abc import Iterator
from pathlib import Path

_NAMED = 4


def complaint(instance: Path) -> str | None:
    """One sentence that names the files and what to type, or None.

    Only the folder and what lies directly in its folders is looked at: this runs at every start, and there may be many files.
    """
    if os.geteuid() == 0 or not instance.is_dir():
        return None
    closed = [path for path in _nearest(instance) if not _is_ours(path)]
    if not closed:
        return None
    me, theirs = _name(os.geteuid()), sorted({_name(path.lstat().st_uid) for path in closed})
    named = ", ".join(str(path.relative_to(instance.parent)) for path in closed[:_NAMED])
    more = f" and {len(closed) - _NAMED} more" if len(closed) > _NAMED else ""
    return (
        f"crmlite runs as {me} here, which may not read and write {named}{more} (of {', '.join(theirs)}): somebody ran it as another "
        f"user once. Give them back, then start again: sudo chown -R {shlex.quote(me)}: {shlex.quote(str(instance))}"
    )


def _nearest(instance: Path) -> Iterator[Path]:
    yield instance
    for path in _inside(instance):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _inside(path)


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # which is said of the folder itself
        return []


def _is_ours(path: Path) -> bool:
    if path.is_symlink():
        return True  # wherever it leads
    needed = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
    return os.access(path, needed) or not path.exists()


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
