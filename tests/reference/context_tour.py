# SPDX-License-Identifier: Apache-2.0
"""A tour of the RDD API: what is kept, shared and written, and what the context and tasks know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sections import error_of, main, section

WORDS = "the quick brown fox jumps over the lazy dog the end".split()


@section
def cached_partitions_are_computed_once(sc: Any, _: Path) -> Any:
    computed = sc.accumulator(0)

    def count(x: int) -> int:
        computed.add(1)
        return x

    rdd = sc.parallelize(range(10), 2).map(count).cache()
    sums = [rdd.sum(), rdd.sum(), rdd.map(lambda x: x + 1).sum()]
    seen = computed.value
    rdd.unpersist(True)
    return [sums, seen, rdd.sum(), computed.value, rdd.is_cached]


@section
def storage_levels(sc: Any, _: Path) -> Any:
    from pyspark import StorageLevel

    rdd = sc.parallelize(range(10), 2).map(str)
    before = str(rdd.getStorageLevel())
    rdd.persist(StorageLevel.DISK_ONLY)
    return [before, str(rdd.getStorageLevel()), rdd.count(), rdd.collect()[:2], rdd.is_cached]


@section
def accumulators(sc: Any, _: Path) -> Any:
    from pyspark.accumulators import AccumulatorParam

    class Longest(AccumulatorParam[str]):
        def zero(self, value: str) -> str:
            return ""

        def addInPlace(self, value1: str, value2: str) -> str:  # noqa: N802 (PySpark's name)
            return max(value1, value2, key=lambda text: (len(text), text))

    whole, real = sc.accumulator(5), sc.accumulator(0.5)
    longest = sc.accumulator("", Longest())

    def visit(word: str) -> None:
        nonlocal whole, real
        whole += len(word)
        real += 0.25
        longest.add(word)

    sc.parallelize(WORDS, 4).foreach(visit)
    sc.parallelize(WORDS, 2).foreachPartition(lambda words: whole.add(len(list(words))))
    return [whole.value, real.value, longest.value]


@section
def broadcasts(sc: Any, _: Path) -> Any:
    table = sc.broadcast({"a": 1, "b": 2})
    large = sc.broadcast(list(range(200_000)))
    keys = sc.parallelize("abba", 2)
    first = keys.map(lambda k: table.value[k]).sum()
    second = keys.map(lambda k: len(large.value) + table.value[k]).sum()
    table.unpersist()
    third = keys.map(lambda k: table.value[k]).sum()
    return [first, second, third, table.value]


@section
def save_as_text_file(sc: Any, folder: Path) -> Any:
    target, zipped = folder / "saved", folder / "zipped"
    codec = "org.apache.hadoop.io.compress.GzipCodec"
    sc.parallelize(["one", "two é", 3], 2).saveAsTextFile(str(target))
    sc.parallelize(range(5), 2).saveAsTextFile(str(zipped), codec)
    names = sorted(path.name for path in target.iterdir() if not path.name.endswith(".crc"))
    return [
        names,
        [(target / name).read_text() for name in names],
        sorted(path.name for path in zipped.iterdir() if not path.name.endswith(".crc")),
        sorted(sc.textFile(str(zipped)).collect()),
    ]


@section
def files_reach_the_tasks(sc: Any, folder: Path) -> Any:
    from pyspark import SparkFiles

    (folder / "note.txt").write_text("a note")
    (folder / "tour_module.py").write_text("def twice(x):\n    return 2 * x\n")
    sc.addFile(str(folder / "note.txt"))
    sc.addPyFile(str(folder / "tour_module.py"))

    def use(x: int) -> Any:
        import tour_module

        return (tour_module.twice(x), Path(SparkFiles.get("note.txt")).read_text())

    return [
        sc.parallelize([1, 2], 2).map(use).collect(),
        Path(SparkFiles.get("note.txt")).read_text(),
    ]


@section
def the_context_describes_itself(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(range(4), 2).map(str).setName("named")
    return [
        [sc.master, sc.appName, sc.defaultParallelism, sc.defaultMinPartitions],
        [sc.applicationId.split("-")[0], sc.uiWebUrl, sc.getConf().get("spark.master")],
        [rdd.name(), rdd.context is sc, rdd.getNumPartitions(), rdd.getCheckpointFile()],
        [sc.getConf().get("spark.nothing", "default"), sc.getConf().contains("spark.app.name")],
    ]


@section
def local_properties_reach_the_tasks(sc: Any, _: Path) -> Any:
    from pyspark import TaskContext

    sc.setLocalProperty("tour.key", "value")
    sc.setJobGroup("group", "a description")

    def look(i: int, _: Any) -> Any:
        context = TaskContext.get()
        return [
            (
                i,
                context.partitionId(),
                context.attemptNumber(),
                context.getLocalProperty("tour.key"),
                context.getLocalProperty("spark.jobGroup.id"),
                context.cpus(),
                context.resources(),
            )
        ]

    seen = sc.parallelize(range(2), 2).mapPartitionsWithIndex(look).collect()
    read_back = sc.getLocalProperty("tour.key")
    sc.setLocalProperty("tour.key", None)
    return [seen, read_back, sc.getLocalProperty("tour.key")]


@section
def job_groups_and_tags(sc: Any, _: Path) -> Any:
    sc.setJobGroup("counted", "jobs of this section")
    sc.parallelize(range(4), 2).count()
    sc.parallelize(range(4), 2).sum()
    sc.addJobTag("one")
    sc.addJobTag("two")
    sc.removeJobTag("one")
    tags = sorted(sc.getJobTags())
    sc.clearJobTags()
    jobs = sc.statusTracker().getJobIdsForGroup("counted")
    return [tags, sorted(sc.getJobTags()), len(jobs)]


@section
def a_session_that_is_there_takes_a_builders_settings(sc: Any, _: Path) -> Any:
    from pyspark.sql import SparkSession

    first = SparkSession.builder.getOrCreate()
    new = {
        "spark.app.name": "renamed",
        "spark.tour.key": "of Spark",
        "tour.key": "of nobody",
        "spark.sql.shuffle.partitions": "9",
        "spark.executor.memory": "2g",
    }
    builder = SparkSession.builder.config("spark.sql.warehouse.dir", "elsewhere")
    for key, value in new.items():
        builder = builder.config(key, value)
    again = builder.getOrCreate()
    return [
        again is first,
        {key: again.conf.get(key) for key in new},
        again.conf.get("spark.sql.warehouse.dir").endswith("elsewhere"),
        [sc.appName, sc.getConf().get("spark.tour.key", "unknown to the context")],
        error_of(lambda: again.conf.set("spark.executor.memory", "1g")),
    ]


if __name__ == "__main__":
    main()
