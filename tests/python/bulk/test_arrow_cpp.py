# SPDX-License-Identifier: Apache-2.0
"""Arrow tables between pyarrow and a C++ program that uses Arrow's own library."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from bulk.left import NOTHING_LEFT, check_nothing_is_left, held_by_both_sides
from py4cpp import bulk
from py4j.java_gateway import GatewayParameters, JavaGateway
from py4j.protocol import Py4JJavaError


@pytest.fixture(scope="module")
def arrow_client(build_dir: Path) -> Iterator[JavaGateway]:
    """A client of the program, which the build makes where pyarrow's wheel has Arrow's headers."""
    program = build_dir / "tests" / "python" / "arrow_peer"
    if not program.exists():
        pytest.fail(f"{program} is missing: Arrow's C++ headers were not found by the build")
    with subprocess.Popen(
        [str(program), "0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        client = JavaGateway(gateway_parameters=GatewayParameters(port=port))
        yield client
        client.shutdown()
        assert process.wait(10) == 0
        assert process.stdout.read() == NOTHING_LEFT


@pytest.fixture
def arrow_gateway(arrow_client: JavaGateway) -> Iterator[JavaGateway]:
    """The client. What a test makes is gone on both sides once it has ended."""
    held = held_by_both_sides(arrow_client)
    yield arrow_client
    check_nothing_is_left(arrow_client, held)


def test_a_table_of_cpp_is_one_of_pyarrow(arrow_gateway: Any) -> None:
    table = bulk.to_arrow(arrow_gateway.entry_point.count_to(1000))
    assert table == pa.table({"n": pa.array(range(1000), pa.int64())})


def test_a_table_of_pyarrow_is_one_of_cpp_without_a_copy(arrow_gateway: Any) -> None:
    buffer = bulk.from_arrow(arrow_gateway, pa.table({"n": [1.5, 2.5], "t": ["a", None]}))
    assert arrow_gateway.entry_point.rows(buffer) == 2
    assert arrow_gateway.entry_point.is_in_place(buffer)


def test_bytes_that_are_no_table_are_refused(arrow_gateway: Any) -> None:
    with pytest.raises(Py4JJavaError, match="no Arrow table"):
        arrow_gateway.entry_point.rows(bulk.from_bytes(arrow_gateway, b"abc"))
    garbage = arrow_gateway.jvm.py4cpp.SharedBuffer(100, "arrow.stream", "")
    garbage.write(0, b"\x07" * 100)
    with pytest.raises(Py4JJavaError, match="Arrow: "):
        arrow_gateway.entry_point.rows(garbage)
