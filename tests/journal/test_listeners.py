"""Who listens to what: no chain of events comes back to where it began, and a listener that fails undoes the change."""

from graphlib import CycleError, TopologicalSorter

import pytest
import sqlalchemy as sa

from crmlite import events
from crmlite.extensions import db, writing
from crmlite.journal import Event
from tests.journal.verbs import CASES, contact


@pytest.fixture
def edges(monkeypatch):
    """(event, event that a listener of it emitted), as they are seen while the test runs."""
    seen: set[tuple[str, str]] = set()
    running: list[str] = []
    emit = events.emit

    def watched(kind, *args, **kwargs):
        if running:
            seen.add((running[-1], kind.name))
        if kind.name in running:
            raise CycleError("events go round", [*running, kind.name])
        running.append(kind.name)
        try:
            return emit(kind, *args, **kwargs)
        finally:
            running.pop()

    monkeypatch.setattr(events, "emit", watched)
    return seen


def check(edges: set[tuple[str, str]]) -> None:
    graph: dict[str, set[str]] = {}
    for before, after in edges:
        graph.setdefault(after, set()).add(before)
    TopologicalSorter(graph).prepare()


def test_the_graph_of_events_and_listeners_has_no_cycle(stage, edges):
    """Seen by doing every verb: what listeners emit, and what listeners of that emit, never comes back."""
    for name in CASES:
        with stage.app.app_context():
            writing()
            CASES[name](stage.ids)
            db.session.rollback()
    check(edges)


def test_a_cycle_is_seen(stage, edges, monkeypatch):
    monkeypatch.setattr(events, "_listeners", {})
    events.on(events.NOTE_ADDED)(lambda subject, **_data: events.emit(events.TAG_ADDED, subject, tag="x"))
    events.on(events.TAG_ADDED)(lambda subject, **_data: events.emit(events.NOTE_ADDED, subject, note_id=1))
    with stage.app.app_context():
        writing()
        with pytest.raises(CycleError):
            CASES["note.added"](stage.ids)
        db.session.rollback()
    with pytest.raises(CycleError):
        check(edges)


def test_every_listener_listens_to_an_event_that_exists():
    assert set(events.listeners()) <= {kind.name for kind in events.all_types()}


def test_a_listener_that_fails_undoes_the_change(stage, monkeypatch):
    monkeypatch.setattr(events, "_listeners", {})

    @events.on(events.CONTACT_UPDATED)
    def fail(_subject, **_data):
        raise RuntimeError("listener")

    with stage.app.app_context():
        writing()
        count = db.session.scalar(sa.select(sa.func.count()).select_from(Event))
        with pytest.raises(RuntimeError):
            contact(stage.ids).change(given="Lost")
        db.session.rollback()
        assert contact(stage.ids).given != "Lost"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == count


def test_payloads_are_declared(stage):
    with stage.app.app_context():
        writing()
        with pytest.raises(ValueError, match="colour"):
            events.emit(events.CONTACT_UPDATED, contact(stage.ids), colour="red")
        db.session.rollback()
