"""A process that runs an import and nothing else, to be killed. `forgetful`: one that remembers its place before its rows are there."""

import sys

from crmlite import create_app
from crmlite.extensions import db, writing
from crmlite.imports import ahead, running
from crmlite.imports.models import Import
from crmlite.imports.reading import stream


def main(number: int, variant: str = "") -> None:
    ahead.LONG = 0  # with its second process, which has to end with it
    with create_app().app_context():
        if variant == "forgetful":
            be_forgetful(number)
        running.run(number)


def be_forgetful(number: int) -> None:
    """Skips a batch, as if its place had been committed and its rows had not."""
    writing()
    found = Import.locked(number)
    if found is not None and found.stream is not None and found.state == "running":
        _rows, found.place = stream.read(found.stream.location, found.place, ahead.BATCH)
    db.session.commit()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
