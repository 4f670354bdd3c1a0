"""A real PDF renderer for tests: one process for the whole run, which any number of apps may ask."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from crmlite.pdf import wire

ROOT = Path(__file__).parent.parent


class RendererProcess:
    def __init__(self, **limits: float) -> None:
        """`limits` are Renderer's; those that are in force unless told."""
        self.folder = Path(tempfile.mkdtemp(prefix="crmlite-renderer-"))
        code = (
            "import sys; from pathlib import Path; from crmlite.pdf.renderer import Renderer;"
            f"Renderer(Path(sys.argv[1]), **{limits!r}).run()"
        )
        self.process = subprocess.Popen([sys.executable, "-c", code, str(self.folder)], cwd=ROOT)
        deadline = time.monotonic() + 60
        while not (self.folder / wire.SOCKET).exists():
            assert self.process.poll() is None, "the renderer ended"
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def serve(self, whose: Flask | Path) -> None:
        """Makes pdf.render() of this app, or of those in this instance folder, ask this renderer."""
        folder = whose if isinstance(whose, Path) else whose.extensions["crmlite.settings"].instance
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / wire.SOCKET).unlink(missing_ok=True)
        (folder / wire.SOCKET).symlink_to(self.folder / wire.SOCKET)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        shutil.rmtree(self.folder)


@contextlib.contextmanager
def running(**limits: float) -> Iterator[RendererProcess]:
    renderer = RendererProcess(**limits)
    try:
        yield renderer
    finally:
        renderer.close()
