"""Why a server is closed, and what its page says."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from flask_babel import lazy_gettext as _l


class State(IntEnum):
    OPEN = 0
    UPGRADING = 1
    FAILED = 2
    NO_SNAPSHOT = 3
    NO_PROGRAM = 4
    NEWER = 5
    FOREIGN = 6
    BEHIND = 7
    UNREACHABLE = 8
    DAMAGED = 9
    FULL = 10
    DEMO = 11
    GONE = 12


TROUBLED = frozenset({State.UNREACHABLE, State.DAMAGED, State.FULL, State.GONE})
"""What may pass without anybody's touching crmlite."""


@dataclass(frozen=True)
class Notice:
    title: Any
    text: Any
    advice: Any
    """For the administrator."""
    retry_after: int = 60


NOTICES = {
    State.UPGRADING: Notice(
        _l("crmlite is being updated"),
        _l(
            "The database is being prepared for a new version. Everything is kept; this page opens by itself when it is done."
        ),
        _l("If it takes longer than half an hour, look at the log of the server."),
        retry_after=5,
    ),
    State.FAILED: Notice(
        _l("The update did not succeed"),
        _l(
            "Nothing was lost: the database is exactly as it was before. crmlite stays closed so that nothing is half done."
        ),
        _l("The log of the server says why. Put that right and start crmlite again, or install the version you had."),
    ),
    State.NO_SNAPSHOT: Notice(
        _l("The update has not begun"),
        _l(
            "A copy of the database is made before every update, and this time it could not be made. Nothing was changed."
        ),
        _l("The log of the server says why: most often the disk is full. Put that right and start crmlite again."),
    ),
    State.NO_PROGRAM: Notice(
        _l("The update has not begun"),
        _l(
            "A copy of the database is made before every update, and this time it could not be made. Nothing was changed."
        ),
        _l(
            "Install pg_dump (the package postgresql-client) and start crmlite again; or make a backup yourself and run "
            "crmlite upgrade --without-snapshot."
        ),
    ),
    State.NEWER: Notice(
        _l("This crmlite is older than its database"),
        _l(
            "A newer version has been at work here, and this one does not know everything it stored. Nothing was changed."
        ),
        _l("Install the newer version again, or restore a backup that this version made."),
    ),
    State.FOREIGN: Notice(
        _l("This is not a database of crmlite"),
        _l("The database that was named for crmlite belongs to another program. Nothing was changed."),
        _l("Name a database of crmlite or an empty one in the setting database_url, and start crmlite again."),
    ),
    State.BEHIND: Notice(
        _l("The database waits for its update"),
        _l(
            "A new version of crmlite is installed, and the database has not been prepared for it yet. Nothing was changed."
        ),
        _l("Run crmlite upgrade; this page opens by itself when it is done."),
    ),
    State.UNREACHABLE: Notice(
        _l("crmlite cannot reach its database"),
        _l("Nothing was changed. crmlite asks again every few seconds and opens by itself when the database answers."),
        _l(
            "Look whether the database server runs and whether the setting database_url is right. The log of the server "
            "says what the database answered."
        ),
        retry_after=10,
    ),
    State.DAMAGED: Notice(
        _l("The database is damaged"),
        _l(
            "The file that holds everything cannot be read. crmlite stays closed and changes nothing of it. It can be put "
            "back from the newest backup."
        ),
        _l(
            "Stop crmlite, run crmlite restore with the newest file of the backup folder, and start crmlite again. The log "
            "of the server has the whole command. The damaged file is set aside, not deleted."
        ),
    ),
    State.FULL: Notice(
        _l("The disk of the server is full"),
        _l("Nothing was lost. crmlite opens by itself when there is room again."),
        _l("Make room on the disk that holds the database; old backups and snapshots are often the largest files."),
        retry_after=10,
    ),
    State.GONE: Notice(
        _l("The database is gone"),
        _l(
            "It is missing or empty, though backups or files of what was in it are there. crmlite stays closed and does not begin "
            "a new one over them."
        ),
        _l(
            "Look whether its disk is mounted and the setting database_url is right; then crmlite opens by itself. Else stop it, run "
            "crmlite restore with the newest file of the backup folder, and start it again. The log of the server says more."
        ),
        retry_after=10,
    ),
    State.DEMO: Notice(
        _l("This crmlite holds the example firm"),
        _l("Everybody knows the passwords of its people, so it is not served where strangers can come."),
        _l("Run crmlite demo remove and start crmlite again."),
    ),
}
