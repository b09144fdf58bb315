# SPDX-License-Identifier: Apache-2.0
"""Functions from the rows of a group to one value: grouped aggregates (202, 252; iterator forms 217
and 254) and window functions (203, 253), which give that value for each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
from evals.data import COLUMNS, batches_of, column_table, is_frame
from evals.peer import RELEASE, Argument, Peer, Task, TaskError, Udf

GROUPED = [202, 217, 252, 254]
AT_ONCE = [202, 252]  # The eval types that take several functions in one task.
ITERATING = [217, 254]
WINDOW = [203, 253]
LARGE = 25_000


def table(values: Sequence[int | None], weights: Sequence[int] | None = None) -> pa.Table:
    """A group of values and weights; a weight is 1 unless it is given."""
    return pa.table({
        "_0": pa.array(values, pa.int64()),
        "_1": pa.array(weights or [1] * len(values), pa.int64()),
    })  # fmt: skip


def source(groups: Sequence[pa.Table], batch: int = 10_000) -> list[pa.Table]:
    """The groups in batches of so many rows at most."""
    return [pa.Table.from_batches(batches_of(group, batch), group.schema) for group in groups]


def plain(column: Any) -> list[Any]:
    """A series or an array as Python values."""
    if isinstance(column, pa.Array):
        return list(column.to_pylist())
    return [None if null else value.item() if hasattr(value, "item") else value
            for value, null in zip(column, column.isna(), strict=True)]  # fmt: skip


def weighted_sum(values: Any, weights: Any) -> int:
    pairs = zip(plain(values), plain(weights), strict=True)
    return int(sum(value * weight for value, weight in pairs if value is not None))


def count(values: Any) -> int:
    return len(values)


def iterating(function: Callable[..., Any]) -> Callable[..., Any]:
    """The iterator form of a sum: the batches' values are added."""

    def over_batches(batches: Any) -> Any:
        return sum(
            function(*columns) if isinstance(columns, tuple) else function(columns)
            for columns in batches
        )

    return over_batches


def aggregate(
    eval_type: int, function: Callable[..., Any], arguments: Sequence[Argument] = (0,)
) -> Udf:
    """The function as one of that eval type, with a 64-bit result."""
    made = iterating(function) if eval_type in ITERATING else function
    return Udf(made, pa.int64(), arguments)


@pytest.mark.parametrize("eval_type", GROUPED)
def test_each_group_gives_one_row(peer: Peer, eval_type: int) -> None:
    groups = [table([1, None, 3], [10, 10, 10]), table([None]), table(range(LARGE))]
    udf = aggregate(eval_type, weighted_sum, (0, 1))
    answer = peer.run(Task(eval_type, [udf], source(groups)))
    assert answer.values() == [40, 0, sum(range(LARGE))]


@pytest.mark.parametrize("eval_type", AT_ONCE)
def test_several_aggregates_share_one_pass(peer: Peer, eval_type: int) -> None:
    groups = [table([1, 2], [3, 4]), table([5], [6])]
    udfs = [
        aggregate(eval_type, weighted_sum, (1, 0)),
        aggregate(eval_type, count, (1,)),
        Udf(lambda values: f"{plain(values)}", pa.string()),
    ]
    answer = peer.run(Task(eval_type, udfs, source(groups)))
    assert answer.columns() == [[11, 30], [2, 1], ["[1, 2]", "[5]"]]


@pytest.mark.parametrize("eval_type", GROUPED)
def test_a_group_of_many_batches_is_one_group(peer: Peer, eval_type: int) -> None:
    groups = source([table(range(10)), table(range(3))], batch=4)
    answer = peer.run(Task(eval_type, [aggregate(eval_type, count)], groups))
    assert answer.values() == [10, 3]


@pytest.mark.parametrize("eval_type", GROUPED + WINDOW)
def test_a_partition_without_groups_gives_none(peer: Peer, eval_type: int) -> None:
    udf = aggregate(eval_type, count)
    assert peer.run(Task(eval_type, [udf], [], schema=table([]).schema)).batches() == []


@pytest.mark.parametrize("eval_type", GROUPED)
def test_a_group_without_rows_has_a_value_too(peer: Peer, eval_type: int) -> None:
    groups = source([table([1, 2]), table([]), table([3]), table([])])
    answer = peer.run(Task(eval_type, [aggregate(eval_type, count)], groups))
    assert answer.values() == [2, 0, 1, 0]


