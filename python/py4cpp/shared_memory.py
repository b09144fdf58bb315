# SPDX-License-Identifier: Apache-2.0
"""Finding the memory of a `py4cpp.SharedBuffer`, which is another process's.

The gateway says where the memory is: which boot of which machine, which process, which descriptor.
All of that is checked before the memory is mapped, and so are a few random bytes that only the
right file has, because another machine or container may well have a process of the same number.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError, Py4JJavaError, Py4JNetworkError

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
START_FIELD = 19  # Of /proc/<pid>/stat, counted after the program's name.


@dataclass(frozen=True)
class Description:
    """What the gateway tells of a buffer."""

    boot: str
    pid: int
    start: str
    fd: int
    nonce: bytes
    nonce_offset: int
    size: int
    format: str
    shape: tuple[int, ...]

    @classmethod
    def of(cls, buffer: Any) -> Description:
        """Asks the gateway."""
        try:
            text = buffer.describe()
        except (Py4JJavaError, Py4JNetworkError):
            raise
        except (AttributeError, Py4JError):
            raise TypeError(f"{buffer!r} is no py4cpp.SharedBuffer") from None
        try:
            fields = dict(line.split(" ", 1) for line in text.split("\n"))
            return cls(
                boot=fields["boot"],
                pid=int(fields["pid"]),
                start=fields["start"],
                fd=int(fields["fd"]),
                nonce=bytes.fromhex(fields["nonce"]),
                nonce_offset=int(fields["nonce_offset"]),
                size=int(fields["size"]),
                format=fields["format"],
                shape=tuple(int(part) for part in fields["shape"].split(",") if part),
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            raise TypeError(f"{buffer!r} is no py4cpp.SharedBuffer") from None


def start_time(pid: int) -> str:
    """When a process started, in the kernel's ticks; OSError when there is none."""
    stat = Path(f"/proc/{pid}/stat").read_bytes()
    return stat[stat.rindex(b")") + 2 :].split()[START_FIELD].decode()


def open_memory(description: Description) -> int | None:
    """A descriptor of the memory, which the caller closes; None when it is out of reach: on another
    machine, in another container or another user's."""
    path = f"/proc/{description.pid}/fd/{description.fd}"
    try:
        if BOOT_ID.read_text().strip() != description.boot:
            return None
        if start_time(description.pid) != description.start:
            return None
        # Anything may have that number in another container: a FIFO must not hold us up.
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        if os.pread(fd, len(description.nonce), description.nonce_offset) == description.nonce:
            return fd
    except OSError:
        pass
    os.close(fd)
    return None


def map_memory(description: Description, writable: bool) -> mmap.mmap | None:
    """The buffer's bytes, or None when they are out of reach. The mapping keeps the memory alive
    when the gateway has let go of it, or is gone."""
    fd = open_memory(description)
    if fd is None:
        return None
    try:
        access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
        return mmap.mmap(fd, description.size, access=access)
    except (OSError, ValueError):
        return None
    finally:
        os.close(fd)
