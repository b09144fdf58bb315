# SPDX-License-Identifier: Apache-2.0
"""Files as RDDs: patterns, line ends, encodings, compressed files, whole and binary files."""

from __future__ import annotations

import gzip
import json
from typing import Any

from support import Submitter

PRELUDE = """
    import json, os
    from pyspark import SparkContext

    sc = SparkContext("local[2]", "files")

    def error(call):
        try:
            call()
        except Exception as error:
            java = getattr(error, "java_exception", None)
            return [java.getClass().getName(), java.getMessage()] if java else [str(error)]
"""


def answer(submit: Submitter, body: str) -> Any:
    """What the last line of a script, after the prelude, prints as JSON."""
    return json.loads(submit.output(submit.write(PRELUDE + body)).splitlines()[-1])


def test_patterns_and_lists_of_paths(submit: Submitter) -> None:
    for name in ["a/1.txt", "a/2.txt", "b/3.txt", "b/_hidden", "b/.dot", "c/d/4.txt"]:
        path = submit.folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.stem + "\n")
    found = answer(
        submit,
        f"""
    lines = lambda paths: sorted(sc.textFile(paths).collect())
    print(json.dumps([
        lines("in/a"), lines("in/*/*.txt"), lines("in/{{a/1,c/d/4}}.txt"), lines("in/a/[^1].txt"),
        lines("in/a/1.txt,in/b"), lines("file:{submit.folder}/in/a/?.txt"), lines("in/b/"),
    ]))
    """,
    )
    assert found == [
        ["1", "2"], ["1", "2", "3"], ["1", "4"], ["2"], ["1", "3"], ["1", "2"], ["3"],
    ]  # fmt: skip


def test_line_ends_and_encodings(submit: Submitter) -> None:
    (submit.folder / "ends.txt").write_bytes(b"unix\nwindows\r\nmac\rlast")
    (submit.folder / "mark.txt").write_bytes(b"\xef\xbb\xbfmarked\n")
    (submit.folder / "bad.txt").write_bytes(b"caf\xe9 \xe2\x82 ok\n")
    (submit.folder / "a.gz").write_bytes(gzip.compress(b"one\n") + gzip.compress(b"two\n"))
    found = answer(
        submit,
        """
    print(json.dumps([sc.textFile(name, 3).collect() for name in
                      ("ends.txt", "mark.txt", "bad.txt", "a.gz")]
                     + [sc.textFile("ends.txt", use_unicode=False).count()]))
    """,
    )
    assert found == [
        ["unix", "windows", "mac", "last"], ["marked"], ["caf\ufffd \ufffd ok"], ["one", "two"], 4,
    ]  # fmt: skip


def test_whole_and_binary_files_and_records(submit: Submitter) -> None:
    folder = submit.folder / "in"
    folder.mkdir()
    (folder / "a").write_text("one\ntwo\n")
    (folder / "b").write_bytes(bytes(range(256)))
    found = answer(
        submit,
        """
    whole = {os.path.basename(k): v for k, v in sc.wholeTextFiles("in/a").collect()}
    binary = {k: list(bytes(v)) for k, v in sc.binaryFiles("in/b").collect()}
    records = [list(bytes(r)) for r in sc.binaryRecords("in/b", 64).collect()]
    print(json.dumps([whole, binary, records, sc.wholeTextFiles("in").keys().count(),
                      error(lambda: sc.binaryRecords("in/b", 100).count())]))
    """,
    )
    content = list(range(256))
    assert found[0] == {"a": "one\ntwo\n"}
    assert found[1] == {f"file:{folder}/b": content}
    assert found[2] == [content[i : i + 64] for i in range(0, 256, 64)]
    assert found[3] == 2
    assert found[4][0] == "org.apache.spark.SparkException"
    assert "ends inside a record of 100 bytes" in found[4][1]


def test_pairs_of_pairs_keep_their_records(submit: Submitter) -> None:
    found = answer(
        submit,
        """
    a = sc.parallelize([1, 2], 2)
    b = sc.parallelize("xy", 2)
    print(json.dumps([
        sorted(a.cartesian(b).cartesian(a).collect(), key=str),
        sorted(a.cartesian(b.cartesian(a)).collect(), key=str),
        a.cartesian(b).cartesian(a.cartesian(b)).count(),
        sorted(a.zip(a).union(a.zip(a)).collect()),
    ]))
    """,
    )
    triples = sorted((((i, x), j) for i in (1, 2) for x in "xy" for j in (1, 2)), key=str)
    turned = sorted(((i, (x, j)) for i in (1, 2) for x in "xy" for j in (1, 2)), key=str)
    assert found[0] == json.loads(json.dumps(triples))
    assert found[1] == json.loads(json.dumps(turned))
    assert found[2] == 16
    assert found[3] == [[1, 1], [1, 1], [2, 2], [2, 2]]


def test_what_cannot_be_read_or_written_is_named(submit: Submitter) -> None:
    (submit.folder / "in" / "deeper").mkdir(parents=True)
    (submit.folder / "in" / "deeper" / "a").write_text("x")
    (submit.folder / "cut.gz").write_bytes(gzip.compress(b"x" * 10_000)[:-10])
    found = answer(
        submit,
        """
    codecs = "org.apache.hadoop.io.compress."
    print(json.dumps([
        error(lambda: sc.textFile("in").count()),
        error(lambda: sc.textFile("hdfs://host/x").count()),
        error(lambda: sc.textFile("cut.gz").count()),
        error(lambda: sc.parallelize([1]).saveAsTextFile("in")),
        error(lambda: sc.parallelize([1]).saveAsTextFile("out", codecs + "BZip2Codec")),
        error(lambda: sc.addFile("nowhere")),
        error(lambda: sc.parallelize([1]).checkpoint()),
        error(lambda: sc.setLogLevel("LOUD")),
        os.path.exists("out"),
    ]))
    """,
    )
    kinds = [entry[0] for entry in found[:-1]]
    assert kinds == [
        "java.io.IOException",
        "org.apache.hadoop.fs.UnsupportedFileSystemException",
        "org.apache.spark.SparkException",
        "org.apache.hadoop.mapred.FileAlreadyExistsException",
        "java.lang.UnsupportedOperationException",
        "java.io.FileNotFoundException",
        "org.apache.spark.SparkException",
        "java.lang.IllegalArgumentException",
    ]
    assert "is a directory" in found[0][1]
    assert "cut.gz" in found[2][1]
    assert found[-1] is False


def test_pickle_files_keep_every_element(submit: Submitter) -> None:
    found = answer(
        submit,
        """
    data = [(i, "x" * (i % 300), None, {"k": i}) for i in range(3000)]
    sc.parallelize(data, 3).saveAsPickleFile("pickles", 7)
    back = [sc.pickleFile("pickles", parts) for parts in (1, 9)]
    print(json.dumps([
        [sorted(rdd.collect(), key=lambda row: row[0]) == data for rdd in back],
        sorted(os.listdir("pickles")), open("pickles/part-00000", "rb").read(4).hex(),
        error(lambda: sc.pickleFile(__file__).count()),
    ]))
    """,
    )
    assert found[0] == [True, True]
    assert found[1] == ["_SUCCESS", "part-00000", "part-00001", "part-00002"]
    assert found[2] == b"SEQ\x06".hex()
    assert "is no uncompressed SequenceFile" in found[3][1]
