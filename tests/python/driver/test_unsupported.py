# SPDX-License-Identifier: Apache-2.0
"""What PySpark offers and py4cpp lacks fails at once, with an error that names it."""

from __future__ import annotations

import json

import pytest
from support import Submitter

SESSION_SCRIPT = """
    import datetime, json, sys
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("unsupported").getOrCreate()
    sc = spark.sparkContext
    df = spark.read.text(__file__)
    from pyspark.sql import functions as F, types
    from pyspark.sql.avro.functions import from_avro, to_avro
    from pyspark.sql.protobuf.functions import from_protobuf

    CALLS = {
        "rollup": lambda: df.rollup("value"),
        "select": lambda: df.select("value"),
        "filter": lambda: df.filter("value > 1"),
        "show": lambda: df.show(),
        "write": lambda: df.write,
        "column": lambda: F.col("value") + 1,
        "function": lambda: F.upper("value"),
        "sql": lambda: spark.sql("select 1"),
        "range": lambda: spark.range(3),
        "csv": lambda: spark.read.csv("x"),
        "csv of lines": lambda: spark.read.csv(sc.parallelize(["x"])),
        "json of lines": lambda: spark.read.json(sc.parallelize(["{}"])),
        "load": lambda: spark.read.load("x"),
        "createDataFrame": lambda: spark.createDataFrame([(1,)], ["a"]),
        "catalog": lambda: spark.catalog.listTables(),
        "udf": lambda: spark.udf.register("f", lambda x: x),
        "readStream": lambda: spark.readStream.text("x"),
        "ddl": lambda: types._parse_datatype_string("a int"),
        "approximation": lambda: sc.parallelize([1]).countApproxDistinct(),
        "sequence file": lambda: sc.parallelize([(1, 2)]).saveAsSequenceFile("x"),
        "hadoop file": lambda: sc.newAPIHadoopFile("x", "a.B", "c.D", "e.F"),
        "resources": lambda: __import__("pyspark.resource").resource.ResourceProfileBuilder().build,
        "unknown class": lambda: sc._jvm.org.apache.spark.foo.Bar(),
        "unknown simple name": lambda: sc._jvm.NoSuchThing(),
        "unknown method": lambda: sc._jsc.sc().noSuchMethod(),
        "from avro": lambda: from_avro("value", "{}"),
        "to avro": lambda: to_avro("value"),
        "protobuf": lambda: from_protobuf("value", "M", binaryDescriptorSet=b""),
        "uuid": lambda: sc._jvm.java.util.UUID.randomUUID(),
        "java date": lambda: sc._jvm.java.util.Date(),
        "runtime": lambda: sc._jvm.java.lang.Runtime.getRuntime(),
        "uri": lambda: sc._jvm.java.net.URI("x"),
        "paths": lambda: sc._jvm.java.nio.file.Paths.get("x"),
        "java method": lambda: sc._jvm.java.util.ArrayList().stream(),
        "log4j": lambda: sc._jvm.org.apache.log4j.LogManager.getRootLogger(),
        "log4j 2": lambda: sc._jvm.org.apache.logging.log4j.LogManager.getRootLogger(),
        "date": lambda: sc._jvm.java.util.ArrayList().add(datetime.date(2000, 1, 1)),
        "timestamp": lambda: sc._jvm.java.sql.Timestamp(0),
        "time": lambda: sc._jvm.java.time.LocalTime.of(1, 2),
        "scala": lambda: sc._jvm.scala.math.BigDecimal("1"),
        "scala method": lambda: sc._jvm.scala.Tuple2(1, 2).swap(),
    }
    errors = {}
    for name, call in CALLS.items():
        try:
            call()
        except Exception as error:
            errors[name] = [type(error).__name__, str(error)]
    print(json.dumps(errors))
    spark.stop()
"""

