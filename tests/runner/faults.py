# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in a function, by name: it ends its worker, gets stuck, or raises."""

from __future__ import annotations

import ctypes
import os
import signal
import time


def killed() -> None:
    """Ends as if somebody else had wanted it."""
    os.kill(os.getpid(), signal.SIGKILL)


def exits() -> None:
    """Ends without a word."""
    os._exit(3)


def crashes() -> None:
    """Touches memory that is not there."""
    ctypes.string_at(0)


def aborts() -> None:
    """Ends as after a failed assertion of C code."""
    os.abort()


def raises() -> None:
    """An exception like any other."""
    raise ValueError("raised on purpose")


def memory() -> None:
    """Takes 3 GB of zeros: address space alone."""
    for _ in [bytes(1 << 28) for _ in range(12)]:
        pass


def descriptors() -> None:
    """Opens files until it may not."""
    held = []
    while True:
        held.append(os.open(os.devnull, os.O_RDONLY))


def full() -> None:
    """Writes to a full disk."""
    with open("/dev/full", "wb") as disk:
        disk.write(bytes(1 << 20))


def hangs() -> None:
    """Does nothing for long."""
    time.sleep(600)


def stuck() -> None:
    """A call that does not return and lets no Python code run, signal handlers included."""
    ctypes.PyDLL(None).sleep(600)


FAULTS = {
    made.__name__: made
    for made in (
        killed, exits, crashes, aborts, raises, memory, descriptors, full, hangs, stuck,
    )
}  # fmt: skip
