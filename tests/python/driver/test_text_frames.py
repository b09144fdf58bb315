# SPDX-License-Identifier: Apache-2.0
"""`SparkSession` and `spark.read.text`: rows that the engine itself makes, and its errors."""

from __future__ import annotations

import json
from typing import Any

from support import Submitter

PRELUDE = """
    import json, os
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("frames").getOrCreate()
    sc = spark.sparkContext

    def error(call):
        try:
            call()
        except Exception as error:
            return [type(error).__name__, str(error).split("\\n")[0]]
"""


def answer(submit: Submitter, body: str) -> Any:
    """What the last line of a script, after the prelude, prints as JSON."""
    output = submit.output(submit.write(PRELUDE + body), options=["--master", "local[2]"])
    return json.loads(output.splitlines()[-1])


def test_lines_become_rows(submit: Submitter) -> None:
    (submit.folder / "a.txt").write_bytes(b"one\ntwo\r\n\nbad \xff byte\n")
    (submit.folder / "b.txt").write_text("ß € 😀\n")
    found = answer(
        submit,
        """
    frame = spark.read.text(["b.txt"])
    rows = frame.rdd.map(lambda row: [type(row).__name__, row.value, row[0], row.asDict()])
    print(json.dumps([
        rows.collect(), frame.columns, frame.schema.simpleString(), frame.count(),
        frame.isEmpty(), [row.value for row in spark.read.text("a.txt").collect()],
        [row.value for row in spark.read.text("b.txt").toLocalIterator()],
    ]))
    """,
    )
    row = ["Row", "ß € 😀", "ß € 😀", {"value": "ß € 😀"}]
    assert found[:5] == [[row], ["value"], "struct<value:string>", 1, False]
    assert found[5] == ["one", "two", "", "bad \ufffd byte"]
    assert found[6] == ["ß € 😀"]


def test_options_of_the_text_source(submit: Submitter) -> None:
    (submit.folder / "a.txt").write_text("x;y\nz")
    (submit.folder / "d").mkdir()
    (submit.folder / "d" / "b.txt").write_text("deep")
    found = answer(
        submit,
        """
    values = lambda frame: sorted(row.value for row in frame.collect())
    print(json.dumps([
        values(spark.read.text("a.txt", wholetext=True)),
        values(spark.read.text("a.txt", lineSep=";")),
        values(spark.read.format("text").load("a.txt")),
        values(spark.read.load(path="a.txt", format="text")),
        values(spark.read.text("{a,d/b}.txt")),
        values(spark.read.text("d", recursiveFileLookup=True)),
        spark.read.text("a.txt", wholetext=True).count(),
        error(lambda: spark.read.text("a.txt", pathGlobFilter="*.md"))[0],
        error(lambda: spark.read.option("encoding", "latin-1").text("a.txt"))[0],
    ]))
    """,
    )
    lines = ["x;y", "z"]
    assert found == [
        ["x;y\nz"], ["x", "y\nz"], lines, lines, ["deep", *lines], ["deep"], 1,
        "UnsupportedOperationException", "UnsupportedOperationException",
    ]  # fmt: skip


def test_a_large_file_has_each_line_once_in_many_partitions(submit: Submitter) -> None:
    lines = 200_000
    (submit.folder / "big.txt").write_text("".join(f"{i:050d}\n" for i in range(lines)))
    found = answer(
        submit,
        """
    frame = spark.read.text("big.txt")
    numbers = frame.rdd.map(lambda row: int(row[0]))
    text = sc.textFile("big.txt", 7)
    print(json.dumps([frame.rdd.getNumPartitions(), numbers.count(), numbers.sum(),
                      text.getNumPartitions(), text.map(int).sum()]))
    """,
    )
    total = lines * (lines - 1) // 2
    assert found == [2, lines, total, 7, total]


def test_a_path_that_is_not_there_raises_an_analysis_exception(submit: Submitter) -> None:
    found = answer(
        submit,
        """
    paths = ["nope", "no*pe", "s3a://bucket/key"]
    print(json.dumps([error(lambda: spark.read.text(path)) for path in paths]))
    """,
    )
    state = " SQLSTATE: 42K03" if submit.python.release != "3.5" else ""
    for name, (kind, text) in zip(["nope", "no*pe"], found[:2], strict=True):
        assert kind == "AnalysisException"
        path = submit.folder / name
        assert text == f"[PATH_NOT_FOUND] Path does not exist: file:{path}.{state}"
    assert "Py4JJavaError" in found[2][0]


def test_sessions_and_their_settings(submit: Submitter) -> None:
    found = answer(
        submit,
        """
    other = spark.newSession()
    spark.conf.set("spark.sql.shuffle.partitions", "7")
    print(json.dumps([
        spark.version, spark.conf.get("spark.app.name"), spark.conf.get("x.y", "fallback"),
        spark.conf.get("spark.sql.shuffle.partitions"),
        other.conf.get("spark.sql.shuffle.partitions"),
        SparkSession.builder.getOrCreate() is spark, SparkSession.getActiveSession() is spark,
        other.sparkContext is sc,
        [spark.conf.isModifiable(key) for key in ("spark.sql.shuffle.partitions",
         "spark.sql.warehouse.dir", "spark.executor.memory", "no.such")],
        error(lambda: spark.conf.set("spark.sql.warehouse.dir", "x"))[0],
        error(lambda: spark.conf.set("spark.executor.memory", "1g"))[0],
        error(lambda: spark.conf.get("no.such"))[0],
    ]))
    """,
    )
    not_found = "Py4JJavaError" if submit.python.release == "3.5" else "SparkNoSuchElementException"
    assert found[0].startswith(submit.python.release)
    assert found[1:] == [
        "frames", "fallback", "7", "200", True, True, True, [True, False, False, False],
        "AnalysisException", "AnalysisException", not_found,
    ]  # fmt: skip


def test_a_session_can_be_made_again_after_stop(submit: Submitter) -> None:
    found = answer(
        submit,
        """
    first = sc.applicationId
    spark.stop()
    spark = SparkSession.builder.appName("again").getOrCreate()
    print(json.dumps([spark.sparkContext.appName, spark.read.text(__file__).count() > 5,
                      spark.sparkContext.parallelize([1, 2]).sum()]))
    spark.stop()
    """,
    )
    assert found == ["again", True, 3]


def test_hive_is_refused_with_what_to_do(submit: Submitter) -> None:
    script = submit.write(
        """
        from pyspark.sql import SparkSession
        SparkSession.builder.enableHiveSupport().getOrCreate()
        """
    )
    done = submit.run(script)
    assert done.returncode != 0
    assert "Hive is not supported by py4cpp" in done.stdout + done.stderr
