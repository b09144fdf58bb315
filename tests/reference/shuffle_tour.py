# SPDX-License-Identifier: Apache-2.0
"""A tour of the RDD API: how data is regrouped by key, sorted and summed up."""

from __future__ import annotations

import operator
from pathlib import Path
from typing import Any

from sections import main, section

WORDS = "the quick brown fox jumps over the lazy dog the end".split()
PAIRS = [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("b", 5), ("a", 6)]
OTHERS = [("a", "x"), ("b", "y"), ("d", "z")]


def grouped(rdd: Any) -> Any:
    """The pairs of an RDD whose values are iterables, in a fixed order."""
    return sorted((key, sorted(values)) for key, values in rdd.collect())


@section
def reductions_by_key(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(PAIRS, 3)
    return [
        sorted(rdd.reduceByKey(operator.add).collect()),
        sorted(rdd.reduceByKey(operator.add, 1).collect()),
        rdd.reduceByKeyLocally(operator.add),
        sorted(rdd.foldByKey(10, operator.add, 2).collect()),
        sorted(rdd.aggregateByKey((0, 0), lambda s, v: (s[0] + v, s[1] + 1), max).collect()),
        sorted(
            rdd.combineByKey(str, lambda s, v: s + str(v), lambda a, b: min(a, b)).keys().collect()
        ),
        rdd.countByKey(),
        rdd.countByValue(),
    ]


@section
def groups_by_key(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(PAIRS, 3)
    numbers = sc.parallelize(range(10), 3)
    return [
        grouped(rdd.groupByKey()),
        grouped(numbers.groupBy(lambda x: x % 3, 2)),
        sorted(
            (k, [sorted(v) for v in vs]) for k, vs in rdd.cogroup(sc.parallelize(OTHERS)).collect()
        ),
        sorted((k, len(vs)) for k, vs in rdd.groupWith(rdd, rdd).collect()),
    ]


@section
def joins(sc: Any, _: Path) -> Any:
    left, right = sc.parallelize(PAIRS, 3), sc.parallelize(OTHERS, 2)
    return [
        sorted(left.join(right).collect()),
        sorted(left.leftOuterJoin(right).collect(), key=repr),
        sorted(left.rightOuterJoin(right).collect(), key=repr),
        sorted(left.fullOuterJoin(right, 2).collect(), key=repr),
        sorted(left.subtractByKey(right).collect()),
    ]


@section
def partition_by_places_keys(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize([(i, i * i) for i in range(12)], 3)
    placed = rdd.partitionBy(4)
    return [
        [sorted(part) for part in placed.glom().collect()],
        [sorted(part) for part in rdd.partitionBy(3, lambda key: key // 4).glom().collect()],
        placed.partitionBy(4) is placed,
        [sorted(p) for p in placed.mapValues(str).reduceByKey(operator.add, 4).glom().collect()],
        [sorted(part) for part in sc.parallelize(PAIRS).partitionBy(3).glom().collect()],
    ]


@section
def sorts(sc: Any, _: Path) -> Any:
    numbers = sc.parallelize([(i * 7919) % 101 for i in range(60)], 4)
    pairs = sc.parallelize(PAIRS, 3)
    within = sc.parallelize([(3, 1), (0, 2), (1, 3), (2, 4), (5, 5)], 2)
    return [
        numbers.sortBy(lambda x: x).collect(),
        numbers.sortBy(lambda x: -x, numPartitions=3).getNumPartitions(),
        [key for key, _ in pairs.sortByKey().collect()],
        [key for key, _ in pairs.sortByKey(False, 2).collect()],
        within.repartitionAndSortWithinPartitions(2, lambda key: key % 2).glom().collect(),
        sc.parallelize(WORDS, 2)
        .map(lambda w: (w, 1))
        .sortByKey(True, 2, str.lower)
        .keys()
        .collect(),
    ]


@section
def many_keys_over_many_partitions(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(range(20000), 8).map(lambda i: (i % 997, i))
    sums = rdd.reduceByKey(operator.add, 16)
    return [sums.count(), sums.values().sum(), sums.join(sums, 8).count(), sorted(sums.take(3))]


@section
def actions(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize([5, 3, 9, 1, 7, 3], 3)
    return [
        rdd.count(),
        rdd.sum(),
        rdd.max(),
        rdd.min(key=lambda x: -x),
        rdd.mean(),
        rdd.variance(),
        rdd.sampleStdev(),
        str(rdd.stats()),
        rdd.histogram(2),
        rdd.reduce(operator.mul),
        rdd.fold(0, operator.add),
        rdd.aggregate(
            (0, 0), lambda a, x: (a[0] + x, a[1] + 1), lambda a, b: (a[0] + b[0], a[1] + b[1])
        ),
        rdd.treeReduce(operator.add),
        rdd.treeAggregate(0, operator.add, operator.add, 3),
        rdd.top(2),
        rdd.takeOrdered(3, key=lambda x: -x),
    ]


@section
def takes(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(range(100), 10)
    pairs = sc.parallelize(PAIRS, 3)
    return [
        rdd.take(3),
        rdd.filter(lambda x: x > 95).take(3),
        rdd.take(0),
        rdd.first(),
        rdd.isEmpty(),
        rdd.filter(lambda x: x > 1000).isEmpty(),
        pairs.lookup("a"),
        pairs.partitionBy(2).lookup("b"),
        dict(pairs.collectAsMap()),
    ]


@section
def local_iterators(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(range(9), 3)
    iterator = sc.parallelize(range(30), 3).toLocalIterator()
    return [
        list(rdd.toLocalIterator()),
        list(rdd.map(str).toLocalIterator(prefetchPartitions=True)),
        [next(iterator) for _ in range(4)],
    ]


@section
def jobs_over_chosen_partitions(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(range(12), 4)
    return [
        sc.runJob(rdd, lambda part: [sum(part)]),
        sc.runJob(rdd, lambda part: list(part), [3, 1]),
        sc.runJob(rdd.filter(lambda x: x % 2), lambda part: part, [0]),
    ]


@section
def big_results_arrive_whole(sc: Any, _: Path) -> Any:
    rdd = sc.parallelize(range(16), 4).map(lambda i: bytes([i]) * 300_000)
    back = rdd.collect()
    return [len(back), [item[0] for item in back], sum(map(len, back))]


if __name__ == "__main__":
    main()
