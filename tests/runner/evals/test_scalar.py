# SPDX-License-Identifier: Apache-2.0
"""Functions from columns to a column: Arrow batched (101), pandas (200, 204) and Arrow (250, 251).

Each has a plain and an iterator form; `FORMS` turns one idea, a function of scalars, into what each
eval type calls."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pytest
from evals.data import COLUMNS, LARGE_COLUMNS, batches_of, column_table, is_frame, is_spatial
from evals.peer import RELEASE, Argument, Peer, Task, TaskError, Udf

ALL = [101, 200, 204, 250, 251]
AT_ONCE = [101, 200, 250]  # The eval types that take several functions in one task.


def with_nulls(function: Callable[..., Any], *values: Any) -> Any:
    """What SQL does: null as soon as an argument is null. Before 4.1, workers read Arrow data into
    pandas for plain functions too, where nulls are NaN and numbers beside them doubles."""
    missing = any(v is None or (isinstance(v, float) and math.isnan(v)) for v in values)
    return None if missing else function(*values)


def to_arrow(function: Callable[..., Any], type_: pa.DataType) -> Callable[..., pa.Array]:
    """The function over Arrow arrays."""

    def over_arrays(*arrays: pa.Array) -> pa.Array:
        rows = zip(*[array.to_pylist() for array in arrays], strict=True)
        return pa.array([with_nulls(function, *row) for row in rows], type_)

    return over_arrays


def plain(column: Any) -> list[Any]:
    """A series as Python values; beside nulls, pandas had made doubles of integers."""
    values = column.convert_dtypes().astype(object)
    return [None if null else v for v, null in zip(values, column.isna(), strict=True)]


def to_pandas(function: Callable[..., Any], type_: pa.DataType) -> Callable[..., Any]:
    """The function over pandas series."""

    def over_series(*columns: Any) -> Any:
        import pandas as pd

        values = [plain(column) for column in columns]
        return pd.Series(
            [with_nulls(function, *row) for row in zip(*values, strict=True)], dtype=object
        )

    return over_series


def iterating(over_columns: Callable[..., Any]) -> Callable[..., Any]:
    """The iterator form: an iterator of columns, or of tuples of them."""

    def over_batches(batches: Any) -> Any:
        for columns in batches:
            yield over_columns(*columns) if isinstance(columns, tuple) else over_columns(columns)

    return over_batches


def form(eval_type: int, function: Callable[..., Any], type_: pa.DataType) -> Callable[..., Any]:
    """What that eval type calls in order to compute `function`, a function of scalars."""
    if eval_type == 101:
        return functools.partial(with_nulls, function)
    over_columns = (to_pandas if eval_type < 250 else to_arrow)(function, type_)
    return iterating(over_columns) if eval_type in (204, 251) else over_columns


def scalar(
    eval_type: int,
    function: Callable[..., Any],
    arguments: Sequence[Argument] = (0,),
    returns: pa.DataType | None = None,
) -> Udf:
    """A function of scalars as one of that eval type."""
    type_ = returns or pa.int64()
    return Udf(form(eval_type, function, type_), type_, arguments)


def two_columns() -> pa.Table:
    """Columns x and y with nulls, in batches of 3, 0 and 2 rows."""
    table = pa.table({
        "_0": pa.array([1, 2, None, 4, 5], pa.int64()),
        "_1": pa.array([10, None, 30, 40, 50], pa.int64()),
    })  # fmt: skip
    whole = table.to_batches()[0]
    return pa.Table.from_batches([whole.slice(0, 3), whole.slice(0, 0), whole.slice(3)])


@pytest.mark.parametrize("eval_type", ALL)
def test_a_function_gets_each_batch_and_keeps_nulls(peer: Peer, eval_type: int) -> None:
    answer = peer.run(Task(eval_type, [scalar(eval_type, lambda x: x + 1)], two_columns()))
    assert answer.columns() == [[2, 3, None, 5, 6]]


@pytest.mark.parametrize("eval_type", ALL)
def test_offsets_choose_the_columns(peer: Peer, eval_type: int) -> None:
    udf = scalar(eval_type, lambda y, x: y - x, (1, 0))
    assert peer.run(Task(eval_type, [udf], two_columns())).columns() == [[9, None, None, 36, 45]]


@pytest.mark.parametrize("eval_type", AT_ONCE)
def test_several_functions_share_one_pass(peer: Peer, eval_type: int) -> None:
    udfs = [
        scalar(eval_type, lambda x: x * 2),
        scalar(eval_type, lambda y, x: f"{int(x)} of {int(y)}", (1, 0), pa.string()),
        scalar(eval_type, lambda y: y > 20, (1,), pa.bool_()),
    ]
    assert peer.run(Task(eval_type, udfs, two_columns())).columns() == [
        [2, 4, None, 8, 10],
        ["1 of 10", None, None, "4 of 40", "5 of 50"],
        [False, None, True, True, True],
    ]


@pytest.mark.parametrize("eval_type", AT_ONCE)
def test_chained_functions_run_innermost_first(peer: Peer, eval_type: int) -> None:
    chain = Udf(
        form(eval_type, lambda x: x + 1, pa.int64()),
        pa.int64(),
        then=[
            (form(eval_type, lambda x: x * 10, pa.int64()), pa.int64()),
            (form(eval_type, lambda x: f"<{int(x)}>", pa.string()), pa.string()),
        ],
    )
    answer = peer.run(Task(eval_type, [chain], two_columns()))
    assert answer.columns() == [["<20>", "<30>", None, "<50>", "<60>"]]


@pytest.mark.parametrize("eval_type", AT_ONCE)
def test_arguments_go_by_name(peer: Peer, eval_type: int) -> None:
    def minus(a: Any, b: Any) -> Any:
        return pa.compute.subtract(a, b) if eval_type == 250 else a - b

    table = pa.table({"_0": pa.array([1, 2], pa.int64()), "_1": pa.array([10, 20], pa.int64())})
    named = Task(eval_type, [Udf(minus, pa.int64(), ((0, "b"), (1, "a")))], table)
    if RELEASE < (4, 0):
        with pytest.raises(TaskError, match="name"):
            peer.run(named)
    else:
        assert peer.run(named).columns() == [[9, 18]]


@pytest.mark.parametrize("eval_type", ALL)
def test_a_partition_without_rows_gives_none(peer: Peer, eval_type: int) -> None:
    empty = two_columns().slice(0, 0)
    assert peer.run(Task(eval_type, [scalar(eval_type, lambda x: x + 1)], empty)).batches() == []


@pytest.mark.parametrize("eval_type", ALL)
def test_many_batches_come_back_in_order(peer: Peer, eval_type: int) -> None:
    numbers = pa.table({"_0": pa.array(range(25_000), pa.int64())})
    many = pa.Table.from_batches(batches_of(numbers, 10_000))
    answer = peer.run(Task(eval_type, [scalar(eval_type, lambda x: x + 1)], many))
    assert [batch.num_rows for batch in answer.batches()] == [10_000, 10_000, 5_000]
    assert answer.columns() == [list(range(1, 25_001))]


def identity(eval_type: int) -> Callable[..., Any]:
    """Returns its column as it is, without a look at the values."""
    return (lambda batches: batches) if eval_type in (204, 251) else (lambda column: column)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("eval_type", ALL)
def test_each_type_comes_back_as_it_went(peer: Peer, eval_type: int, column: str) -> None:
    table = column_table(column)
    udf = Udf(identity(eval_type), table.schema[0].type)
    task = Task(eval_type, [udf], table)
    if eval_type == 204 and is_spatial(udf.returns) and is_frame(udf.returns):
        with pytest.raises(TaskError, match="UDF_RETURN_TYPE"):  # PySpark 4.1 contradicts itself.
            peer.run(task)
        return
    answer = peer.run(task)
    expected, (type_,) = table["_0"].to_pylist(), answer.table().schema.types
    if eval_type in (200, 204) and is_frame(type_):
        # None of a frame's rows can be missing, and in some releases any field can.
        expected = [row or dict.fromkeys(type_.names) for row in expected]
        fields = zip(type_, udf.returns, strict=True)
        type_ = pa.struct([mine.with_nullable(asked.nullable) for mine, asked in fields])
    assert answer.values() == expected
    assert type_ == udf.returns


@pytest.mark.parametrize("eval_type", ALL)
def test_columns_with_long_offsets_come_as_any_other(peer: Peer, eval_type: int) -> None:
    for column in LARGE_COLUMNS:
        table = pa.table({"_0": column})
        answer = peer.run(Task(eval_type, [scalar(eval_type, lambda x: len(x))], table))
        lengths = [None if value is None else len(value) for value in column.to_pylist()]
        assert answer.values() == lengths


@pytest.mark.parametrize("eval_type", ALL)
def test_an_exception_after_some_batches_comes_with_its_traceback(
    peer: Peer, eval_type: int
) -> None:
    def picky(x: int) -> int:
        if x == 5:
            raise ValueError("five is too much")
        return x

    with pytest.raises(TaskError, match=r"PythonError: ValueError: five is too much") as failed:
        peer.run(Task(eval_type, [scalar(eval_type, picky)], two_columns()))
    assert "in picky" in failed.value.traceback
    assert peer.run(Task(eval_type, [scalar(eval_type, abs)], two_columns())).batches()


@pytest.mark.parametrize("eval_type", [204, 251])
def test_an_iterator_that_stops_early_is_an_error_of_spark(peer: Peer, eval_type: int) -> None:
    def first_only(batches: Any) -> Any:
        yield next(batches)

    with pytest.raises(TaskError, match="PythonError"):
        peer.run(Task(eval_type, [Udf(first_only, pa.int64())], two_columns()))
