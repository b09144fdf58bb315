# SPDX-License-Identifier: Apache-2.0
"""What batches.cpp runs: a function over an iterator of Arrow record batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc


def to_fahrenheit(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same temperatures in another unit, batch by batch."""
    for batch in batches:
        fahrenheit = pc.add(pc.multiply(batch.column("celsius"), 1.8), 32)
        yield pa.RecordBatch.from_arrays([fahrenheit], ["fahrenheit"])
