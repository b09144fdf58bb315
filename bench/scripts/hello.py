# SPDX-License-Identifier: Apache-2.0
"""The smallest useful driver: a context and one sum."""

from pyspark import SparkConf, SparkContext

sc = SparkContext(conf=SparkConf().setAppName("hello").set("spark.ui.enabled", "false"))
assert sc.parallelize(range(1000), 4).map(lambda x: x * 2).sum() == 999000
sc.stop()
