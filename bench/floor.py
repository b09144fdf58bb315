# SPDX-License-Identifier: Apache-2.0
"""The floor under a Python task: what a prototype client needs for an empty one on a reused worker.

    floor.py [RUNNER_TASKS]    with our runner's benchmark program, the two are run in turn

The prototype is the bare client below, plain Python without any engine around it: it starts an
unmodified pyspark.daemon, connects to its Unix socket once, sends the same bytes for every task
with one call and reads the answer with blocking calls until the worker is ready for the next task.
It schedules nothing, watches no time and makes no second worker.

It runs under a Python that has pyspark 4.3 and prints a JSON line: milliseconds per empty task, and
our runner's as a share of the floor with the limit."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import BinaryIO, cast

from pyspark.serializers import CloudPickleSerializer, NoOpSerializer
from watch import middle, report

TASKS = 300
WARM_UP = 20
ROUNDS = 3
LIMITS = {"of_floor": 1.1}
"""What we hold ourselves to; printed beside what was measured."""
START, END_OF_STREAM, END_OF_DATA, TIMING = -8, -4, -1, -3
TIMING_BYTES = 6 * 8


def number(value: int) -> bytes:
    """A 32 bit integer as it goes over the wire."""
    return struct.pack(">i", value)


def text(value: str | bytes) -> bytes:
    """A length and that many bytes."""
    raw = value.encode() if isinstance(value, str) else value
    return number(len(raw)) + raw


def pickled_command() -> bytes:
    """A function that returns its input, whatever the bytes, as a driver would send it."""
    serializer = NoOpSerializer()
    function = (lambda _, items: items, None, serializer, serializer)
    return bytes(CloudPickleSerializer().dumps(function))


def empty_task(folder: str) -> bytes:
    """All that a worker reads for one task without input."""
    context = {
        "isBarrier": False,
        "connInfo": -1,
        "secret": "",
        "stageId": 0,
        "partitionId": 0,
        "attemptNumber": 0,
        "taskAttemptId": 0,
        "cpus": 1,
        "cpuAmount": "1",
        "resources": {},
        "localProperties": {},
    }
    version = "{}.{}".format(*sys.version_info)
    no_files = text(folder) + number(0)
    no_broadcasts = struct.pack(">?i", False, 0)
    no_settings = number(0) + number(0)
    plain_rdd = number(0)
    head = number(0) + text(version) + text(json.dumps(context)) + no_files + no_broadcasts
    head += plain_rdd + no_settings + text(pickled_command())
    return number(START) + text(head) + number(END_OF_DATA) + number(END_OF_STREAM)


def read_number(stream: BinaryIO) -> int:
    """The next 32 bit integer."""
    return int(struct.unpack(">i", stream.read(4))[0])


def read_answer(stream: BinaryIO) -> None:
    """Reads the answer of one task to its clean end."""
    while (mark := read_number(stream)) != END_OF_DATA:
        if mark == TIMING:
            stream.read(TIMING_BYTES)
        elif mark >= 0:
            stream.read(mark)
        else:
            raise SystemExit(f"the worker failed: {stream.read(read_number(stream)).decode()}")
    for _ in range(read_number(stream)):
        stream.read(read_number(stream))
    if (end := read_number(stream)) != END_OF_STREAM:
        raise SystemExit(f"the worker would not be reused: it ended with {end}")


def floor_ms() -> float:
    """Milliseconds that an empty task takes on a reused worker, the median of many."""
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ)
        env.update(
            PYTHONUNBUFFERED="YES",
            SPARK_BUFFER_SIZE="65536",
            SPARK_REUSE_WORKER="1",
            SPARK_LOCAL_DIRS=folder,
            PYTHON_UNIX_DOMAIN_ENABLED="true",
            PYTHON_WORKER_FACTORY_SOCK_DIR=folder,
        )
        daemon = subprocess.Popen(
            [sys.executable, "-m", "pyspark.daemon", "pyspark.worker"],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert daemon.stdin and daemon.stdout
        replies = cast(BinaryIO, daemon.stdout)
        address = replies.read(read_number(replies))
        with socket.socket(socket.AF_UNIX) as worker:
            worker.connect(address)
            stream = cast(BinaryIO, worker.makefile("rb", 65536))
            read_number(stream)  # The worker's process id.
            task = empty_task(folder)
            times = []
            for _ in range(WARM_UP + TASKS):
                start = time.perf_counter()
                worker.sendall(task)
                read_answer(stream)
                times.append(time.perf_counter() - start)
        daemon.stdin.close()
        daemon.wait()
    return median(times[WARM_UP:]) * 1000


def runner_ms(program: str) -> float:
    """The same of our runner, whose first JSON line is about empty tasks."""
    with tempfile.TemporaryDirectory() as folder:
        command = Path(folder) / "command"
        command.write_bytes(pickled_command())
        done = subprocess.run(
            [program, sys.executable, str(command), str(TASKS)],
            capture_output=True,
            text=True,
            check=True,
        )
    return float(json.loads(done.stdout.splitlines()[0])["ms_per_task"])


def main() -> None:
    """Measures both in turn and prints their medians."""
    program = sys.argv[1] if len(sys.argv) > 1 else None
    floor, ours = [], []
    for _ in range(ROUNDS):
        floor.append(floor_ms())
        if program:
            ours.append(runner_ms(program))
    fields: dict[str, object] = {"bench": "empty_task", "floor_ms": middle(floor)}
    if ours:
        fields |= {"runner_ms": middle(ours), "of_floor": round(middle(ours) / middle(floor), 3)}
        fields |= {"limits": LIMITS}
    report(**fields)


if __name__ == "__main__":
    main()
