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

from py4j.java_gateway import get_method
from py4j.protocol import Py4JError, Py4JJavaError, Py4JNetworkError

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
MEMORY_LINK = "/memfd:py4cpp (deleted)"  # What a descriptor of our memory, and no file, links to.
NONCE_BYTES = 16
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
    offset: int
    size: int
    format: str
    shape: tuple[int, ...]

    @property
    def path(self) -> str:
        """Where a process of this machine can open the memory."""
        return f"/proc/{self.pid}/fd/{self.fd}"

    @classmethod
    def of(cls, buffer: Any, *, to_fill: bool = False) -> Description:
        """Asks the gateway. With `to_fill` the caller promises to keep no mapping, so that the
        gateway may use the memory again."""
        try:
            # Not `buffer.describe`, which the client would keep: the buffer and its methods would
            # hold each other, and its memory would wait for Python's garbage collector.
            text = get_method(buffer, "describe_to_fill" if to_fill else "describe")()
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
                offset=int(fields["offset"]),
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


def is_here(description: Description) -> bool:
    """Whether the process is one of this machine, and can be seen, and the memory is of our kind. A
    hostile gateway may name anything: nothing but such memory may be opened."""
    try:
        return (
            len(description.nonce) == NONCE_BYTES
            and description.offset >= 0
            and 0 <= description.size <= description.nonce_offset - description.offset
            and BOOT_ID.read_text().strip() == description.boot
            and start_time(description.pid) == description.start
            and os.readlink(description.path) == MEMORY_LINK
        )
    except OSError:
        return False


def open_memory(description: Description) -> int | None:
    """A descriptor of the memory, which the caller closes; None when it is out of reach: on another
    machine, in another container or another user's."""
    if not is_here(description):
        return None
    try:
        fd = os.open(description.path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        if (
            os.readlink(f"/proc/self/fd/{fd}") == MEMORY_LINK
            and os.fstat(fd).st_size >= description.nonce_offset + NONCE_BYTES
            and os.pread(fd, NONCE_BYTES, description.nonce_offset) == description.nonce
        ):
            return fd
    except OSError:
        pass
    os.close(fd)
    return None


class SharedMapping(mmap.mmap):
    """A mapping of a buffer's memory. That of a shared array keeps the buffer, too."""

    buffer: Any = None
    description: Description


def map_memory(description: Description, writable: bool) -> SharedMapping | None:
    """The memory up to the end of the buffer's bytes, or None when it is out of reach. The mapping
    keeps the memory alive when the gateway has let go of it, or is gone."""
    fd = open_memory(description)
    if fd is None:
        return None
    try:
        access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
        mapping = SharedMapping(fd, description.offset + description.size, access=access)
        mapping.description = description
        return mapping
    except (OSError, ValueError):
        return None
    finally:
        os.close(fd)
