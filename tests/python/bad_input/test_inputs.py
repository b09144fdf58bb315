# SPDX-License-Identifier: Apache-2.0
"""Input that is not there and functions that raise: the driver ends with an error that says what
and where, and its exit code says so too."""

from __future__ import annotations

from support import Submitter


def failure(submit: Submitter, script: str, *args: str) -> str:
    """Runs a script that has to fail; returns all that it printed."""
    done = submit.run(submit.write(script), *args, options=["--master", "local[2]"])
    assert done.returncode == 1, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_a_path_that_matches_nothing_is_named(submit: Submitter) -> None:
    script = """
        import sys
        from pyspark import SparkContext
        print(SparkContext(appName="missing").textFile(sys.argv[1]).count())
    """
    missing, pattern = submit.folder / "missing.txt", submit.folder / "*.none"
    for path, expected in (
        (missing, f"Input path does not exist: file:{missing}"),
        (pattern, f"Input Pattern file:{pattern} matches 0 files"),
    ):
        text = failure(submit, script, str(path))
        assert f"{expected}; correct the path or put the data there" in text


def test_the_wordcount_example_names_a_missing_path(submit: Submitter) -> None:
    missing = submit.folder / "missing.txt"
    done = submit.run(submit.python.example("wordcount.py"), str(missing))
    assert done.returncode == 1
    expected = f"[PATH_NOT_FOUND] Path does not exist: file:{missing}."
    assert expected in done.stdout + done.stderr


def test_an_exception_in_a_task_reaches_the_driver_with_its_traceback(submit: Submitter) -> None:
    script = """
        from pyspark import SparkContext

        def divide(x):
            return 1 // x

        SparkContext(appName="failing").parallelize([1, 0], 2).map(divide).collect()
    """
    text = failure(submit, script)
    assert "Traceback (most recent call last):" in text
    assert "in divide" in text
    assert "return 1 // x" in text
    assert "ZeroDivisionError: integer division or modulo by zero" in text


def test_an_exception_in_a_task_can_be_caught_and_the_context_used_on(submit: Submitter) -> None:
    script = """
        from py4j.protocol import Py4JJavaError
        from pyspark import SparkContext

        sc = SparkContext(appName="catching")
        for _ in range(3):
            try:
                sc.parallelize([1, 0], 2).map(lambda x: 1 // x).collect()
            except Py4JJavaError as error:
                print("ZeroDivisionError" in str(error))
        print(sc.parallelize(range(10), 2).sum())
        sc.stop()
    """
    assert submit.output(submit.write(script)).split() == ["True", "True", "True", "45"]


def test_a_driver_that_raises_leaves_nothing_behind(submit: Submitter) -> None:
    script = """
        from pyspark import SparkContext

        sc = SparkContext(appName="raising")
        sc.parallelize(range(10), 2).map(str).cache().count()
        sc.broadcast([1, 2, 3])
        raise RuntimeError("the driver gives up")
    """
    assert "RuntimeError: the driver gives up" in failure(submit, script)


SUM = """
    from pyspark import SparkContext
    print(SparkContext(appName="sum").range(10).map(lambda x: x).sum())
"""


def test_a_setting_that_makes_no_sense_is_named(submit: Submitter) -> None:
    script = submit.write(SUM)
    for setting in ("spark.task.maxFailures=often", "spark.python.worker.reuse=maybe"):
        done = submit.run(script, options=["--conf", setting])
        assert done.returncode == 1
        text = done.stdout + done.stderr
        assert all(part in text for part in setting.split("=")), text


def test_an_interpreter_of_the_workers_that_is_missing_is_named(submit: Submitter) -> None:
    missing = str(submit.folder / "no-python")
    env = {"PYSPARK_DRIVER_PYTHON": submit.python.executable, "PYSPARK_PYTHON": missing}
    done = submit.run(submit.write(SUM), env=env)
    assert done.returncode == 1
    reason = f"cannot start '{missing}': No such file or directory"
    assert f"{reason}; correct PYSPARK_PYTHON or spark.pyspark.python" in done.stdout + done.stderr


def test_an_interpreter_of_the_workers_without_pyspark_is_named(submit: Submitter) -> None:
    env = {
        "PYSPARK_DRIVER_PYTHON": submit.python.executable,
        "PYSPARK_PYTHON": "/usr/bin/python3",
    }
    done = submit.run(submit.write(SUM), env=env)
    assert done.returncode == 1
    text = done.stdout + done.stderr
    assert "/usr/bin/python3" in text
    assert "pyspark" in text
