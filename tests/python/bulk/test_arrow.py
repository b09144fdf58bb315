# SPDX-License-Identifier: Apache-2.0
"""Arrow tables through shared memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from py4cpp import bulk, shared_memory


def table_of_everything() -> Any:
    return pa.table(
        {
            "number": [1, 2, None],
            "text": ["a", None, "ccc"],
            "list": [[1.5], [], None],
            "code": pa.array(["x", "y", "x"]).dictionary_encode(),
        }
    )


def test_a_table_goes_to_cpp_and_back(gateway: Any) -> None:
    table = table_of_everything()
    assert bulk.to_arrow(bulk.from_arrow(gateway, table)) == table


def test_a_table_comes_from_another_machine_as_well(
    gateway: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "boot_id"
    elsewhere.write_text("not-this-machine\n")
    monkeypatch.setattr(shared_memory, "BOOT_ID", elsewhere)
    table = table_of_everything()
    assert bulk.to_arrow(bulk.from_arrow(gateway, table)) == table


def test_the_columns_lie_in_the_mapping_and_outlive_the_buffer(gateway: Any) -> None:
    before = pa.total_allocated_bytes()
    table = bulk.to_arrow(bulk.from_arrow(gateway, pa.table({"n": pa.array(range(100_000))})))
    assert pa.total_allocated_bytes() - before < 100_000
    assert table["n"][99_999].as_py() == 99_999


def test_a_table_is_no_array(gateway: Any) -> None:
    with pytest.raises(TypeError, match="to_arrow"):
        bulk.to_numpy(bulk.from_arrow(gateway, table_of_everything()))
