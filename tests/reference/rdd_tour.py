# SPDX-License-Identifier: Apache-2.0
"""A tour of the RDD API: how data comes in and how one element becomes another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sections import main, section

WORDS = "the quick brown fox jumps over the lazy dog the end".split()
PAIRS = [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("b", 5), ("a", 6)]


@section
def parallelize_cuts_a_list_into_slices(sc: Any, _: Path) -> Any:
    shapes = [(10, 3), (3, 5), (0, 2), (1000, 4), (7, None)]
    return [[len(p) for p in sc.parallelize(list(range(n)), k).glom().collect()] for n, k in shapes]


@section
def parallelize_cuts_a_range_by_bounds(sc: Any, _: Path) -> Any:
    ranges = [range(10), range(0, 20, 3), range(5, -5, -2), range(0)]
    return [sc.parallelize(r, 3).glom().collect() for r in ranges]


@section
def parallelize_takes_any_iterable(sc: Any, _: Path) -> Any:
    return [
        sc.parallelize((x * x for x in range(6)), 2).collect(),
        sc.parallelize({"k": 1}, 2).collect(),
        sc.parallelize("text", 2).collect(),
        sc.parallelize([None, 1.5, b"\x00\xff", (1, "é"), {"k": [1]}], 2).collect(),
    ]


@section
def range_makes_numbers(sc: Any, _: Path) -> Any:
    return [
        sc.range(5).collect(),
        sc.range(2, 11, 3, 2).glom().collect(),
        sc.range(1 << 40, (1 << 40) + 3).collect(),
    ]


@section
def empty_rdds_have_no_elements(sc: Any, _: Path) -> Any:
    empty = sc.emptyRDD()
    return [empty.collect(), empty.getNumPartitions(), empty.isEmpty(), empty.count(), empty.sum()]


@section
def text_file_reads_lines(sc: Any, folder: Path) -> Any:
    source = folder / "lines"
    source.mkdir()
    (source / "a.txt").write_bytes("one\ntwo\r\n\nlast é".encode())
    (source / "b.txt").write_bytes(b"")
    (source / "_hidden.txt").write_bytes(b"not read\n")
    (source / ".hidden.txt").write_bytes(b"not read\n")
    return [
        sorted(sc.textFile(str(source)).collect()),
        sc.textFile(str(source / "a.txt")).collect(),
        sc.textFile(f"file://{source}/a.txt").count(),
        sorted(sc.textFile(f"{source}/{{a,b}}.txt").collect()),
        sorted(sc.textFile(f"{source}/?.txt,{source}/a.txt").collect()),
        sc.textFile(f"{source}/[^b].t*").collect(),
    ]


@section
def text_file_splits_at_line_ends(sc: Any, folder: Path) -> Any:
    source = folder / "numbers.txt"
    source.write_text("".join(f"line {i}\n" for i in range(1000)))
    rdd = sc.textFile(str(source), 4)
    return [
        rdd.getNumPartitions(),
        [len(p) for p in rdd.glom().collect()],
        rdd.map(lambda line: int(line.split()[1])).sum(),
        sc.textFile(str(source), 1).getNumPartitions(),
    ]


@section
def text_file_reads_gzip(sc: Any, folder: Path) -> Any:
    import gzip

    source = folder / "zipped.txt.gz"
    source.write_bytes(gzip.compress(b"first\nsecond\n") + gzip.compress(b"third\n"))
    rdd = sc.textFile(str(source), 8)
    return [rdd.collect(), rdd.getNumPartitions()]


@section
def session_reads_text_as_rows(sc: Any, folder: Path) -> Any:
    from pyspark.sql import SparkSession

    source = folder / "rows.txt"
    source.write_text("one\ntwo é\n\nfour\n")
    spark = SparkSession.builder.getOrCreate()
    rows = spark.read.text(str(source)).rdd
    return [
        [(row[0], row.value, str(row)) for row in rows.collect()],
        rows.map(lambda row: len(row.value)).sum(),
        spark.sparkContext is sc,
        spark.version == sc.version,
        spark.conf.get("spark.app.name"),
    ]


@section
def narrow_transformations(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(WORDS, 3)
    return [
        rdd.map(len).collect(),
        rdd.flatMap(list).count(),
        rdd.filter(lambda word: "o" in word).collect(),
        rdd.mapPartitions(lambda words: [len(list(words))]).collect(),
        rdd.mapPartitionsWithIndex(lambda i, words: [(i, w) for w in words]).collect(),
        rdd.keyBy(len).mapValues(str.upper).collect(),
        sc.parallelize(PAIRS, 2).flatMapValues(range).collect(),
        sc.parallelize(PAIRS, 2).keys().collect(),
        sc.parallelize(PAIRS, 2).values().collect(),
    ]


@section
def chained_functions_run_in_one_stage(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(range(100), 4)
    for step in range(20):
        rdd = rdd.map(lambda x, step=step: x + step)
    return rdd.filter(lambda x: x % 7 == 0).collect()


@section
def unions_and_sets(sc: Any, _: Path) -> Any:
    a, b = sc.parallelize([1, 2, 2, 3], 2), sc.parallelize([3, 4, 2], 3)
    return [
        a.union(b).collect(),
        (a + b).getNumPartitions(),
        sc.union([a, b, a]).collect(),
        sorted(a.distinct().collect()),
        sorted(a.intersection(b).collect()),
        sorted(a.subtract(b).collect()),
        a.union(sc.parallelize(["text"], 1).map(str)).count(),
    ]


@section
def zips_and_products(sc: Any, _: Path) -> Any:
    a, b = sc.parallelize(range(4), 2), sc.parallelize(range(10, 14), 2)
    return [
        a.zip(b).collect(),
        sc.parallelize(WORDS, 3).zipWithIndex().collect(),
        sc.parallelize(WORDS, 3).zipWithUniqueId().collect(),
        sorted(a.cartesian(b).collect()),
    ]


@section
def samples_with_a_seed(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(range(100), 4)
    return [
        rdd.sample(False, 0.1, 7).collect(),
        rdd.sample(True, 0.1, 7).collect(),
        rdd.takeSample(False, 5, 11),
        [part.count() for part in rdd.randomSplit([1, 2, 3], 13)],
        sc.parallelize(PAIRS, 2).sampleByKey(False, {"a": 0.5, "b": 1.0, "c": 0.0}, 3).collect(),
    ]


@section
def coalesce_and_repartition(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(range(20), 8)
    return [
        rdd.coalesce(3).glom().collect(),
        rdd.coalesce(20).getNumPartitions(),
        sorted(rdd.coalesce(3, shuffle=True).collect()),
        rdd.repartition(5).getNumPartitions(),
        sorted(rdd.repartition(5).collect()),
        sc.parallelize(range(10), 2).map(str).coalesce(1).collect(),
    ]


@section
def pipe_sends_elements_through_a_command(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(["one", "two", "three"], 2)
    return [
        rdd.pipe("cat").collect(),
        rdd.pipe("tr a-z A-Z").collect(),
        rdd.pipe("sh -c 'cat; echo $TOUR'", {"TOUR": "set"}).collect(),
    ]


if __name__ == "__main__":
    main()