NAMED = {
    "rollup": "org.apache.spark.sql.Dataset.rollup",
    "select": "org.apache.spark.sql.Dataset.select",
    "filter": "org.apache.spark.sql.Dataset.filter",
    "show": "org.apache.spark.sql.Dataset.showString",
    "write": "org.apache.spark.sql.Dataset.write",
    "column": "org.apache.spark.sql.Column.plus",
    "function": "org.apache.spark.sql.functions.upper",
    "sql": "org.apache.spark.sql.SparkSession.sql",
    "range": "org.apache.spark.sql.SparkSession.range",
    "csv": "org.apache.spark.sql.DataFrameReader.csv",
    "csv of lines": "org.apache.spark.sql.Encoders.STRING",
    "json of lines": "org.apache.spark.sql.DataFrameReader.json",
    "load": "org.apache.spark.sql.DataFrameReader.load of the format 'parquet'",
    "createDataFrame": "org.apache.spark.api.python.SerDeUtil.pythonToJava",
    "catalog": "org.apache.spark.sql.SparkSession.catalog",
    "udf": "org.apache.spark.sql.SparkSession.udf",
    "readStream": "org.apache.spark.sql.SparkSession.readStream",
    "ddl": "org.apache.spark.sql.api.python.PythonSQLUtils.ddlToJson",
    "approximation": "org.apache.spark.api.python.SerDeUtil.pythonToJava",
    "sequence file": "org.apache.spark.api.python.PythonRDD.saveAsSequenceFile",
    "hadoop file": "org.apache.spark.api.python.PythonRDD.newAPIHadoopFile",
    "resources": "org.apache.spark.resource.ResourceProfileBuilder",
    "unknown class": "org.apache.spark.foo.Bar",
    "unknown simple name": "NoSuchThing",
    "unknown method": "org.apache.spark.SparkContext.noSuchMethod",
    "from avro": "org.apache.spark.sql.avro.functions.from_avro",
    "to avro": "org.apache.spark.sql.avro.functions.to_avro",
    "protobuf": "org.apache.spark.sql.protobuf.functions.from_protobuf",
    "uuid": "java.util.UUID.randomUUID",
    "java date": "java.util.Date",
    "runtime": "java.lang.Runtime.getRuntime",
    "uri": "java.net.URI",
    "paths": "java.nio.file.Paths.get",
    "java method": "java.util.ArrayList.stream",
    "log4j": "org.apache.log4j.LogManager.getRootLogger",
    "log4j 2": "org.apache.logging.log4j.LogManager.getRootLogger",
    "date": "java.sql.Date.valueOf",
    "timestamp": "java.sql.Timestamp",
    "time": "java.time.LocalTime.of",
    "scala": "scala.math.BigDecimal",
    "scala method": "scala.Tuple2.swap",
}
NAMED_IN_35 = NAMED | {
    "createDataFrame": "org.apache.spark.sql.api.python.PythonSQLUtils.isTimestampNTZPreferred",
    "ddl": "org.apache.spark.sql.types.StructType.fromDDL",
}


def test_everything_that_is_missing_is_named(submit: Submitter) -> None:
    output = submit.output(submit.write(SESSION_SCRIPT), options=["--master", "local[1]"])
    errors = json.loads(output.splitlines()[-1])
    for call, name in (NAMED_IN_35 if submit.python.release == "3.5" else NAMED).items():
        assert call in errors, f"{call} did not fail"
        kind, text = errors[call]
        assert kind == "UnsupportedOperationException", (call, kind, text)
        assert name in text, (call, text)
        assert "is not supported by py4cpp" in text, (call, text)


def test_whatever_pyspark_calls_is_there_or_named(submit: Submitter) -> None:
    """Every chain of names that PySpark's own sources call on the JVM, called without arguments."""
    script = submit.write(
        """
        import json, re
        from functools import reduce
        from pathlib import Path
        import pyspark
        from pyspark.sql import SparkSession

        called = re.compile(r"jvm[\\s)]*\\.\\s*([A-Z][\\w.$]*|[a-z]\\w*\\.[\\w.$]+)\\(")
        package = Path(pyspark.__file__).parent
        sources = [path for path in package.rglob("*.py") if "tests" not in path.parts]
        names = {name for path in sources for name in called.findall(path.read_text())}
        jvm = SparkSession.builder.getOrCreate().sparkContext._jvm
        answers = {}
        for name in sorted(names):
            try:
                reduce(getattr, name.split("."), jvm)()
                answers[name] = "answered"
            except Exception as error:
                answers[name] = f"{type(error).__name__}: {error}"
        print(json.dumps(answers))
        """
    )
    answers = json.loads(submit.output(script).splitlines()[-1])
    assert len(answers) > 50
    for name, answer in answers.items():
        assert answer == "answered" or name.split(".")[-1] in answer, (name, answer)
        assert "does not exist in the JVM" not in answer, (name, answer)
        assert not answer.startswith("TypeError"), (name, answer)


@pytest.mark.parametrize("pin_thread", ["true", "false"])
def test_without_a_session_the_error_is_pysparks_own(submit: Submitter, pin_thread: str) -> None:
    script = submit.write(
        """
        from py4j.protocol import Py4JJavaError
        from pyspark import SparkContext

        sc = SparkContext("local[1]", "unsupported")
        try:
            sc.parallelize([1]).countApprox(100)
        except Py4JJavaError as error:
            print(error.java_exception.getClass().getName())
            print(error.java_exception.getMessage())
        print(sc.parallelize([1, 2]).sum())
        """
    )
    done = submit.run(script, env={"PYSPARK_PIN_THREAD": pin_thread})
    kind, message, total = done.stdout.splitlines()
    assert kind == "java.lang.UnsupportedOperationException"
    assert message.startswith("org.apache.spark.api.python.SerDeUtil.pythonToJava is not supported")
    assert total == "3"
