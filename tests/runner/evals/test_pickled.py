# SPDX-License-Identifier: Apache-2.0
"""Functions of rows as pickled values: UDFs (100) and table functions (300)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from evals.data import COLUMNS, VARIANT, is_spatial
from evals.peer import RELEASE, Peer, Task, TaskError, Udf, Udtf, frame, spark_type
from pyspark.sql.types import DataType, StructType, _create_row_inbound_converter

ROWS = [(1, 10), (2, None), (None, 30), (4, 40), (5, 50)]


def frames(rows: Sequence[Any], size: int = 2) -> list[bytes]:
    """Rows as pickled tuples, so many to a frame."""
    return [frame(tuple(rows[at : at + size])) for at in range(0, len(rows), size)]


def increment(x: int | None) -> int | None:
    return None if x is None else x + 1


def describe(x: Any, y: Any = "no y") -> str:
    return f"x={x} y={y}"


def test_a_function_gets_each_row(peer: Peer) -> None:
    answer = peer.run(Task(100, [Udf(increment, pa.int64())], frames(ROWS)))
    assert answer.items() == [2, 3, None, 5, 6]


def test_several_functions_give_tuples(peer: Peer) -> None:
    udfs = [
        Udf(increment, pa.int64(), (1,)),
        Udf(describe, pa.string(), (1, 0)),
        Udf(lambda: "none", pa.string(), ()),
    ]
    answer = peer.run(Task(100, udfs, frames(ROWS)))
    assert answer.items() == [(increment(y), f"x={y} y={x}", "none") for x, y in ROWS]


def test_chained_functions_run_innermost_first(peer: Peer) -> None:
    chain = Udf(
        increment,
        pa.int64(),
        then=[(increment, pa.int64()), (lambda x: f"<{x}>", pa.string())],
    )
    answer = peer.run(Task(100, [chain, Udf(increment, pa.int64(), (1,))], frames(ROWS)))
    assert answer.items() == [("<3>", 11), ("<4>", None), ("<None>", 31), ("<6>", 41), ("<7>", 51)]


def test_arguments_go_by_name(peer: Peer) -> None:
    task = Task(100, [Udf(describe, pa.string(), ((1, "x"), (0, "y")))], frames(ROWS))
    if RELEASE < (4, 0):
        with pytest.raises(TaskError, match="name"):
            peer.run(task)
    else:
        assert peer.run(task).items() == [f"x={y} y={x}" for x, y in ROWS]


def test_many_rows_come_back_in_order(peer: Peer) -> None:
    rows = [(i,) for i in range(25_000)]
    answer = peer.run(Task(100, [Udf(increment, pa.int64())], frames(rows, 100)))
    assert answer.items() == list(range(1, 25_001))


@pytest.mark.parametrize("function", [Udf(increment, pa.int64()), Udf(describe, pa.string())])
def test_a_partition_without_rows_gives_none(peer: Peer, function: Udf) -> None:
    assert peer.run(Task(100, [function], [])).items() == []


class Internal:
    """A row of Spark's internal values, which the worker's converter makes Python's; pickled as
    Spark pickles it."""

    def __init__(self, schema: StructType, values: tuple[Any, ...]) -> None:
        self.schema = schema
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        return Converter(self.schema), self.values


class Converter:
    """`_create_row_inbound_converter(schema)`, as a call to be pickled."""

    def __init__(self, schema: StructType) -> None:
        self.schema = schema

    def __call__(self, *values: Any) -> Any:
        return _create_row_inbound_converter(self.schema)(*values)

    def __reduce__(self) -> tuple[Any, ...]:
        return _create_row_inbound_converter, (self.schema,)


def internal(value: Any, type_: DataType) -> Any:
    """A Python value as Spark holds it."""
    return type_.toInternal(value) if type_.needConversion() else value


def python_value(value: Any, type_: pa.DataType) -> Any:
    """What a worker makes of a value of Arrow's: maps are dicts, and instants are local."""
    if value is None:
        return None
    if pa.types.is_map(type_):
        return {k: python_value(v, type_.item_type) for k, v in value}
    if pa.types.is_list(type_):
        return [python_value(v, type_.value_type) for v in value]
    return python_struct(value, type_) if pa.types.is_struct(type_) else value


