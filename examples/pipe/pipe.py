# SPDX-License-Identifier: Apache-2.0
"""Sends data through a program of one's own, line by line, once from Python workers and once from
the engine itself. Start it in this folder: py4cpp run pipe.py"""

from pyspark import RDD, SparkContext
from pyspark.serializers import UTF8Deserializer

with SparkContext(appName="pipe") as sc:
    names = sc.parallelize(["john", "paul", "george", "ringo"])
    for line in names.pipe("./test.py").collect():
        print(line)

    # A text RDD never goes through Python: the engine pipes its lines itself.
    lines = sc.textFile("names.txt")
    for line in RDD(lines._jrdd.pipe("./test.py"), sc, UTF8Deserializer()).collect():
        print(line)
