# SPDX-License-Identifier: Apache-2.0
"""pyspark.daemon that keeps a copy of what its workers are sent and answer.

Meant as spark.python.daemon.module. Each task becomes a file <pid>-<time>.bin in the folder that
RECORDING_DIR names: the bytes of each direction, input first, behind their length (32 bits, big
endian)."""

from __future__ import annotations

import io
import os
import struct
import sys
import time
from typing import Any

from pyspark import daemon


class Copied:
    """A file of a worker's connection; what passes through it is kept."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.seen = io.BytesIO()

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.file.read(size)
        self.seen.write(data)
        return data

    def readinto(self, buffer: Any) -> int:
        count: int = self.file.readinto(buffer)
        self.seen.write(bytes(memoryview(buffer).cast("B")[:count]))
        return count

    def write(self, data: Any) -> Any:
        self.seen.write(bytes(data))
        return self.file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def section(self) -> bytes:
        """What passed, behind its length."""
        data = self.seen.getvalue()
        return struct.pack(">i", len(data)) + data


def recorded(run_task: Any) -> Any:
    """The worker's main function with both its files copied."""

    def main(infile: Any, outfile: Any) -> None:
        received, answered = Copied(infile), Copied(outfile)
        try:
            run_task(received, answered)
        finally:
            if received.seen.getvalue():
                name = f"{os.getpid()}-{time.monotonic_ns():020d}.bin"
                with open(os.path.join(os.environ["RECORDING_DIR"], name), "wb") as out:
                    out.write(received.section() + answered.section())

    return main


def install() -> None:
    """Has each worker, once it is forked, copy what it reads and writes."""
    serve: Any = daemon.worker
    installed = False

    def worker(sock: Any, authenticated: Any) -> Any:
        nonlocal installed
        # It is called for each task; up to 4.1 the daemon holds the worker's main function itself.
        if not installed:
            from pyspark import worker as module

            holder, name = (
                (daemon, "worker_main") if hasattr(daemon, "worker_main") else (module, "main")
            )
            setattr(holder, name, recorded(getattr(holder, name)))
            installed = True
        return serve(sock, authenticated)

    daemon.worker = worker


if __name__ == "__main__":
    # Helpers of the planner run under the same daemon module; they do no tasks.
    if sys.argv[1:] in ([], ["pyspark.worker"]):
        install()
    daemon.manager()
