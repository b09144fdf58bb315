# SPDX-License-Identifier: Apache-2.0
"""Functions over record batches and other data, which tests name by this module."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from faults import FAULTS


def keep(batches: Iterable[Any]) -> Iterable[Any]:
    """Every batch as it comes."""
    return batches


def first_two(batches: Iterable[Any]) -> Iterator[Any]:
    """Leaves the rest unread."""
    return islice(batches, 2)


def nothing(batches: Iterable[Any]) -> Iterator[Any]:
    """Reads all and makes no batch."""
    for _ in batches:
        pass
    return iter(())


def third_is_wrong(batches: Iterable[Any]) -> Iterator[Any]:
    """Raises when some batches are out."""
    for number, batch in enumerate(batches):
        if number == 2:
            raise ValueError("the third batch is wrong")
        yield batch


def twice(values: Any) -> Any:
    """A number, or a series of numbers."""
    return values * 2


def shout(_split: int, items: Iterable[bytes]) -> Iterator[bytes]:
    """Over an RDD's items."""
    return (item.upper() for item in items)


def loaded(_split: int, items: Iterable[bytes]) -> Iterator[bytes]:
    """Over an RDD's items: which of these modules are imported already."""
    return (str(item.decode() in sys.modules).encode() for item in items)


def from_tenth_on(batches: Iterable[Any], then: Callable[[], object]) -> Iterator[Any]:
    """Every batch as it comes, until something happens instead."""
    for number, batch in enumerate(batches):
        if number == 9:
            then()
        yield batch


def exits(batches: Iterable[Any]) -> Iterator[Any]:
    """Ends the worker in the middle."""
    return from_tenth_on(batches, lambda: os._exit(3))


def hangs(batches: Iterable[Any]) -> Iterator[Any]:
    """Neither reads nor writes from the middle on."""
    return from_tenth_on(batches, lambda: time.sleep(600))


def strike(frames: Iterable[Any]) -> Iterator[Any]:
    """Every frame of pandas as it comes, unless its text names a fault."""
    return (strike_group(frame) for frame in frames)


def strike_batches(batches: Iterable[Any]) -> Iterator[Any]:
    """Every batch as it comes, unless its text names a fault."""
    for batch in batches:
        if happen := FAULTS.get(batch.column(1)[0].as_py()):
            happen()
        yield batch


def strike_group(rows: Any) -> Any:
    """The rows of a group, unless their text names a fault."""
    if happen := FAULTS.get(rows["text"].iloc[0]):
        happen()
    return rows


def strike_cogroup(left: Any, _right: Any) -> Any:
    """The rows of the left side, unless their text names a fault."""
    return strike_group(left)


def keep_group(rows: Any) -> Any:
    """The rows of a group."""
    return rows


def keep_left(left: Any, _right: Any) -> Any:
    """The rows of the left one of two groups."""
    return left


def total(values: Any) -> int:
    """The sum of a series."""
    return int(values.sum())


class Doubles:
    """A table function: a row for each number, with its double."""

    def eval(self, n: int) -> Iterator[tuple[int]]:
        """Called for each row."""
        yield (2 * n,)