def nulls(column: Any) -> int:
    return column.null_count if isinstance(column, pa.Array) else int(column.isna().sum())


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("eval_type", GROUPED)
def test_a_group_has_columns_of_each_type(peer: Peer, eval_type: int, column: str) -> None:
    groups = [column_table(column), column_table(column).slice(1, 1)]
    answer = peer.run(Task(eval_type, [aggregate(eval_type, nulls)], groups))
    assert answer.values() == [group["_0"].null_count for group in groups]


def first(column: Any) -> Any:
    """The first value, as the worker holds it."""
    if isinstance(column, pa.Array):
        return column[0] if column[0].is_valid else None
    return None if column.isna().iloc[0] else column.iloc[0]


def first_of_batches(batches: Any) -> Any:
    return next(first(column) for column in batches)


def check_columns(peer: Peer, task: Task, type_: pa.DataType, expected: list[list[Any]]) -> None:
    """The task gives these columns of that type, or PySpark itself refuses it: before 4.3, pandas
    functions of groups and windows give no structs."""
    if RELEASE < (4, 3) and is_frame(type_) and task.eval_type in (202, 203, 217):
        with pytest.raises(TaskError, match=r"PythonError: .* StructType"):
            peer.run(task)
        return
    answer = peer.run(task)
    assert answer.columns() == expected
    assert answer.table().schema.types == [type_] * len(expected)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("eval_type", GROUPED)
def test_an_aggregate_gives_values_of_each_type(peer: Peer, eval_type: int, column: str) -> None:
    table = column_table(column)
    groups = [table, table.slice(1, 1), table.slice(2)]
    function = first_of_batches if eval_type in ITERATING else first
    type_ = table.schema[0].type
    expected = [group["_0"].to_pylist()[0] for group in groups]
    check_columns(peer, Task(eval_type, [Udf(function, type_)], groups), type_, [expected])


@pytest.mark.parametrize("eval_type", ITERATING)
def test_an_aggregate_may_leave_the_rest_of_a_group(peer: Peer, eval_type: int) -> None:
    def of_the_first_batch(batches: Any) -> int:
        return count(next(batches))

    def of_no_batch(batches: Any) -> int:
        return 7

    groups = source([table(range(200_000)), table([1, 2]), table(range(1_500))], batch=1_000)
    for function, expected in ((of_the_first_batch, [1_000, 2, 1_000]), (of_no_batch, [7] * 3)):
        answer = peer.run(Task(eval_type, [Udf(function, pa.int64())], groups))
        assert answer.values() == expected
        after = peer.run(Task(eval_type, [aggregate(eval_type, count)], source([table([1, 2])])))
        assert after.values() == [2]
        assert after.worker_pid == answer.worker_pid


@pytest.mark.parametrize("eval_type", GROUPED + WINDOW)
def test_an_exception_in_a_later_group_ends_the_task(peer: Peer, eval_type: int) -> None:
    def picky(values: Any) -> int:
        if plain(values) == [2]:
            raise ArithmeticError("two")
        return 0

    groups = source([table([1]), table([2]), table([3])])
    with pytest.raises(TaskError, match="PythonError: ArithmeticError: two") as failed:
        peer.run(Task(eval_type, [aggregate(eval_type, picky)], groups))
    assert "in picky" in failed.value.traceback


@pytest.mark.parametrize("eval_type", WINDOW)
def test_an_unbounded_window_repeats_its_value(peer: Peer, eval_type: int) -> None:
    groups = source([table([1, None, 3]), table([7]), table(range(LARGE))])
    udf = aggregate(eval_type, weighted_sum, (0, 1))
    answer = peer.run(Task(eval_type, [udf], groups, windows=["unbounded"]))
    assert answer.values() == [4, 4, 4, 7] + [sum(range(LARGE))] * LARGE


def framed(values: Sequence[int], before: int) -> pa.Table:
    """Values with the bounds of a frame for each row: so many rows before it, and the row."""
    rows = range(len(values))
    return pa.table({
        "_0": pa.array([max(0, row - before) for row in rows], pa.int32()),
        "_1": pa.array([row + 1 for row in rows], pa.int32()),
        "_2": pa.array(values, pa.int64()),
        "_3": pa.array([1] * len(values), pa.int64()),
    })  # fmt: skip


@pytest.mark.parametrize("eval_type", WINDOW)
def test_a_bounded_window_has_a_value_for_each_row(peer: Peer, eval_type: int) -> None:
    groups = source([framed([1, 2, 3, 4], 1), framed([10], 1), framed([5, 6], 1)], batch=3)
    udf = aggregate(eval_type, weighted_sum, (0, 1, 2, 3))
    answer = peer.run(Task(eval_type, [udf], groups, windows=["bounded"]))
    assert answer.values() == [1, 3, 5, 7, 10, 5, 11]


