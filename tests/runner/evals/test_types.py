# SPDX-License-Identifier: Apache-2.0
"""Types that Arrow has no type of its own for: strings with a collation, and the user's own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest
from evals.peer import RELEASE, Peer, Task, TaskError, Udf, frame
from pyspark.sql.types import ArrayType, DoubleType, StringType, StructType, UserDefinedType

NUMBERS = pa.table({"_0": pa.array([1, None, 3], pa.int64())})
FRAMES = [frame([(1,), (None,), (3,)])]


class Point:
    """A place on a plane."""

    def __init__(self, x: float, y: float) -> None:
        self.x = x
        self.y = y


class PointType(UserDefinedType):
    """Spark's type for it: an array of two numbers."""

    @classmethod
    def sqlType(cls) -> ArrayType:  # noqa: N802
        return ArrayType(DoubleType(), containsNull=False)

    @classmethod
    def module(cls) -> str:
        return "__main__"

    def serialize(self, obj: Point) -> list[float]:
        return [obj.x, obj.y]

    def deserialize(self, datum: list[float]) -> Point:
        return Point(datum[0], datum[1])


def point(x: Any) -> Point | None:
    """The point at that number; NaN is a null of pandas."""
    return None if x is None or math.isnan(x) else Point(float(x), 0.5)


def points(column: Any) -> Any:
    import pandas as pd

    return pd.Series([point(x) for x in column], dtype=object)


def frames_of_points(frames: Iterator[Any]) -> Iterator[Any]:
    import pandas as pd

    for each in frames:
        yield pd.DataFrame({"_0": points(each["_0"])})


def result_of(eval_type: int, spark: Any, function: Callable[..., Any]) -> Task:
    """The task of a function with a result of that type of Spark's."""
    returns = StructType().add("_0", spark) if eval_type == 205 else spark
    udf = Udf(function, pa.null(), spark_returns=returns)
    return Task(eval_type, [udf], FRAMES if eval_type == 100 else NUMBERS)


def results(peer: Peer, task: Task) -> list[Any]:
    """The items of the answer, or the values of its only column."""
    answer = peer.run(task)
    return answer.items() if answer.is_frames else answer.values()


FUNCTIONS = {100: point, 101: point, 200: points, 205: frames_of_points}
# PySpark converts results of a user's own type for these kinds of functions from then on.
CONVERTED_SINCE = {100: (3, 5), 101: (4, 1), 200: (4, 2), 205: (4, 2)}


@pytest.mark.parametrize("eval_type", FUNCTIONS)
def test_types_of_the_user_come_back_as_their_form_in_spark(peer: Peer, eval_type: int) -> None:
    task = result_of(eval_type, PointType(), FUNCTIONS[eval_type])
    expected = [[1.0, 0.5], None, [3.0, 0.5]]
    if CONVERTED_SINCE[eval_type] > RELEASE:
        with pytest.raises(TaskError, match="PythonError"):
            peer.run(task)
    elif eval_type == 205:
        assert [row["_0"] for row in peer.run(task).rows()] == expected
    else:
        assert results(peer, task) == expected


if RELEASE >= (4, 0):  # PySpark 3.5 has no collations.

    @pytest.mark.parametrize("eval_type", [100, 101, 200])
    def test_strings_with_a_collation_travel_as_any_other(peer: Peer, eval_type: int) -> None:
        def named(x: Any) -> Any:
            return None if x is None or math.isnan(x) else f"Straße {int(x)}"

        def named_column(column: Any) -> Any:
            import pandas as pd

            return pd.Series([named(x) for x in column], dtype=object)

        function = named_column if eval_type == 200 else named
        task = result_of(eval_type, StringType("UNICODE_CI"), function)
        assert results(peer, task) == ["Straße 1", None, "Straße 3"]
