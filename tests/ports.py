"""Ports for programs that open theirs seconds after they were told which: nobody else takes it meanwhile."""

import socket
from itertools import count

_FROM = 20_000
"""Below those that the kernel gives to whoever asks for any (32768 and above), so that it gives ours to nobody."""
_numbers = count(_FROM)
_claims: list[socket.socket] = []


def free_port() -> int:
    """One that nobody listens on, and that no other test run or worker on this machine is given as long as we live."""
    while (port := next(_numbers)) < 2**15:
        if _is_claimed_now(port) and _is_free(port):
            return port
    raise RuntimeError("all ports are taken")


def _is_claimed_now(port: int) -> bool:
    """By a name in the kernel, gone with this process even after kill -9."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0crmlite-test-port-{port}")
    except OSError:  # somebody else's
        claim.close()
        return False
    _claims.append(claim)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
