"""What something costs, whoever else has the machine meanwhile."""

import time
from collections.abc import Callable


def seconds(call: Callable[[], object]) -> float:
    """The least processor time of five calls, after one that fills caches."""
    call()
    took = []
    for _time in range(5):
        start = time.thread_time()
        call()
        took.append(time.thread_time() - start)
    return min(took)
