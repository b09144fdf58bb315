# SPDX-License-Identifier: Apache-2.0
"""Counts the words of the file given as argument and prints the five most frequent."""

import sys
from operator import add

from pyspark import SparkConf, SparkContext

sc = SparkContext(conf=SparkConf().setAppName("wordcount").set("spark.ui.enabled", "false"))
counts = (
    sc.textFile(sys.argv[1], 8)
    .flatMap(lambda line: line.split(" "))
    .map(lambda word: (word, 1))
    .reduceByKey(add, 8)
)
for word, count in counts.takeOrdered(5, key=lambda pair: (-pair[1], pair[0])):
    print(word, count)
sc.stop()
