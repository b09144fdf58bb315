# SPDX-License-Identifier: Apache-2.0
"""Writes the commands and the frames of the jobs whose throughput is measured: make_jobs.py FOLDER.

Run by an interpreter with pyspark, pandas and pyarrow. The functions are the same that
spark_jobs.py runs on Apache Spark."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from job_functions import KEEP_COLUMNS, LONG, identity, keep_batches, plus_one, split_lines
from pyspark.cloudpickle import dumps
from pyspark.serializers import AutoBatchedSerializer, BatchedSerializer, CPickleSerializer
from pyspark.serializers import UTF8Deserializer as Texts

FRAMES = 64
INTS_PER_FRAME = 1024
WORDS = "the quick brown fox jumps over the lazy dog and runs away into the woods"


def frame(data: bytes) -> bytes:
    """A length and that many bytes."""
    return struct.pack(">i", len(data)) + data


def main() -> None:
    """Writes all files."""
    folder = Path(sys.argv[1])
    batches = BatchedSerializer(CPickleSerializer(), INTS_PER_FRAME)
    pickles = AutoBatchedSerializer(CPickleSerializer())
    commands = {
        "ints": (identity, None, batches, batches),
        "text": (split_lines, None, Texts(use_unicode=True), pickles),
        "pandas_udf": (plus_one, LONG),
        "map_in_arrow": (keep_batches, KEEP_COLUMNS),
    }
    for name, command in commands.items():
        (folder / name).write_bytes(dumps(command, 5))
    numbers = iter(range(1_000_000, 1_000_000 + FRAMES * INTS_PER_FRAME))
    (folder / "ints.frames").write_bytes(
        b"".join(
            frame(CPickleSerializer().dumps([next(numbers) for _ in range(INTS_PER_FRAME)]))
            for _ in range(FRAMES)
        )
    )
    lines = (f"{number} {WORDS[number % 40 :]}".encode() for number in range(1000))
    (folder / "text.frames").write_bytes(b"".join(map(frame, lines)))


if __name__ == "__main__":
    main()
