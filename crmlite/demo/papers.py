"""The demo's PDF files are real ones: made by the instance's renderer, or by one that runs as long as the demo is being made."""

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Iterator

from flask import current_app

from crmlite import pdf
from crmlite.pdf import renderer

_LISTENS_WITHIN = 30.0


@contextlib.contextmanager
def renderer_running() -> Iterator[Callable[[], None]]:
    """Gives what waits until a renderer listens: it starts beside whatever else there is to do. Raises pdf.Failed there."""
    if pdf.is_running():
        yield lambda: None
        return
    folder = current_app.extensions["crmlite.settings"].instance
    context = multiprocessing.get_context("spawn")  # a fork would share our database connections
    process = context.Process(target=renderer.run, args=(folder,), daemon=True)
    process.start()

    def wait() -> None:
        deadline = time.monotonic() + _LISTENS_WITHIN
        while not pdf.is_running():
            if not process.is_alive() or time.monotonic() > deadline:
                raise pdf.Failed("absent")
            time.sleep(0.01)

    try:
        yield wait
    finally:
        process.terminate()
        process.join()