@pytest.mark.parametrize("eval_type", WINDOW)
def test_a_bounded_window_may_be_larger_than_a_batch(peer: Peer, eval_type: int) -> None:
    rows = 2_100
    groups = source([framed(range(rows), rows), framed([1], 1)], batch=1_000)
    udf = aggregate(eval_type, count, (0, 1, 2))
    task = Task(eval_type, [udf], groups, windows=["bounded"], batch_rows=1_000)
    assert peer.run(task).values() == [*range(1, rows + 1), 1]


@pytest.mark.parametrize("eval_type", WINDOW)
def test_a_frame_without_rows_has_a_value_too(peer: Peer, eval_type: int) -> None:
    group = framed([5, 6, 7], 1)
    bounds = [(0, 0), (1, 3), (3, 3)]
    for at, name in enumerate(("_0", "_1")):
        group = group.set_column(at, name, pa.array([pair[at] for pair in bounds], pa.int32()))
    udfs = [aggregate(eval_type, count, (0, 1, 2)),
            aggregate(eval_type, weighted_sum, (0, 1, 2, 3))]  # fmt: skip
    task = Task(eval_type, udfs, source([group]), windows=["bounded", "bounded"])
    assert peer.run(task).columns() == [[0, 2, 0], [0, 13, 0]]


@pytest.mark.parametrize("eval_type", WINDOW)
def test_bounded_and_unbounded_windows_share_one_pass(peer: Peer, eval_type: int) -> None:
    groups = source([framed([1, 2, 3], 2), framed([4], 2)])
    udfs = [aggregate(eval_type, count, (2,)), aggregate(eval_type, count, (0, 1, 2))]
    answer = peer.run(Task(eval_type, udfs, groups, windows=["unbounded", "bounded"]))
    assert answer.columns() == [[3, 3, 3, 1], [1, 2, 3, 1]]


@pytest.mark.parametrize("eval_type", WINDOW)
def test_a_window_without_rows_has_no_values(peer: Peer, eval_type: int) -> None:
    groups = source([framed([1, 2], 1), framed([], 1), framed([3], 1), framed([], 1)])
    udfs = [aggregate(eval_type, count, (2,)), aggregate(eval_type, count, (0, 1, 2))]
    answer = peer.run(Task(eval_type, udfs, groups, windows=["unbounded", "bounded"]))
    assert answer.columns() == [[2, 2, 1], [1, 2, 1]]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("eval_type", WINDOW)
def test_a_window_has_columns_of_each_type(peer: Peer, eval_type: int, column: str) -> None:
    typed = column_table(column).combine_chunks()
    group = framed(range(len(typed)), 1).set_column(2, "_2", typed["_0"])
    udfs = [aggregate(eval_type, nulls, (2,)), aggregate(eval_type, nulls, (0, 1, 2))]
    answer = peer.run(Task(eval_type, udfs, source([group]), windows=["unbounded", "bounded"]))
    missing = [value is None for value in typed["_0"].to_pylist()]
    in_frames = [sum(missing[max(0, row - 1) : row + 1]) for row in range(len(missing))]
    assert answer.columns() == [[sum(missing)] * len(missing), in_frames]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("eval_type", WINDOW)
def test_a_window_gives_values_of_each_type(peer: Peer, eval_type: int, column: str) -> None:
    typed = column_table(column).combine_chunks()
    group = framed(range(len(typed)), 1).set_column(2, "_2", typed["_0"])
    type_ = typed.schema[0].type
    udfs = [Udf(first, type_, (2,)), Udf(first, type_, (0, 1, 2))]
    task = Task(eval_type, udfs, source([group]), windows=["unbounded", "bounded"])
    values = typed["_0"].to_pylist()
    expected = [[values[0]] * len(values), [values[max(0, row - 1)] for row in range(len(values))]]
    check_columns(peer, task, type_, expected)


@pytest.mark.parametrize("eval_type", [202, 203, 252, 253])
def test_arguments_go_by_name(peer: Peer, eval_type: int) -> None:
    udf = aggregate(eval_type, weighted_sum, ((1, "values"), (0, "weights")))
    task = Task(eval_type, [udf], source([table([1, 2], [3, 4])]), windows=["unbounded"])
    if RELEASE < (4, 0):
        with pytest.raises(TaskError, match="name"):
            peer.run(task)
    else:
        assert set(peer.run(task).values()) == {11}
