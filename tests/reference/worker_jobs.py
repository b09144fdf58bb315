# SPDX-License-Identifier: Apache-2.0
"""The driver program that record_workers.py runs on Apache Spark: one small job per eval type.

    worker_jobs.py plain|encrypted [JOB ...]

Each job sets a local property with its name, which is how its task is told apart afterwards. With
names of jobs, only those are run."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import worker_tasks as tasks
from pyspark import BarrierTaskContext
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as f
from pyspark.sql.functions import PandasUDFType, pandas_udf, udf, udtf

LABEL = "recording.task"
Job = Callable[[], Any]


class Recorder:
    """Runs jobs and says which of them this release could not do."""

    def __init__(self, spark: Any, only: list[str]) -> None:
        self.context = spark.sparkContext
        self.only = only

    def __call__(self, name: str, job: Job, fails: bool = False) -> None:
        if self.only and name not in self.only:
            return
        self.context.setLocalProperty(LABEL, name)
        try:
            job()
            done = True
        except Exception as error:
            done = False
            if not fails:
                print(f"{name} is not possible here: {str(error)[:300]!r}", flush=True)
        if done and fails:
            print(f"{name} was to fail", flush=True)


def rdd_jobs(record: Recorder, context: Any) -> None:
    numbers = context.parallelize([1, 2, 3], 1)
    record("rdd-map", lambda: numbers.map(tasks.increment).collect())
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lines:
        lines.write("one two\nthree\n\nkäse\n")
        lines.flush()
        record("rdd-text", lambda: context.textFile(lines.name, 1).flatMap(tasks.words).collect())
    counter = context.accumulator(0)

    def count(x: int) -> int:
        counter.add(x)
        return x

    record("rdd-accumulator", lambda: numbers.map(count).collect())
    broadcast_jobs(record, context)

    def meet(items: Any) -> Any:
        BarrierTaskContext.get().barrier()
        return items

    record("rdd-barrier", lambda: numbers.barrier().mapPartitions(meet).collect())
    record("rdd-fails", lambda: numbers.map(tasks.fail).collect(), fails=True)


def broadcast_jobs(record: Recorder, context: Any) -> None:
    numbers = context.parallelize([1, 2, 3], 1)
    first, second = context.broadcast([1, 2, 3]), context.broadcast("two")
    record("broadcast-one", lambda: numbers.map(lambda x: first.value[x - 1]).collect())
    record("broadcast-two", lambda: numbers.map(lambda x: (first.value[0], second.value)).collect())
    record("broadcast-removed", lambda: numbers.map(lambda x: second.value).collect())


def row_jobs(record: Recorder, data: Any) -> None:
    for arrow in (False, True):
        function_jobs(record, data, arrow)
    record(
        "batched-types",
        lambda: data.select(
            udf(tasks.label, "string", useArrow=False)(
                f.struct("id", "s", f.lit("2020-02-02").cast("date").alias("d"))
            )
        ).collect(),
    )


def function_jobs(record: Recorder, data: Any, arrow: bool) -> None:
    """Plain functions, with pickled rows or with Arrow data."""
    kind = "arrow" if arrow else "batched"
    add: Any = udf(tasks.add, "long", useArrow=arrow)
    increment: Any = udf(tasks.increment, "long", useArrow=arrow)
    fail: Any = udf(tasks.fail, "long", useArrow=arrow)
    label: Any = udf(tasks.label, "string", useArrow=arrow)
    record(f"{kind}-one", lambda: data.select(add("id", "k")).collect())
    record(
        f"{kind}-several",
        lambda: data.select(increment(increment("id")), label("s"), increment("k")).collect(),
    )
    record(f"{kind}-named", lambda: data.select(label("s", mark=f.col("s"))).collect())
    record(f"{kind}-fails", lambda: data.select(fail("id")).collect(), fails=True)


def pandas_jobs(record: Recorder, data: Any) -> None:
    increment = pandas_udf(tasks.series_increment, "long")
    record("pandas-scalar", lambda: data.select(increment("id")).collect())
    record(
        "pandas-chain", lambda: data.select(increment(increment("id")), increment("k")).collect()
    )
    add = pandas_udf(tasks.series_add, "long")
    record("pandas-named", lambda: data.select(add(b=f.col("id"), a=f.col("k"))).collect())
    fail = pandas_udf(tasks.series_fail, "long")
    record("pandas-fails", lambda: data.select(fail("id")).collect(), fails=True)
    iterator = pandas_udf(tasks.series_iterator, "long", PandasUDFType.SCALAR_ITER)
    record("pandas-iterator", lambda: data.select(iterator("id")).collect())
    mean = pandas_udf(tasks.mean, "double")
    record("pandas-aggregate", lambda: data.groupBy("k").agg(mean("v"), mean("id")).collect())
    by_key = Window.partitionBy("k")
    near = by_key.orderBy("id").rowsBetween(-1, 1)
    record("pandas-window", lambda: data.select(mean("v").over(by_key)).collect())
    record("pandas-window-bounded", lambda: data.select(mean("v").over(near)).collect())
    record("pandas-map", lambda: data.mapInPandas(tasks.frames_pass, data.schema).collect())
    groups = data.groupBy("k")
    record(
        "pandas-grouped", lambda: groups.applyInPandas(tasks.frame_double, data.schema).collect()
    )
    record("pandas-keyed", lambda: groups.applyInPandas(tasks.frame_of_key, data.schema).collect())
    record(
        "pandas-cogrouped",
        lambda: (
            groups.cogroup(data.limit(2).groupBy("k"))
            .applyInPandas(tasks.frame_sizes, "n long, m long")
            .collect()
        ),
    )


def hinted_jobs(record: Recorder, data: Any) -> None:
    """Eval types that Spark chooses by the type hints of a function."""
    frames, series = Iterator[pd.DataFrame], Iterator[pd.Series]

    def grouped(batches: frames) -> frames:  # type: ignore[valid-type]
        return tasks.frames_double(batches)  # type: ignore[no-any-return]

    def aggregate(batches: series) -> float:  # type: ignore[valid-type]
        return float(tasks.mean_of_batches(batches))

    record(
        "pandas-grouped-iterator",
        lambda: data.groupBy("k").applyInPandas(grouped, data.schema).collect(),
    )
    record(
        "pandas-aggregate-iterator",
        lambda: data.groupBy("k").agg(pandas_udf(aggregate, "double")("v")).collect(),
    )


def arrow_map_jobs(record: Recorder, data: Any) -> None:
    record("arrow-map", lambda: data.mapInArrow(tasks.batches_pass, data.schema).collect())
    nothing = data.where("id < 0")
    record("arrow-map-empty", lambda: nothing.mapInArrow(tasks.batches_pass, data.schema).collect())
    record("arrow-map-early", lambda: data.mapInArrow(tasks.first_batch, data.schema).collect())
    groups = data.groupBy("k")
    record("arrow-grouped", lambda: groups.applyInArrow(tasks.table_pass, data.schema).collect())
    record(
        "arrow-cogrouped",
        lambda: (
            groups.cogroup(data.limit(2).groupBy("k"))
            .applyInArrow(tasks.left_table, data.schema)
            .collect()
        ),
    )


VALUES = {
    "bool": "true",
    "byte": "cast(-128 as tinyint)",
    "short": "cast(32767 as smallint)",
    "float": "cast(1.5 as float)",
    "decimal": "cast(-0.01 as decimal(10, 2))",
    "wide_decimal": "cast(1 as decimal(38, 0))",
    "binary": "cast('ab' as binary)",
    "date": "date'0001-01-01'",
    "timestamp": "timestamp'2026-03-29 01:30:00.000007'",
    "timestamp_ntz": "timestamp_ntz'2026-03-29 02:30:00.000007'",
    "interval": "interval '-1 02:03:04.000005' day to second",
    "void": "null",
    "array": "array('a', null)",
    "map": "map('a', 0.5D, 'b', null)",
    "struct": "named_struct('name', 'Zoë', 'age', 7)",
    "array_of_structs": "array(named_struct('id', 1L, 'tags', array('a')))",
    "map_of_arrays": "map('a', array(1.5D, null))",
}
VALUES_SINCE = {
    "4.0": {"variant": """parse_json('{"a": [1, null, "b"]}')"""},
    "4.1": {"time": "time'23:59:59.999999'"},
}


def arrow_data_jobs(record: Recorder, spark: Any) -> None:
    """A column of each type with a null in it, and a group that is larger than a batch."""
    spark.conf.set("spark.sql.timeType.enabled", "true")  # off unless told, where there is one
    values = dict(VALUES)
    for release, more in VALUES_SINCE.items():
        values |= more if spark.version >= release else {}
    columns = [f"if(id = 1, null, {value}) {name}" for name, value in values.items()]
    typed = spark.range(3).coalesce(1).selectExpr(*columns)
    record("arrow-types", lambda: typed.mapInArrow(tasks.batches_pass, typed.schema).collect())
    large = spark.range(10_001).coalesce(1).selectExpr("cast(id as int) id", "0Y k")
    record(
        "pandas-grouped-large",
        lambda: large.groupBy("k").applyInPandas(tasks.frame_size, "n long").collect(),
    )


def arrow_jobs(record: Recorder, data: Any) -> None:
    import pyarrow as pa
    from pyspark.sql.functions import arrow_udf

    arrays, batches = Iterator[pa.Array], Iterator[pa.RecordBatch]

    def scalar(x: pa.Array) -> pa.Array:
        return tasks.array_increment(x)

    def iterator(xs: arrays) -> arrays:  # type: ignore[valid-type]
        return tasks.array_iterator(xs)  # type: ignore[no-any-return]

    def mean(x: pa.Array) -> float:
        return float(tasks.array_mean(x))

    def mean_of_batches(xs: arrays) -> float:  # type: ignore[valid-type]
        return float(tasks.array_mean_of_batches(xs))

    def grouped(xs: batches) -> batches:  # type: ignore[valid-type]
        return tasks.batches_pass(xs)  # type: ignore[no-any-return]

    record("array-scalar", lambda: data.select(arrow_udf(scalar, "long")("id")).collect())
    record("array-iterator", lambda: data.select(arrow_udf(iterator, "long")("id")).collect())
    averaged = arrow_udf(mean, "double")
    groups = data.groupBy("k")
    record("array-aggregate", lambda: groups.agg(averaged("v")).collect())
    near = Window.partitionBy("k").orderBy("id").rowsBetween(-1, 1)
    record("array-window-bounded", lambda: data.select(averaged("v").over(near)).collect())
    record(
        "array-aggregate-iterator",
        lambda: groups.agg(arrow_udf(mean_of_batches, "double")("v")).collect(),
    )
    record("arrow-grouped-iterator", lambda: groups.applyInArrow(grouped, data.schema).collect())


def table_jobs(record: Recorder, spark: Any, data: Any, arrow: bool) -> None:
    kind = "table-arrow" if arrow else "table"
    spread: Any = udtf(tasks.Spread, returnType="a int, b int", useArrow=arrow)
    record(kind, lambda: spread(f.lit(3)).collect())
    record(f"{kind}-named", lambda: spread(count=f.lit(2)).collect())
    of_table = udtf(tasks.SumOfTable, returnType="total long", useArrow=arrow)
    spark.udtf.register("sum_of_table", of_table)
    data.createOrReplaceTempView("data")
    query = "SELECT * FROM sum_of_table(TABLE(data) PARTITION BY k ORDER BY id)"
    record(f"{kind}-partitioned", lambda: spark.sql(query).collect())


def arrow_table_jobs(record: Recorder, spark: Any, data: Any) -> None:
    from pyspark.sql.functions import arrow_udtf

    spread = arrow_udtf(tasks.ArrowSpread, returnType="a int, b int")
    record("array-table", lambda: spread(f.lit(3)).collect())
    spark.udtf.register("arrow_table", arrow_udtf(tasks.ArrowTable, returnType="total long"))
    data.createOrReplaceTempView("data")
    record(
        "array-table-tables",
        lambda: spark.sql("SELECT * FROM arrow_table(TABLE(data))").collect(),
    )


def profiled_jobs(record: Recorder, spark: Any, data: Any) -> None:
    spark.conf.set("spark.sql.pyspark.udf.profiler", "perf")
    increment = udf(tasks.increment, "long", useArrow=False)
    record("profiled-batched", lambda: data.select(increment("id")).collect())
    series = pandas_udf(tasks.series_increment, "long")
    record("profiled-pandas", lambda: data.select(series("id")).collect())


def plain(record: Recorder, spark: Any) -> None:
    data = spark.range(4).selectExpr(
        "id",
        "cast(id % 2 as int) k",
        "if(id = 1, null, concat('s', id)) s",
        "cast(id as double) v",
    )
    data = data.coalesce(1)
    groups: list[Job] = [
        lambda: rdd_jobs(record, spark.sparkContext),
        lambda: row_jobs(record, data),
        lambda: pandas_jobs(record, data),
        lambda: hinted_jobs(record, data),
        lambda: arrow_map_jobs(record, data),
        lambda: arrow_data_jobs(record, spark),
        lambda: arrow_jobs(record, data),
        lambda: table_jobs(record, spark, data, arrow=False),
        lambda: table_jobs(record, spark, data, arrow=True),
        lambda: arrow_table_jobs(record, spark, data),
        lambda: profiled_jobs(record, spark, data),
    ]
    for group in groups:
        try:
            group()
        except Exception as error:
            print(f"the rest of a group is not possible here: {str(error)[:300]!r}", flush=True)


def main() -> None:
    mode = sys.argv[1]
    spark = SparkSession.builder.getOrCreate()
    record = Recorder(spark, sys.argv[2:])
    if mode == "encrypted":
        broadcast_jobs(record, spark.sparkContext)
    else:
        plain(record, spark)
    spark.stop()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    main()
