# SPDX-License-Identifier: Apache-2.0
"""Calls C++ from a PySpark driver: py4cpp run --plugin build/libmymodule.so hello.py"""

from pyspark import SparkContext

with SparkContext(appName="plugin") as sc:
    print(sc._jvm.com.myJavaModule.hello())

    counter = sc._jvm.com.example.Counter(40)
    counter.add(1)
    print(counter.add(1))
