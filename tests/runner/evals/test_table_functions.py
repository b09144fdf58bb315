# SPDX-License-Identifier: Apache-2.0
"""Table functions over Arrow data: of Python values (301) and of Arrow's own (302)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from evals.data import COLUMNS, batches_of, column_table
from evals.peer import RELEASE, Peer, Task, TaskError, Udtf

REPEATED = pa.schema([("x", pa.int64()), ("what", pa.string())])


class Repeat:
    """Gives its argument so many times, and at the end how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def eval(self, x: Any, times: Any) -> Iterator[tuple[Any, str]]:
        self.calls += 1
        for i in range(int(times)):
            yield x, f"copy {i}"

    def terminate(self) -> Iterator[tuple[int, str]]:
        yield self.calls, "calls"


class RepeatArrow:
    """The same from arrays to tables."""

    def __init__(self) -> None:
        self.rows = 0

    def eval(self, x: pa.Array, times: pa.Array) -> Iterator[pa.Table]:
        self.rows += len(x)
        made = [
            {"x": value, "what": f"copy {i}"}
            for value, count in zip(x.to_pylist(), times.to_pylist(), strict=True)
            for i in range(count)
        ]
        yield pa.Table.from_pylist(
            made, schema=pa.schema([("x", pa.int64()), ("what", pa.string())])
        )

    def terminate(self) -> Iterator[pa.Table]:
        yield pa.table({"x": pa.array([self.rows], pa.int64()), "what": ["calls"]})


HANDLERS: dict[int, type] = {301: Repeat, 302: RepeatArrow}


def task(eval_type: int, handler: type, table: pa.Table, **how: Any) -> Task:
    """The task over that table."""
    return Task(eval_type, Udtf(handler, how.pop("returns", REPEATED), **how), table)


def numbers(rows: int, times: int, batch: int = 10_000) -> pa.Table:
    """Numbers from 0, each with how often it is wanted."""
    table = pa.table({
        "_0": pa.array(range(rows), pa.int64()),
        "_1": pa.array([times] * rows, pa.int64()),
    })  # fmt: skip
    return pa.Table.from_batches(batches_of(table, batch), table.schema)


@pytest.mark.parametrize("eval_type", HANDLERS)
def test_each_row_gives_rows_and_the_end_gives_more(peer: Peer, eval_type: int) -> None:
    table = numbers(5, 2, batch=3)
    answer = peer.run(task(eval_type, HANDLERS[eval_type], table, arguments=(0, 1)))
    copies = [{"x": x, "what": f"copy {i}"} for x in range(5) for i in range(2)]
    assert answer.rows() == [*copies, {"x": 5, "what": "calls"}]


@pytest.mark.parametrize("eval_type", HANDLERS)
def test_an_empty_partition_only_ends(peer: Peer, eval_type: int) -> None:
    answer = peer.run(task(eval_type, HANDLERS[eval_type], numbers(0, 0), arguments=(0, 1)))
    assert answer.rows() == [{"x": 0, "what": "calls"}]


@pytest.mark.parametrize("eval_type", HANDLERS)
def test_arguments_go_by_name(peer: Peer, eval_type: int) -> None:
    named = task(eval_type, HANDLERS[eval_type], numbers(2, 1), arguments=((1, "times"), (0, "x")))
    if RELEASE < (4, 0):
        with pytest.raises(TaskError, match="name"):
            peer.run(named)
    else:
        assert [row["x"] for row in peer.run(named).rows()] == [0, 1, 2]


class Total:
    """Adds up the rows of each partition of a table; a row is its columns but the key."""

    def __init__(self) -> None:
        self.total = 0

    def eval(self, row: Any) -> None:
        self.total += int(row["value"])

    def terminate(self) -> Iterator[tuple[int]]:
        yield (self.total,)


class TotalArrow:
    """The same from record batches to tables."""

    def __init__(self) -> None:
        self.total = 0

    def eval(self, rows: pa.RecordBatch) -> None:
        self.total += sum(rows.column("value").to_pylist())

    def terminate(self) -> Iterator[pa.Table]:
        yield pa.table({"total": pa.array([self.total], pa.int64())})


@pytest.mark.parametrize("eval_type", HANDLERS)
def test_each_partition_of_a_table_argument_has_an_end(peer: Peer, eval_type: int) -> None:
    rows = [{"key": key, "value": value} for key, value in [("a", 1), ("a", 2), ("b", 40)]]
    batches = [rows[:1], rows[1:]] if eval_type == 301 else [rows[:2], rows[2:]]
    column = pa.struct([("key", pa.string()), ("value", pa.int64())])
    schema = pa.schema([("_0", column)])
    table = pa.Table.from_batches(
        [pa.record_batch([pa.array(batch, column)], schema=schema) for batch in batches]
    )
    totals = task(
        eval_type,
        Total if eval_type == 301 else TotalArrow,
        table,
        returns=pa.schema([("total", pa.int64())]),
        partition_columns=[0],
        table_arguments=[0] if eval_type == 302 else [],
    )
    if RELEASE < (4, 0):
        with pytest.raises(TaskError, match=r"Error: .* has neither partition columns"):
            peer.run(totals)
    else:
        assert peer.run(totals).values() == [3, 40]


class Same:
    """Gives each value back."""

    def eval(self, x: Any) -> Iterator[tuple[Any]]:
        yield (x,)


class SameArrow:
    """Gives each array back."""

    def eval(self, x: pa.Array) -> Iterator[pa.Table]:
        yield pa.table({"_0": x})


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("eval_type", HANDLERS)
def test_each_type_comes_back_as_it_went(peer: Peer, eval_type: int, column: str) -> None:
    table = column_table(column)
    same = task(eval_type, Same if eval_type == 301 else SameArrow, table, returns=table.schema)
    if column == "interval" and RELEASE < (4, 1):  # PySpark itself has no conversion for it.
        with pytest.raises(TaskError, match="PythonError"):
            peer.run(same)
        return
    answer = peer.run(same)
    assert [row["_0"] for row in answer.rows()] == table["_0"].to_pylist()


@pytest.mark.parametrize("eval_type", HANDLERS)
def test_an_exception_comes_with_its_traceback(peer: Peer, eval_type: int) -> None:
    class Failing:
        def eval(self, x: Any) -> Iterator[Any]:
            raise ValueError("no table today")

    with pytest.raises(TaskError, match="no table today") as failed:
        peer.run(task(eval_type, Failing, numbers(3, 1)))
    assert failed.value.kind == "PythonError"
