"""Rows tidied ahead by a second process: the same as here, and tidied here where it is gone or was asked for something else."""

import signal
from functools import wraps
from pathlib import Path

import pytest

from crmlite import second as second_process
from crmlite.imports import ahead
from crmlite.imports.ahead import Ahead, AheadOfRun
from crmlite.imports.drafts import Drafter
from crmlite.imports.reading import stream
from crmlite.imports.sources.habits import Habits

ROWS = 1_700


@pytest.fixture
def path(tmp_path) -> Path:
    with open(tmp_path / "stream", "wb") as file:
        for number in range(1, ROWS + 1):
            stream.write(file, number, [f"Person {number}", f"p{number}@example.com", "020 555 01 77"])
    return tmp_path / "stream"


def drafter(country: str = "NL") -> Drafter:
    mapping = ["contact.given", "contact.email", "contact.phone"]
    return Drafter(["Name", "E-mail", "Phone"], mapping, {}, {}, country, {}, Habits(), {})


def all_of(path: Path, before_each=lambda _second, _place: None, change=lambda place: drafter()) -> list:
    found, place = [], 0
    with Ahead() as second:
        while True:
            before_each(second, place)
            batch = second.batch(change(place), path, place)
            if not batch.rows:
                return found
            found += batch.drafts
            place = batch.place


def noting(tidy, made: list[int]):
    @wraps(tidy)
    def noted(drafter, path, begin):
        made.append(begin)
        return tidy(drafter, path, begin)

    return noted


@pytest.fixture
def here(monkeypatch) -> list[int]:
    """Where the batches began that this process tidied itself."""
    made: list[int] = []
    monkeypatch.setattr(ahead, "LONG", 0)
    for kind in (AheadOfRun, Ahead):
        monkeypatch.setattr(kind, "tidy", staticmethod(noting(kind.tidy, made)))
    return made


def alone(path: Path, country: str = "NL") -> list:
    return drafter(country).drafts(*stream.read(path, 0, ROWS)[:1], 0)


def test_the_same_comes_out_of_it(path, here):
    found = all_of(path)
    assert found == alone(path)
    assert found[0].reach.points[1]["normal"] == "+31205550177"
    assert here[0] == 0
    assert len(here) == 2, "the first batch, and what there is after the end"


@pytest.mark.parametrize(("kind", "is_run"), [(AheadOfRun, True), (Ahead, False)])
def test_what_people_are_found_by_comes_along_in_a_run(path, here, kind, is_run):
    with kind() as second:
        for place in (0, second.batch(drafter(), path, 0).place):
            draft = second.batch(drafter(), path, place).drafts[0]
            assert ("search_text" in vars(draft)) == is_run
    assert draft.search_text.startswith(" person ")
    assert here == [0, 0], "the second batch came from the other process"


def test_a_short_file_has_no_second_process(path, here, monkeypatch):
    monkeypatch.setattr(ahead, "LONG", 10**6)
    assert all_of(path) == alone(path)
    assert len(here) == 5


def test_where_it_is_killed_all_is_tidied_here(path, here):
    def kill(second: Ahead, place: int) -> None:
        if place and second._process is not None:
            second._process.kill()
            second._process.wait()

    assert all_of(path, kill) == alone(path)
    assert len(here) == 5


def test_one_that_hangs_is_not_waited_for(path, here, monkeypatch):
    monkeypatch.setattr(second_process, "PATIENCE", 0.1)

    def stop(second: Ahead, place: int) -> None:
        if place and second._process is not None and second._process.poll() is None:
            second._process.send_signal(signal.SIGSTOP)

    assert all_of(path, stop) == alone(path)
    assert len(here) == 5


def test_where_there_can_be_none_all_is_tidied_here(path, here, monkeypatch):
    """No memory, no further processes: that is no reason to say that the file is gone."""
    monkeypatch.setattr(second_process, "COMMAND", (str(path.parent / "none"),))
    assert all_of(path) == alone(path)
    assert len(here) == 5


def test_what_was_asked_with_other_columns_is_not_taken(path, here):
    """Somebody else's country since then: numbers are read by what holds now."""
    found = all_of(path, change=lambda place: drafter("DE" if place else "NL"))
    assert found == [*alone(path)[: ahead.BATCH], *alone(path, "DE")[ahead.BATCH :]]
    assert len(here) == 3, "the second batch too"
