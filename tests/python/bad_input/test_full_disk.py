# SPDX-License-Identifier: Apache-2.0
"""A temporary folder without room: the driver gets an error in the system's own words, the job does
not hang, and what had been written is removed."""

from __future__ import annotations

import pytest
from support import Submitter, small_temp

NO_ROOM = "No space left on device"


@pytest.fixture
def small(submit: Submitter) -> Submitter:
    """Runs scripts whose temporary folder has two megabytes of room."""
    submit.prefix = small_temp("size=2m")
    return submit


def failure(small: Submitter, script: str, *settings: str) -> str:
    """Runs a script that fails for want of room; returns what it printed."""
    options = ["--master", "local[2]", *(part for s in settings for part in ("--conf", s))]
    done = small.run(small.write(script), options=options)
    text = done.stdout + done.stderr
    assert done.returncode == 1, f"exit code {done.returncode}\n{text}"
    assert NO_ROOM in text
    assert "left behind" not in text
    return text


def test_data_of_the_driver_that_does_not_fit(small: Submitter) -> None:
    script = """
        from pyspark import SparkContext
        print(SparkContext(appName="large").parallelize(["x" * 4_000_000] * 4, 2).count())
    """
    assert "OSError" in failure(small, script)


def test_a_broadcast_that_does_not_fit(small: Submitter) -> None:
    script = """
        import os
        from pyspark import SparkContext
        sc = SparkContext(appName="large")
        sc.broadcast(os.urandom(4_000_000))
    """
    assert "OSError" in failure(small, script)


def test_a_shuffle_that_does_not_fit(small: Submitter) -> None:
    script = """
        import os
        from pyspark import SparkContext
        sc = SparkContext(appName="large")
        pairs = sc.parallelize(range(64), 4).map(lambda x: (x, os.urandom(200_000)))
        print(pairs.groupByKey(4).mapValues(len).collect())
    """
    text = failure(small, script, "spark.py4cpp.shuffle.memory=1m")
    assert "free space there or set spark.local.dir to another folder" in text


def test_a_checkpoint_that_does_not_fit(small: Submitter) -> None:
    script = """
        import os, tempfile
        from pyspark import SparkContext
        sc = SparkContext(appName="large")
        blocks = sc.parallelize(range(32), 2).map(lambda x: os.urandom(200_000))
        with tempfile.TemporaryDirectory() as folder:
            sc.setCheckpointDir(folder)
            blocks.checkpoint()
            blocks.count()
    """
    assert "free some space, or write to another disk" in failure(small, script)


def test_a_cached_partition_that_does_not_fit_is_computed_again(small: Submitter) -> None:
    script = """
        import os
        from pyspark import SparkContext, StorageLevel
        sc = SparkContext(appName="large")
        blocks = sc.parallelize(range(32), 4).map(lambda x: os.urandom(200_000))
        kept = blocks.persist(StorageLevel.MEMORY_ONLY)
        print(kept.count(), kept.count())
        sc.stop()
    """
    done = small.run(
        small.write(script),
        options=["--master", "local[2]", "--conf", "spark.py4cpp.storage.memory=1m"],
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["32", "32"]


def test_the_context_works_on_after_a_job_ran_out_of_room(small: Submitter) -> None:
    script = """
        import os
        from pyspark import SparkContext
        sc = SparkContext(appName="large")
        pairs = sc.parallelize(range(64), 4).map(lambda x: (x, os.urandom(200_000)))
        try:
            pairs.groupByKey(4).count()
        except Exception as error:
            print("No space left on device" in str(error))
        print(sc.parallelize([(1, 2), (1, 3)], 2).groupByKey().mapValues(sum).collect())
        sc.stop()
    """
    options = ["--master", "local[2]", "--conf", "spark.py4cpp.shuffle.memory=1m"]
    done = small.run(small.write(script), options=options)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["True", "[(1, 5)]"]
