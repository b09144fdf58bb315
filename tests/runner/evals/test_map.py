# SPDX-License-Identifier: Apache-2.0
"""mapInPandas (205) and mapInArrow (207): from an iterator of frames to another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from evals.data import COLUMNS, batches_of, column_table
from evals.peer import Peer, Task, TaskError, Udf

BOTH = [205, 207]
ROW = pa.struct([("id", pa.int64()), ("name", pa.string())])


def people(rows: int, batch: int) -> pa.Table:
    """Ids from 0, and a name for each but every third."""
    table = pa.table({
        "id": pa.array(range(rows), pa.int64()),
        "name": pa.array([None if i % 3 == 0 else f"n{i}" for i in range(rows)], pa.string()),
    })  # fmt: skip
    return pa.Table.from_batches(batches_of(table, batch), table.schema)


def row(i: int) -> dict[str, Any]:
    """That row of `people`."""
    return {"id": i, "name": None if i % 3 == 0 else f"n{i}"}


def task(eval_type: int, function: Any, table: pa.Table, returns: pa.DataType = ROW) -> Task:
    """The task over that table."""
    return Task(eval_type, [Udf(function, returns)], table)


def identity(batches: Iterator[Any]) -> Iterator[Any]:
    yield from batches


def even_rows_twice(batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        if isinstance(batch, pa.RecordBatch):
            even = [id_ % 2 == 0 for id_ in batch["id"].to_pylist()]
            kept = batch.filter(pa.array(even, pa.bool_()))
        else:
            kept = batch[batch.id % 2 == 0]
        yield kept
        yield kept


@pytest.mark.parametrize("eval_type", BOTH)
def test_frames_come_back_in_order(peer: Peer, eval_type: int) -> None:
    answer = peer.run(task(eval_type, identity, people(25_000, 10_000)))
    assert [batch.num_rows for batch in answer.batches()] == [10_000, 10_000, 5_000]
    assert answer.rows() == [row(i) for i in range(25_000)]


@pytest.mark.parametrize("eval_type", BOTH)
def test_rows_may_become_fewer_or_more(peer: Peer, eval_type: int) -> None:
    answer = peer.run(task(eval_type, even_rows_twice, people(4, 3)))
    assert answer.rows() == [row(0), row(2), row(0), row(2)]


@pytest.mark.parametrize("eval_type", BOTH)
def test_a_partition_without_rows_still_reaches_the_function(peer: Peer, eval_type: int) -> None:
    def count(batches: Iterator[Any]) -> Iterator[Any]:
        import pandas as pd

        total = sum(len(batch) for batch in batches)
        frame = pd.DataFrame({"id": [total], "name": ["total"]})
        yield frame if eval_type == 205 else pa.RecordBatch.from_pandas(frame)

    answer = peer.run(task(eval_type, count, people(0, 1)))
    assert answer.rows() == [{"id": 0, "name": "total"}]


@pytest.mark.parametrize("eval_type", BOTH)
def test_a_function_without_output_gives_none(peer: Peer, eval_type: int) -> None:
    def nothing(batches: Iterator[Any]) -> Iterator[Any]:
        for _ in batches:
            pass
        yield from ()

    assert peer.run(task(eval_type, nothing, people(5, 2))).batches() == []


@pytest.mark.parametrize("eval_type", BOTH)
def test_an_early_stop_gives_a_valid_answer_and_costs_the_worker(
    peer: Peer, eval_type: int
) -> None:
    def first_only(batches: Iterator[Any]) -> Iterator[Any]:
        yield next(batches)

    stopped = peer.run(task(eval_type, first_only, people(200_000, 1_000)))
    assert stopped.rows() == [row(i) for i in range(1_000)]
    after = peer.run(task(eval_type, identity, people(3, 3)))
    assert after.rows() == [row(i) for i in range(3)]
    assert after.worker_pid != stopped.worker_pid


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("eval_type", BOTH)
def test_each_type_comes_back_as_it_went(peer: Peer, eval_type: int, column: str) -> None:
    table = column_table(column)
    answer = peer.run(task(eval_type, identity, table, pa.struct(list(table.schema))))
    assert answer.table()["_0"] == table["_0"]


@pytest.mark.parametrize("eval_type", BOTH)
def test_an_exception_after_some_batches_comes_with_its_traceback(
    peer: Peer, eval_type: int
) -> None:
    def second_fails(batches: Iterator[Any]) -> Iterator[Any]:
        yield next(batches)
        raise KeyError("second")

    with pytest.raises(TaskError, match="PythonError: KeyError: 'second'") as failed:
        peer.run(task(eval_type, second_fails, people(100_000, 1_000)))
    assert "in second_fails" in failed.value.traceback
