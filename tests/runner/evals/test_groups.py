# SPDX-License-Identifier: Apache-2.0
"""Functions of a group: applyInPandas (201, iterator form 216), applyInArrow (209, iterator form
215), and of a group of each of two frames (206, 210)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
from evals.data import COLUMNS, batches_of, column_table
from evals.peer import Peer, Task, TaskError, Udf

ALL = [201, 209, 215, 216]
ITERATING = [215, 216]
COGROUPED = [206, 210]
SUM = pa.struct([("key", pa.string()), ("rows", pa.int64()), ("sum", pa.int64())])
LARGE = 25_000


def group(key: str | None, values: Sequence[int | None]) -> pa.Table:
    """The rows of one group: its key and a value."""
    return pa.table({
        "key": pa.array([key] * len(values), pa.string()),
        "value": pa.array(values, pa.int64()),
    })  # fmt: skip


def source(groups: Sequence[pa.Table], batch: int = 10_000) -> list[Any]:
    """Groups as tables of that many rows at most in a batch."""
    return [pa.Table.from_batches(batches_of(each, batch), each.schema) for each in groups]


def offsets(keys: Sequence[int], values: Sequence[int]) -> list[int]:
    """How many offsets follow, how many are keys, then keys and values."""
    return [1 + len(keys) + len(values), len(keys), *keys, *values]


def as_frame(eval_type: int, rows: Sequence[dict[str, Any]], type_: pa.DataType) -> Any:
    """Rows in what functions of that eval type return or yield."""
    import pandas as pd

    table = pa.Table.from_pylist(list(rows), schema=pa.schema(list(type_)))
    if eval_type in (201, 206, 216):
        return pd.DataFrame(table.to_pylist(), columns=table.schema.names, dtype=object)
    return table if eval_type in (209, 210) else table.combine_chunks().to_batches()[0]


def summing(eval_type: int, with_key: bool) -> Callable[..., Any]:
    """Counts and sums the group; the key is the argument where there is one."""

    def numbers(frame: Any) -> list[Any]:
        column = frame["value"]
        if isinstance(frame, pa.Table | pa.RecordBatch):
            return list(column.to_pylist())
        return [None if null else int(v) for v, null in zip(column, column.isna(), strict=True)]

    def first_key(frame: Any) -> Any:
        column = frame["key"]
        found = column[0].as_py() if hasattr(column, "to_pylist") else column.iloc[0]
        return None if found is None or isinstance(found, float) else found  # NaN is a null.

    def total(key: Any, frames: Sequence[Any]) -> Any:
        values = [value for frame in frames for value in numbers(frame)]
        name = key[0].as_py() if hasattr(key[0], "as_py") else key[0]
        row = {"key": name, "rows": len(values), "sum": sum(v or 0 for v in values)}
        return as_frame(eval_type, [row], SUM)

    def of_frame(frame: Any) -> Any:
        return total((first_key(frame),), [frame])

    def of_frames(frames: Any) -> Any:
        held = list(frames)
        yield total((first_key(held[0]),), held)

    def of_key_and_frames(key: Any, frames: Any) -> Any:
        yield total(key, list(frames))

    if eval_type in ITERATING:
        return of_key_and_frames if with_key else of_frames
    return (lambda key, frame: total(key, [frame])) if with_key else of_frame


@pytest.mark.parametrize("with_key", [False, True], ids=["rows", "key-and-rows"])
@pytest.mark.parametrize("eval_type", ALL)
def test_each_group_is_one_call(peer: Peer, eval_type: int, with_key: bool) -> None:
    groups = [group("a", [1, None, 3]), group(None, [5]), group("b", range(LARGE))]
    udf = Udf(summing(eval_type, with_key), SUM, offsets([0], [0, 1]))
    answer = peer.run(Task(eval_type, [udf], source(groups)))
    assert answer.rows() == [
        {"key": "a", "rows": 3, "sum": 4},
        {"key": None, "rows": 1, "sum": 5},
        {"key": "b", "rows": LARGE, "sum": sum(range(LARGE))},
    ]


@pytest.mark.parametrize("eval_type", ALL)
def test_a_partition_without_groups_gives_none(peer: Peer, eval_type: int) -> None:
    udf = Udf(summing(eval_type, with_key=True), SUM, offsets([0], [0, 1]))
    schema = source([group("a", [1])])[0].schema
    assert peer.run(Task(eval_type, [udf], [], schema=schema)).batches() == []


@pytest.mark.parametrize("eval_type", ITERATING)
def test_a_group_larger_than_a_batch_comes_in_batches(peer: Peer, eval_type: int) -> None:
    lengths = pa.struct([("rows", pa.int64())])

    def batch_sizes(batches: Any) -> Any:
        for batch in batches:
            yield as_frame(eval_type, [{"rows": len(batch)}], lengths)

    udf = Udf(batch_sizes, lengths, offsets([0], [0, 1]))
    groups = [group("a", range(7)), group("b", range(2))]
    answer = peer.run(Task(eval_type, [udf], source(groups, batch=3)))
    assert [row["rows"] for row in answer.rows()] == [3, 3, 1, 2]


@pytest.mark.parametrize("eval_type", ITERATING)
def test_a_function_may_leave_the_rest_of_a_group(peer: Peer, eval_type: int) -> None:
    lengths = pa.struct([("rows", pa.int64())])

    def first_batch(batches: Any) -> Any:
        yield as_frame(eval_type, [{"rows": len(next(batches))}], lengths)

    udf = Udf(first_batch, lengths, offsets([0], [0, 1]))
    groups = [group("a", range(7)), group("b", range(2))]
    answer = peer.run(Task(eval_type, [udf], source(groups, batch=3)))
    assert [row["rows"] for row in answer.rows()] == [3, 2]


@pytest.mark.parametrize("eval_type", ALL)
def test_a_group_without_rows_is_a_call_too(peer: Peer, eval_type: int) -> None:
    lengths = pa.struct([("rows", pa.int64())])

    def count(frame: Any) -> Any:
        return as_frame(eval_type, [{"rows": len(frame)}], lengths)

    def count_all(frames: Any) -> Any:
        for frame in frames:
            yield count(frame)

    empty = group("a", []).schema.empty_table()
    batch = pa.record_batch(empty.to_pydict(), schema=empty.schema)
    tables = [pa.Table.from_batches([batch]), group("b", [1, 2])]
    udf = Udf(count_all if eval_type in ITERATING else count, lengths, offsets([0], [0, 1]))
    answer = peer.run(Task(eval_type, [udf], tables))
    assert [row["rows"] for row in answer.rows()] == [0, 2]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("eval_type", ALL)
def test_each_type_comes_back_as_it_went(peer: Peer, eval_type: int, column: str) -> None:
    table = column_table(column)
    identity = (lambda frames: frames) if eval_type in ITERATING else (lambda frame: frame)
    udf = Udf(identity, pa.struct(list(table.schema)), offsets([], [0]))
    answer = peer.run(Task(eval_type, [udf], [table]))
    assert answer.table()["_0"].to_pylist() == table["_0"].to_pylist()


@pytest.mark.parametrize("eval_type", ALL)
def test_an_exception_in_a_later_group_ends_the_task(peer: Peer, eval_type: int) -> None:
    total = summing(eval_type, with_key=True)

    def picky(key: Any, frames: Any) -> Any:
        if str(key[0]) == "b":
            raise LookupError("b is not wanted")
        return total(key, frames)

    udf = Udf(picky, SUM, offsets([0], [0, 1]))
    groups = [group("a", [1]), group("b", [2]), group("c", [3])]
    with pytest.raises(TaskError, match="PythonError: LookupError: b is not wanted") as failed:
        peer.run(Task(eval_type, [udf], source(groups)))
    assert "in picky" in failed.value.traceback


JOINED = pa.struct([("key", pa.string()), ("left", pa.int64()), ("right", pa.int64())])


def joining(eval_type: int, with_key: bool) -> Callable[..., Any]:
    """How many rows each side has."""

    def joined(key: Any, left: Any, right: Any) -> Any:
        name = key[0].as_py() if hasattr(key[0], "as_py") else key[0]
        row = {"key": name, "left": len(left), "right": len(right)}
        return as_frame(eval_type, [row], JOINED)

    return joined if with_key else (lambda left, right: joined((None,), left, right))


def sides(pairs: Sequence[tuple[pa.Table, pa.Table]], batch: int = 10_000) -> list[Any]:
    """Pairs of tables, none without a batch."""
    return [
        tuple(
            pa.Table.from_batches(
                batches_of(side, batch) or [pa.record_batch(side.to_pydict(), schema=side.schema)]
            )
            for side in pair
        )
        for pair in pairs
    ]


@pytest.mark.parametrize("eval_type", COGROUPED)
def test_cogroups_may_have_empty_sides(peer: Peer, eval_type: int) -> None:
    pairs = [
        (group("a", [1, 2]), group("a", [3])),
        (group("b", [1]), group("b", [])),
        (group(None, []), group(None, [])),
        (group("c", []), group("c", range(LARGE))),
    ]
    arguments = offsets([0], [0, 1]) * 2
    udf = Udf(joining(eval_type, with_key=False), JOINED, arguments)
    assert peer.run(Task(eval_type, [udf], sides(pairs))).rows() == [
        {"key": None, "left": 2, "right": 1},
        {"key": None, "left": 1, "right": 0},
        {"key": None, "left": 0, "right": 0},
        {"key": None, "left": 0, "right": LARGE},
    ]


@pytest.mark.parametrize("eval_type", COGROUPED)
def test_the_key_of_cogroups_comes_from_a_side_with_rows(peer: Peer, eval_type: int) -> None:
    pairs = [
        (group("b", [1]), group("b", [])),
        (group("c", []), group("c", [2, 3])),
    ]
    udf = Udf(joining(eval_type, with_key=True), JOINED, offsets([0], [0, 1]) * 2)
    assert peer.run(Task(eval_type, [udf], sides(pairs))).rows() == [
        {"key": "b", "left": 1, "right": 0},
        {"key": "c", "left": 0, "right": 2},
    ]


@pytest.mark.parametrize("eval_type", COGROUPED)
def test_cogroups_go_without_the_key_and_with_unlike_sides(peer: Peer, eval_type: int) -> None:
    wide = pa.table({"key": ["a", "a"], "x": [1.5, None], "y": [b"1", b"2"]})
    udf = Udf(joining(eval_type, with_key=False), JOINED, offsets([0], [0]) + offsets([0], [1, 2]))
    answer = peer.run(Task(eval_type, [udf], sides([(group("a", [1, 2, 3]), wide)])))
    assert answer.rows() == [{"key": None, "left": 3, "right": 2}]


@pytest.mark.parametrize("eval_type", COGROUPED)
def test_a_partition_without_cogroups_gives_none(peer: Peer, eval_type: int) -> None:
    udf = Udf(joining(eval_type, with_key=True), JOINED, offsets([0], [0, 1]) * 2)
    schema = group("a", []).schema
    assert peer.run(Task(eval_type, [udf], [], schema=(schema, schema))).batches() == []


@pytest.mark.parametrize("eval_type", COGROUPED)
def test_an_exception_in_later_cogroups_ends_the_task(peer: Peer, eval_type: int) -> None:
    joined = joining(eval_type, with_key=True)

    def picky(key: Any, left: Any, right: Any) -> Any:
        if len(right) == 2:
            raise LookupError("two on the right")
        return joined(key, left, right)

    pairs = [(group(key, [1]), group(key, values)) for key, values in (("a", [1]), ("b", [1, 2]))]
    udf = Udf(picky, JOINED, offsets([0], [0, 1]) * 2)
    with pytest.raises(TaskError, match="PythonError: LookupError: two on the right") as failed:
        peer.run(Task(eval_type, [udf], sides(pairs)))
    assert "in picky" in failed.value.traceback


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("eval_type", COGROUPED)
def test_each_type_crosses_on_both_sides(peer: Peer, eval_type: int, column: str) -> None:
    table = column_table(column)

    def both(left: Any, right: Any) -> Any:
        import pandas as pd

        if isinstance(left, pa.Table):
            return pa.concat_tables([left, right])
        return pd.concat([left, right], ignore_index=True)

    udf = Udf(both, pa.struct(list(table.schema)), offsets([], [0]) * 2)
    answer = peer.run(Task(eval_type, [udf], sides([(table, table)])))
    assert answer.table()["_0"].to_pylist() == table["_0"].to_pylist() * 2
