# SPDX-License-Identifier: Apache-2.0
"""Pickles the function that rows.cpp runs, by value, as a driver does: make_command.py FILE."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyspark.cloudpickle import dumps
from pyspark.serializers import BatchedSerializer, CPickleSerializer, NoOpSerializer


def greetings(partition: int, people: Iterable[tuple[str, int]]) -> Iterator[bytes]:
    """A line about each row of a partition."""
    for name, age in people:
        yield f"partition {partition}: {name} will be {age + 1}".encode()


# Pickled lists of rows come in, plain bytes go out.
rows, lines = BatchedSerializer(CPickleSerializer()), NoOpSerializer()
Path(sys.argv[1]).write_bytes(dumps((greetings, None, rows, lines)))
