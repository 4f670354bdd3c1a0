"""Who changed what, as which step: operation, event, event link, change; and undo.

The session writes the change rows itself after every flush, so that no view can forget. One request or job is one
operation; what is undone is an operation, and an undo is an operation too.
"""

from crmlite.journal.history import as_of, many_as_of, replay_back, since
from crmlite.journal.models import (
    Change,
    Event,
    EventLink,
    Journaled,
    Operation,
    current_tx,
    from_json,
    journaled_columns,
    models,
    to_json,
    values_of,
)
from crmlite.journal.recording import (
    Actor,
    NotJournaled,
    act_as,
    act_for,
    acted_for,
    actor,
    before_commit,
    go_on,
    label,
    last_operation,
    operation,
    renew,
)
from crmlite.journal.undoing import (
    CannotUndo,
    Conflict,
    Undone,
    begin_undo,
    subjects_of,
    touched_by,
    undo,
    undo_of,
    undo_on,
)

__all__ = [
    "Actor", "CannotUndo", "Change", "Conflict", "Event", "EventLink", "Journaled", "NotJournaled", "Operation",
    "Undone", "act_as", "act_for", "acted_for", "actor", "as_of", "before_commit", "begin_undo", "current_tx", "from_json", "go_on",
    "journaled_columns", "label", "last_operation", "many_as_of", "models", "operation", "renew", "replay_back",
    "since", "subjects_of", "to_json",
    "touched_by", "undo", "undo_of", "undo_on", "values_of",
]  # fmt: skip
