# SPDX-License-Identifier: Apache-2.0
"""One job on Apache Spark with one thread, as a JSON line: spark_jobs.py FOLDER JOB ROWS RUNS.

The functions are those that make_jobs.py pickled for our runner. The time to make the input is
measured apart and taken off, where Spark makes it anew in each run."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from job_functions import KEEP_COLUMNS, LONG, keep_batches, plus_one
from pyspark import cloudpickle
from pyspark.sql import SparkSession
from pyspark.sql.functions import PandasUDFType, pandas_udf

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Processor seconds that a process used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def job_of(name: str, spark: Any, folder: Path, rows: int) -> tuple[Callable[[], Any], Any]:
    """What to run, and what makes its input alone."""
    context = spark.sparkContext
    if name == "ints":
        data = context.parallelize(list(range(1_000_000, 1_000_000 + rows)), 1)
        data = data.map(lambda value: value).persist()
        data.count()
        kept = data.mapPartitions(lambda items: items)
        return lambda: kept._jrdd.rdd().count(), lambda: data._jrdd.rdd().count()
    if name == "text":
        path = folder / f"lines-{rows}.txt"
        if not path.exists():
            text = (folder / "text.frames").read_bytes()
            lines = []
            while text:
                size = int.from_bytes(text[:4], "big")
                lines.append(text[4 : 4 + size])
                text = text[4 + size :]
            with path.open("wb") as out:
                for _ in range(rows // len(lines)):
                    out.write(b"\n".join(lines) + b"\n")
        lines_rdd = context.textFile(str(path), 1).coalesce(1)
        words = lines_rdd.flatMap(lambda line: line.split())
        return lambda: words._jrdd.rdd().count(), lambda: lines_rdd._jrdd.rdd().count()
    numbers = spark.range(0, rows, 1, 1)
    if name == "pandas_udf":
        frame = numbers.select(pandas_udf(plus_one, LONG, PandasUDFType.SCALAR)(numbers.id))
    else:
        frame = numbers.mapInArrow(keep_batches, KEEP_COLUMNS)

    def noop(data: Any) -> None:
        data.write.format("noop").mode("overwrite").save()

    return lambda: noop(frame), lambda: noop(numbers)


def main() -> None:
    """Runs the job given on the command line."""
    folder, name, rows, runs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    cloudpickle.register_pickle_by_value(sys.modules["job_functions"])
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    java = spark.sparkContext._gateway.proc.pid
    job, only_input = job_of(name, spark, folder, rows)

    def measured(work: Callable[[], Any]) -> tuple[float, float]:
        start, cpu = time.perf_counter(), cpu_s(java)
        work()
        return time.perf_counter() - start, cpu_s(java) - cpu

    for work in (only_input, job, job):  # Warm up: the JVM compiles.
        work()
    whole = [measured(job) for _ in range(runs)]
    inputs = [measured(only_input) for _ in range(runs)]
    wall = median(time for time, _ in whole) - median(time for time, _ in inputs)
    cpu = median(cpu for _, cpu in whole) - median(cpu for _, cpu in inputs)
    line = {"job": name, "side": "spark", "rows": rows, "wall_s": round(wall, 4)}
    line |= {"rows_per_s": round(rows / wall), "engine_cpu_s": round(cpu, 3)}
    print(json.dumps(line))
    spark.stop()


if __name__ == "__main__":
    main()
