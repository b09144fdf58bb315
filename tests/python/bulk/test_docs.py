# SPDX-License-Identifier: Apache-2.0
"""What the page on bulk data shows in Python does what it says."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
from documented import python_blocks
from py4cpp import bulk


def test_the_page_on_bulk_data(gateway: Any, lab: Any, source_root: Path) -> None:
    trades = pa.table({"price": [1.0, 2.0]})
    received: list[Any] = []
    market = SimpleNamespace(
        prices=lambda: lab.ramp(4),
        mean=lambda values: received.append(lab.sum(values)),
        trades=lambda: bulk.from_arrow(gateway, trades),
        history=lambda: lab.plain_doubles(4),
        mean_of_vector=lambda values: received.append(lab.sum_of_list(values)),
        load=lambda buffer: received.append(bulk.to_arrow(buffer)),
    )
    buffer = bulk.from_bytes(gateway, b"bytes")
    names: dict[str, Any] = {"market": market, "gateway": gateway, "buffer": buffer}
    (block,) = python_blocks(source_root / "docs" / "bulk.md")
    exec(block, names)
    assert received == [6.0, 4500.0, trades, 2.0]
    assert names["table"] == trades
    assert names["data"] == b"bytes"
