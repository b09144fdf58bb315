# SPDX-License-Identifier: Apache-2.0
"""What the measured jobs compute. Sent to the workers by value."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from pyspark import cloudpickle
from pyspark.sql.types import LongType, StructField, StructType

cloudpickle.register_pickle_by_value(sys.modules[__name__])

LONG = LongType()
KEEP_COLUMNS = StructType([StructField("id", LONG)])


def identity(_: int, items: Iterable[Any]) -> Iterable[Any]:
    """Every item as it comes."""
    return items


def split_lines(_: int, lines: Iterable[str]) -> Iterator[str]:
    """The words of all lines."""
    return (word for line in lines for word in line.split())


def plus_one(values: Any) -> Any:
    """A pandas series, one more in each row."""
    return values + 1


def keep_batches(batches: Iterable[Any]) -> Iterable[Any]:
    """Arrow record batches as they come."""
    return batches
