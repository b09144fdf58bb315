# SPDX-License-Identifier: Apache-2.0
"""Table functions over Arrow data: of Python values (301) and of Arrow's own (302)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pytest
from evals.data import COLUMNS, batches_of, column_table
from evals.peer import RELEASE, Peer, Task, TaskError, Udtf
from pyspark.sql.pandas.types import from_arrow_schema

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


def partitioned(batches: list[list[dict[str, Any]]]) -> pa.Table:
    """Batches of rows with a key and a value, as one column of structs."""
    column = pa.struct([("key", pa.string()), ("value", pa.int64())])
    schema = pa.schema([("_0", column)])
    return pa.Table.from_batches(
        [pa.record_batch([pa.array(batch, column)], schema=schema) for batch in batches]
    )


def over_partitions(eval_type: int, handler: type, table: pa.Table) -> Task:
    """The task that gives a number for each partition by key of that table."""
    return task(
        eval_type,
        handler,
        table,
        returns=pa.schema([("total", pa.int64())]),
        partition_columns=[0],
        table_arguments=[0] if eval_type == 302 else [],
    )


@pytest.mark.parametrize("eval_type", HANDLERS)
def test_each_partition_of_a_table_argument_has_an_end(peer: Peer, eval_type: int) -> None:
    rows = [{"key": key, "value": value} for key, value in [("a", 1), ("a", 2), ("b", 40)]]
    table = partitioned([rows[:1], rows[1:]] if eval_type == 301 else [rows[:2], rows[2:]])
    handler = Total if eval_type == 301 else TotalArrow
    totals = over_partitions(eval_type, handler, table)
    if RELEASE < (4, 0):
        with pytest.raises(TaskError, match=r"Error: .* has neither partition columns"):
            peer.run(totals)
    else:
        assert peer.run(totals).values() == [3, 40]


def skipping(handler: type) -> type:
    """The table function that skips the rest of its input after its first call."""

    class Skipping(handler):
        def eval(self, row: Any) -> None:
            from pyspark.sql.functions import SkipRestOfInputTableException

            super().eval(row)
            raise SkipRestOfInputTableException("enough")

    return Skipping


if RELEASE >= (4, 0):  # PySpark 3.5 has no such exception.

    @pytest.mark.parametrize("eval_type", HANDLERS)
    def test_a_function_may_skip_the_rest_of_a_partition(peer: Peer, eval_type: int) -> None:
        keys = ["a"] * 1_000 + ["b"] * 2 + ["c"] * 20_000
        rows: list[dict[str, Any]] = [{"key": key, "value": at} for at, key in enumerate(keys)]
        batches = [rows[:1_000], rows[1_000:1_002]]
        batches += [rows[at : at + 1_000] for at in range(1_002, len(rows), 1_000)]
        handler = skipping(Total if eval_type == 301 else TotalArrow)
        answer = peer.run(over_partitions(eval_type, handler, partitioned(batches)))
        calls = batches if eval_type == 302 else [[rows[0]], [rows[1_000]], [rows[1_002]]]
        assert answer.values() == [sum(row["value"] for row in call) for call in calls[:3]]
        after = peer.run(over_partitions(eval_type, handler, partitioned([rows[1:2]])))
        assert after.values() == [1]


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


def analysis(prefix: str) -> Any:
    """What the driver's call of `analyze` would have returned: a result with a field of its own."""
    from pyspark.sql.udtf import AnalyzeResult

    @dataclass
    class WithPrefix(AnalyzeResult):
        prefix: str = ""

    return WithPrefix(schema=from_arrow_schema(REPEATED), prefix=prefix)


class Analyzed:
    """Gives its argument back beside what the analysis says."""

    def __init__(self, analyzed: Any) -> None:
        self.prefix = analyzed.prefix

    def eval(self, x: Any) -> Iterator[Any]:
        if isinstance(x, pa.Array):
            yield pa.table({"x": x, "what": [self.prefix] * len(x)})
        else:
            yield int(x), self.prefix


@pytest.mark.parametrize("eval_type", HANDLERS)
def test_the_analysis_of_the_driver_reaches_the_function(peer: Peer, eval_type: int) -> None:
    numbered = numbers(3, 0, batch=2).select([0])
    if RELEASE < (4, 0):
        with pytest.raises(TaskError, match=r"Error: .* has neither .* nor an analysis"):
            peer.run(task(eval_type, Analyzed, numbered, analyze_result="any"))
        return
    for word in ("first", "second"):
        analyzed = task(eval_type, Analyzed, numbered, analyze_result=analysis(word))
        assert peer.run(analyzed).rows() == [{"x": x, "what": word} for x in range(3)]


@pytest.mark.parametrize("eval_type", HANDLERS)
def test_an_exception_comes_with_its_traceback(peer: Peer, eval_type: int) -> None:
    class Failing:
        def eval(self, x: Any) -> Iterator[Any]:
            raise ValueError("no table today")

    with pytest.raises(TaskError, match="no table today") as failed:
        peer.run(task(eval_type, Failing, numbers(3, 1)))
    assert failed.value.kind == "PythonError"
