"""A worker that only sends mail, to be killed: `python -m tests.faults.sender`."""

import threading

from crmlite import create_app
from crmlite.mail import outbox

if __name__ == "__main__":
    outbox.keep_sending(create_app(), threading.Event(), pause=0.05)
