# SPDX-License-Identifier: Apache-2.0
"""Functions over iterators of Arrow record batches, which tests name by this module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any


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