def python_struct(value: dict[str, Any], type_: pa.StructType) -> Any:
    """The same of a struct: a row, unless Spark has another type for it."""
    if type_ == VARIANT:
        from pyspark.sql.types import VariantVal  # from 4.0 on

        return VariantVal(value["value"], value["metadata"])
    if is_spatial(type_):
        from pyspark.sql import types  # from 4.1 on

        kind = types.Geometry if b"geometry" in type_.field("wkb").metadata else types.Geography
        return kind.fromWKB(value["wkb"], value["srid"])
    return tuple(python_value(value[field.name], field.type) for field in type_)


def internal_values(column: str) -> list[Any]:
    """The values of that column as Spark holds them."""
    array = COLUMNS[column]
    type_ = spark_type(array.type)
    return [internal(python_value(v, array.type), type_) for v in array.to_pylist()]


def sent(value: Any, type_: pa.DataType) -> Any:
    """A value of Spark's as it goes to workers: they read the bytes of a place by another name than
    they write them."""
    if value is None or not is_spatial(type_):
        return value
    return {"srid": value["srid"], "bytes": value["wkb"]}


def rows_of(column: str) -> list[bytes]:
    """One frame with a row for each value of that column."""
    type_ = COLUMNS[column].type
    row_type = StructType().add("_0", spark_type(type_))
    values = [sent(value, type_) for value in internal_values(column)]
    return [frame([Internal(row_type, (value,)) for value in values])]


@pytest.mark.parametrize("column", COLUMNS)
def test_each_type_is_read_and_returned_in_its_internal_form(peer: Peer, column: str) -> None:
    answer = peer.run(Task(100, [Udf(lambda x: x, COLUMNS[column].type)], rows_of(column)))
    assert answer.items() == internal_values(column)


def test_a_function_sees_values_of_python(peer: Peer) -> None:
    schema = (
        StructType().add("_0", spark_type(pa.date32())).add("_1", spark_type(pa.list_(pa.date32())))
    )
    row = Internal(schema, (1, [2, None]))
    udfs = [Udf(lambda day, days: repr((day, days)), pa.string(), (0, 1)),
            Udf(lambda day: Decimal(day.day), pa.decimal128(5, 2))]  # fmt: skip
    answer = peer.run(Task(100, udfs, [frame([row])]))
    days = (dt.date(1970, 1, 2), [dt.date(1970, 1, 3), None])
    assert answer.items() == [(repr(days), Decimal(2))]


def test_an_exception_after_some_rows_comes_with_its_traceback(peer: Peer) -> None:
    def picky(x: int | None) -> int:
        if x is None:
            raise TypeError("x is missing")
        return x

    with pytest.raises(TaskError, match="PythonError: TypeError: x is missing") as failed:
        peer.run(Task(100, [Udf(picky, pa.int64())], frames(ROWS * 1000)))
    assert "in picky" in failed.value.traceback


