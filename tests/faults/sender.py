"""A worker that only sends mail, to be killed: `python -m tests.faults.sender [variant]`.

Variants are workers without the state between claiming and knowing, as they are often written. The test has to see what
they do wrong.
"""

import sys
import threading

import sqlalchemy as sa

from crmlite import create_app
from crmlite.extensions import db, writing
from crmlite.mail import sending, smtp
from crmlite.mail.models import Message


def mark_before() -> None:
    """Says `sent` first and sends then: at most once."""
    claim = sending.claim

    def claimed() -> tuple[Message, int] | None:
        found = claim()
        if found is not None:
            writing()
            db.session.execute(sa.update(Message).where(Message.id == found[0].id).values(state="sent"))
            db.session.commit()
        return found

    sending.claim = claimed
    sending.settle = lambda *_outcome: None


def mark_after() -> None:
    """Sends first and says so then: at least once."""

    def claimed() -> tuple[Message, int] | None:
        writing()
        found = db.session.scalar(sa.select(Message).where(sending._is_due()).order_by(Message.id).limit(1))
        if found is not None:
            list(found.files)
        db.session.commit()
        return (found, 1) if found is not None else None

    def settled(row_id: int, _attempt: int, outcome: smtp.Outcome) -> None:
        writing()
        db.session.execute(sa.update(Message).where(Message.id == row_id).values(state=outcome.state))
        db.session.commit()

    sending.claim, sending.settle = claimed, settled


VARIANTS = {"": lambda: None, "mark_before": mark_before, "mark_after": mark_after}

if __name__ == "__main__":
    VARIANTS[sys.argv[1] if len(sys.argv) > 1 else ""]()
    sending.keep_sending(create_app(), threading.Event(), pause=0.05)
