"""The process that reads one file from outside: with limits of its own, so that what breaks them breaks nothing else.

    python -m crmlite.imports.reading <source> <target> <options as JSON>

It says what it found, or why it cannot be read, as JSON.
"""

import json
import resource
import sys
from pathlib import Path

from crmlite.imports.reading.gathering import gather
from crmlite.imports.reading.limits import MEMORY, Unreadable


def main(source: str, target: str, options: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = gather(Path(source), Path(target), json.loads(options))
    except Unreadable as refused:
        answer = {"unreadable": refused.reason}
    except MemoryError:
        answer = {"unreadable": "memory"}
    except UnicodeError:
        answer = {"unreadable": "binary"}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