class Repeat:
    """Gives its argument so many times, and at the end how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def eval(self, x: int | None, times: int = 2) -> Iterator[tuple[int | None, str]]:
        self.calls += 1
        for i in range(0 if x is None else times):
            yield x, f"copy {i}"

    def terminate(self) -> Iterator[tuple[int, str]]:
        yield self.calls, "calls"


REPEATED = pa.schema([("x", pa.int64()), ("what", pa.string())])


def test_a_table_function_gives_the_rows_of_each_row_and_of_its_end(peer: Peer) -> None:
    answer = peer.run(Task(300, Udtf(Repeat, REPEATED), frames([(1,), (None,), (3,)])))
    assert answer.items() == [
        ((1, "copy 0"), (1, "copy 1")),
        (),
        ((3, "copy 0"), (3, "copy 1")),
        ((3, "calls"),),
    ]


def test_a_table_function_of_an_empty_partition_only_ends(peer: Peer) -> None:
    assert peer.run(Task(300, Udtf(Repeat, REPEATED), [])).items() == [((0, "calls"),)]


class Same:
    """Gives each value back."""

    def eval(self, x: Any) -> Iterator[tuple[Any]]:
        yield (x,)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_table_function_has_columns_of_each_type(peer: Peer, column: str) -> None:
    returns = pa.schema([pa.field("_0", COLUMNS[column].type)])
    answer = peer.run(Task(300, Udtf(Same, returns), rows_of(column)))
    assert answer.items() == [((value,),) for value in internal_values(column)]


class Total:
    """Adds up the rows of each partition of a table."""

    def __init__(self) -> None:
        self.total = 0

    def eval(self, row: Any) -> None:
        self.total += row["value"]

    def terminate(self) -> Iterator[tuple[int]]:
        yield (self.total,)


def test_each_partition_of_a_table_argument_has_an_end(peer: Peer) -> None:
    row_type = StructType().add("key", "string").add("value", "long")
    argument = StructType().add("_0", row_type)
    values = [("a", 1), ("a", 2), ("a", 4), (None, 8), ("b", 16)]
    rows = frames([Internal(argument, (value,)) for value in values])
    returns = pa.schema([("total", pa.int64())])
    task = Task(300, Udtf(Total, returns, partition_columns=[0]), rows)
    if RELEASE < (4, 0):
        with pytest.raises(TaskError, match=r"Error: .* has neither partition columns"):
            peer.run(task)
    else:
        assert [row for call in peer.run(task).items() for row in call] == [(7,), (8,), (16,)]


class UntilThree:
    """Gives its numbers back, and wants no more once it sees a three."""

    def __init__(self) -> None:
        self.calls = 0

    def eval(self, x: int) -> Iterator[tuple[int]]:
        from pyspark.sql.functions import SkipRestOfInputTableException

        self.calls += 1
        if x == 3:
            raise SkipRestOfInputTableException("three is enough")
        yield (x,)

    def terminate(self) -> Iterator[tuple[int]]:
        yield (self.calls,)


if RELEASE >= (4, 0):  # PySpark 3.5 has no such exception.

    def test_a_table_function_may_skip_the_rest_of_its_input(peer: Peer) -> None:
        rows = frames([(i,) for i in range(200_000)], 100)
        numbers = pa.schema([("x", pa.int64())])
        skipped = peer.run(Task(300, Udtf(UntilThree, numbers), rows))
        assert [row for call in skipped.items() for row in call] == [(0,), (1,), (2,), (4,)]
        after = peer.run(Task(300, Udtf(Same, numbers), frames([(1,), (2,)])))
        assert after.items() == [((1,),), ((2,),)]


class Prefixed:
    """Gives its number back beside the fields of its analysis."""

    def __init__(self, analysis: Any) -> None:
        self.columns = analysis.schema.names

    def eval(self, x: int) -> Iterator[tuple[int, str]]:
        yield x, " and ".join(self.columns)


if RELEASE >= (4, 0):  # PySpark 3.5 has no analysis.

    def test_the_analysis_of_the_driver_reaches_a_table_function(peer: Peer) -> None:
        from pyspark.sql.udtf import AnalyzeResult

        analysis = AnalyzeResult(StructType().add("x", "long").add("what", "string"))
        task = Task(300, Udtf(Prefixed, REPEATED, analyze_result=analysis), frames([(1,), (2,)], 2))
        assert peer.run(task).items() == [((1, "x and what"),), ((2, "x and what"),)]


def test_a_table_functions_arguments_go_by_name(peer: Peer) -> None:
    task = Task(300, Udtf(Repeat, REPEATED, ((1, "times"), (0, "x"))), frames([(7, 1)]))
    if RELEASE < (4, 0):
        with pytest.raises(TaskError, match="name"):
            peer.run(task)
    else:
        assert peer.run(task).items() == [((7, "copy 0"),), ((1, "calls"),)]
