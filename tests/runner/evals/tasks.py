# SPDX-License-Identifier: Apache-2.0
"""A small task of each eval type: the numbers 1, 2 and 3, or their sum, plus ten times the number
of the partition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
from evals.peer import Answer, RddFunction, Task, Udf, Udtf, frame

NUMBERS = pa.table({"_0": pa.array([1, 2, 3], pa.int64())})
FRAMES = [frame([(1,), (2,), (3,)])]
ROW = pa.struct([("_0", pa.int64())])
NUMBERED = pa.schema([("_0", pa.int64())])
GROUP = [2, 0, 0]  # No keys; one column.


def partition() -> int:
    """The partition of the task that calls this, times ten."""
    from pyspark import TaskContext

    context = TaskContext.get()
    assert context
    return 10 * int(context.partitionId())


def plus_partition(values: Any) -> Any:
    """A number, a series or a frame."""
    return values + partition()


def each_plus_partition(batches: Iterator[Any]) -> Iterator[Any]:
    return (batch + partition() for batch in batches)


def sum_plus_partition(values: Any) -> int:
    return int(values.sum()) + partition()


def all_sum_plus_partition(batches: Iterator[Any]) -> int:
    return sum(int(values.sum()) for values in batches) + partition()


def array_plus_partition(values: pa.Array) -> pa.Array:
    return pa.array([x + partition() for x in values.to_pylist()], pa.int64())


def each_array_plus_partition(arrays: Iterator[pa.Array]) -> Iterator[pa.Array]:
    return (array_plus_partition(array) for array in arrays)


def array_sum_plus_partition(values: pa.Array) -> int:
    return int(sum(values.to_pylist())) + partition()


def all_array_sum_plus_partition(arrays: Iterator[pa.Array]) -> int:
    return sum(sum(array.to_pylist()) for array in arrays) + partition()


def table_plus_partition(table: pa.Table) -> pa.Table:
    return pa.table({"_0": [x + partition() for x in table["_0"].to_pylist()]})


def batches_plus_partition(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield pa.record_batch({"_0": [x + partition() for x in batch[0].to_pylist()]})


def rows_plus_partition(rows: Iterator[Any]) -> Iterator[Any]:
    return (row[0] + partition() for row in rows)


class Plus:
    """Gives each number plus the partition."""

    def eval(self, x: int) -> Iterator[tuple[int]]:
        yield (x + partition(),)


class PlusArrow:
    """The same from arrays to tables."""

    def eval(self, x: pa.Array) -> Iterator[pa.Table]:
        yield pa.table({"_0": array_plus_partition(x)})


def over(eval_type: int, source: Any, function: Callable[..., Any], **how: Any) -> Task:
    """The task of one function with a number as its result."""
    return Task(eval_type, [Udf(function, pa.int64())], source, **how)


def rows_over(eval_type: int, source: Any, function: Callable[..., Any], *arguments: int) -> Task:
    """The task of one function that makes rows."""
    return Task(eval_type, [Udf(function, ROW, arguments or (0,))], source)


def of_left(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of cogroups that looks at their left side."""
    return lambda left, _: function(left)


COLUMN, GROUPS, COGROUPS = NUMBERS, [NUMBERS], [(NUMBERS, NUMBERS)]
TASKS: dict[int, Callable[[], Task]] = {
    0: lambda: Task(0, RddFunction(rows_plus_partition), FRAMES),
    100: lambda: over(100, FRAMES, plus_partition),
    101: lambda: over(101, COLUMN, plus_partition),
    200: lambda: over(200, COLUMN, plus_partition),
    201: lambda: rows_over(201, GROUPS, plus_partition, *GROUP),
    202: lambda: over(202, GROUPS, sum_plus_partition),
    203: lambda: over(203, GROUPS, sum_plus_partition, windows=["unbounded"]),
    204: lambda: over(204, COLUMN, each_plus_partition),
    205: lambda: rows_over(205, COLUMN, each_plus_partition),
    206: lambda: rows_over(206, COGROUPS, of_left(plus_partition), *GROUP * 2),
    207: lambda: rows_over(207, COLUMN, batches_plus_partition),
    209: lambda: rows_over(209, GROUPS, table_plus_partition, *GROUP),
    210: lambda: rows_over(210, COGROUPS, of_left(table_plus_partition), *GROUP * 2),
    215: lambda: rows_over(215, GROUPS, batches_plus_partition, *GROUP),
    216: lambda: rows_over(216, GROUPS, each_plus_partition, *GROUP),
    217: lambda: over(217, GROUPS, all_sum_plus_partition),
    250: lambda: over(250, COLUMN, array_plus_partition),
    251: lambda: over(251, COLUMN, each_array_plus_partition),
    252: lambda: over(252, GROUPS, array_sum_plus_partition),
    253: lambda: over(253, GROUPS, array_sum_plus_partition, windows=["unbounded"]),
    254: lambda: over(254, GROUPS, all_array_sum_plus_partition),
    300: lambda: Task(300, Udtf(Plus, NUMBERED), FRAMES),
    301: lambda: Task(301, Udtf(Plus, NUMBERED), NUMBERS),
    302: lambda: Task(302, Udtf(PlusArrow, NUMBERED), NUMBERS),
}
"""One for each eval type; not every release offers all of them."""


def listed(answer: Answer) -> list[Any]:
    """Items or rows, without the tuples that hold them."""
    values = answer.items() if answer.is_frames else answer.values()
    return [v[0][0] if isinstance(v, tuple) else v for v in values]


def expected(eval_type: int, number: int) -> list[int]:
    """What the task of that eval type gives in that partition."""
    shift = 10 * number
    if eval_type in (203, 253):
        return [6 + shift] * 3
    return [6 + shift] if eval_type in (202, 217, 252, 254) else [1 + shift, 2 + shift, 3 + shift]
