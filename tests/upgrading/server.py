"""`crmlite serve` with another history of the schema: `python -m tests.upgrading.server <folder> serve --port 9000`."""

import sys
from pathlib import Path

from crmlite import schema
from crmlite.cli import main
from crmlite.upgrading import gate

if __name__ == "__main__":
    schema.FOLDER = Path(sys.argv.pop(1))
    gate.LOOK_EVERY = 0.5
    main()
