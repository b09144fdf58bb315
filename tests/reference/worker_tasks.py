# SPDX-License-Identifier: Apache-2.0
"""Functions of the recorded tasks. They lie in a module, so that a command only names them."""

from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def increment(x):
    return x + 1


def add(a, b):
    return a + b


def label(text, *, mark="?"):
    return f"{text}{mark}"


def words(line):
    return line.split()


def fail(x):
    raise ValueError(f"no {x}")


def series_increment(x: pd.Series) -> pd.Series:
    return x + 1


def series_add(a: pd.Series, b: pd.Series) -> pd.Series:
    return a + b


def series_fail(x: pd.Series) -> pd.Series:
    raise ValueError("no series")


def series_iterator(batches):
    for series in batches:
        yield series + 1


def mean(x: pd.Series) -> float:
    return float(x.mean())


def mean_of_batches(batches):
    return float(pd.concat(list(batches)).mean())


def frame_double(frame):
    return frame.assign(v=frame.v * 2)


def frame_size(frame):
    return pd.DataFrame({"n": [len(frame)]})


def frame_of_key(key, frame):
    return frame.assign(v=float(len(frame)))


def frames_double(frames):
    for frame in frames:
        yield frame.assign(v=frame.v * 2)


def frame_sizes(left, right):
    return pd.DataFrame({"n": [len(left)], "m": [len(right)]})


def frames_pass(frames):
    yield from frames


def batches_pass(batches):
    yield from batches


def first_batch(batches):
    yield next(batches)


def table_pass(table):
    return table


def left_table(left, right):
    return left


def array_increment(x):
    return pc.add(x, 1)


def array_iterator(arrays):
    for array in arrays:
        yield pc.add(array, 1)


def array_mean(x):
    return pc.mean(x).as_py()


def array_mean_of_batches(arrays):
    return pc.mean(pa.chunked_array(list(arrays))).as_py()


class Spread:
    """Rows as many as the argument says."""

    def eval(self, count):
        for index in range(count):
            yield count, index


class SumOfTable:
    """One row for each partition of a table."""

    def __init__(self):
        self.total = 0

    def eval(self, row):
        self.total += row["id"]

    def terminate(self):
        yield (self.total,)


class ArrowSpread:
    """As Spread, from and to Arrow arrays."""

    def eval(self, count):
        for size in count.to_pylist():
            yield pa.table(
                {
                    "a": pa.array([size] * size, pa.int32()),
                    "b": pa.array(list(range(size)), pa.int32()),
                }
            )


class ArrowTable:
    """The sum of a column of a whole table."""

    def eval(self, table: pa.RecordBatch) -> Iterator[pa.Table]:
        yield pa.table({"total": pa.array([pc.sum(table.column("id")).as_py()], pa.int64())})
