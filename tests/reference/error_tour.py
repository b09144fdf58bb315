# SPDX-License-Identifier: Apache-2.0
"""A tour of what goes wrong: which exception the driver sees, and its text."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sections import error_of, main, section


def fail_on_two(x: int) -> int:
    """The user's function of the failing jobs."""
    if x == 2:
        raise ValueError("two is not allowed")
    return x


@section
def an_exception_in_a_task(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(range(4), 2).map(fail_on_two)
    return [error_of(rdd.collect), error_of(rdd.count), error_of(lambda: rdd.take(4))]


@section
def an_exception_after_a_shuffle(sc: Any, _: Path) -> Any:
    pairs = sc.parallelize([(1, 1), (2, 2)], 2).groupByKey(1)
    return error_of(lambda: pairs.mapValues(lambda values: sum(values) // 0).collect())


@section
def an_exception_without_a_message(sc: Any, _: Path) -> Any:
    def stop(_: int) -> None:
        raise KeyError

    return error_of(lambda: sc.parallelize([1], 1).foreach(stop))


@section
def the_context_works_after_a_failed_job(sc: Any, _: Path) -> Any:
    return [sc.parallelize(range(4), 2).sum(), sc.parallelize([(1, 2)], 1).groupByKey().count()]


@section
def a_worker_that_exits(sc: Any, _: Path) -> Any:
    found = error_of(lambda: sc.parallelize([1], 1).foreach(lambda _: os._exit(7)))
    head, crashed, _advice = found["text"].partition("(crashed)")
    return [found["error"], head + crashed]


def missing_path(action: Callable[[], Any]) -> dict[str, str]:
    """The error without the advice that only py4cpp adds."""
    found = error_of(action)
    return {**found, "text": found["text"].partition("; correct the path")[0]}


@section
def a_missing_input(sc: Any, folder: Path) -> Any:
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.getOrCreate()
    missing, pattern = str(folder / "missing"), str(folder / "*.none")
    return [
        missing_path(lambda: sc.textFile(missing).collect()),
        missing_path(lambda: sc.textFile(pattern).count()),
        missing_path(lambda: sc.textFile(missing).getNumPartitions()),
        error_of(lambda: spark.read.text(missing)),
        error_of(lambda: spark.read.text(pattern)),
    ]


@section
def an_output_folder_that_exists(sc: Any, folder: Path) -> Any:
    (folder / "there").mkdir()
    return error_of(lambda: sc.parallelize([1], 1).saveAsTextFile(str(folder / "there")))


@section
def what_the_driver_library_refuses(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize([1, 2, 3], 2)
    empty = sc.parallelize([], 2)
    return [
        error_of(lambda: empty.reduce(max)),
        error_of(empty.first),
        error_of(empty.max),
        error_of(lambda: rdd.map(lambda _: sc.version).collect()),
        error_of(lambda: rdd.map(lambda x: rdd.count() + x).collect()),
        error_of(lambda: rdd.zip(sc.parallelize([1, 2], 1)).collect()),
        error_of(lambda: rdd.histogram(0)),
        error_of(lambda: rdd.coalesce(0)),
        error_of(lambda: rdd.takeSample(False, -1)),
    ]


@section
def a_zip_of_unequal_partitions(sc: Any, _: Path) -> Any:
    a, b = sc.parallelize(range(4), 2), sc.parallelize(range(5), 2)
    return error_of(lambda: a.zip(b).count())


@section
def a_partition_that_is_not_there(sc: Any, _: Path) -> Any:
    return error_of(lambda: sc.runJob(sc.parallelize([1], 1), list, [5]))


@section
def a_second_context(_: Any, __: Path) -> Any:
    from pyspark import SparkContext

    return error_of(lambda: SparkContext("local[1]", "second"))["error"]


@section
def a_failing_piped_command(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(["one"], 1)
    return [
        error_of(lambda: rdd.pipe("sh -c 'exit 3'", checkCode=True).collect()),
        rdd.pipe("sh -c 'exit 3'").collect(),
    ]


@section
def a_piped_command_of_the_engine(sc: Any, folder: Path) -> Any:
    (folder / "lines.txt").write_text("one\n")
    lines = sc.textFile(str(folder / "lines.txt"))._jrdd
    return error_of(lambda: lines.pipe("sh -c 'exit 3'").collect())["error"]


@section
def a_destroyed_broadcast(sc: Any, _: Path) -> Any:
    shared = sc.broadcast([1])
    shared.destroy()
    return error_of(lambda: sc.parallelize([1], 1).map(lambda _: shared.value).collect())["error"]


@section
def a_cancelled_job_group(sc: Any, folder: Path) -> Any:
    from pyspark import InheritableThread

    started = folder / "started"
    seen: dict[str, str] = {}

    def wait(_: int) -> None:
        started.touch()
        time.sleep(60)

    def work() -> None:
        sc.setJobGroup("to cancel", "a job that would take a minute", True)
        seen.update(error_of(lambda: sc.parallelize([1], 1).foreach(wait)))

    thread = InheritableThread(target=work)
    thread.start()
    deadline = threading.Event()
    while not started.exists() and not deadline.wait(0.05):
        pass
    sc.cancelJobGroup("to cancel")
    thread.join()
    return seen


@section
def a_stopped_context(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize([1], 1)
    sc.stop()
    sc.stop()
    return [error_of(rdd.count)["error"], error_of(lambda: sc.parallelize([1]))]


if __name__ == "__main__":
    main()
