# SPDX-License-Identifier: Apache-2.0
"""Settings reach the Python workers as the variables that PySpark and its libraries read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import Submitter

SCRIPT = """
    import json, os
    from pyspark import SparkContext

    sc = SparkContext(appName="environment")
    print(json.dumps(sc.parallelize([1], 1).map(lambda _: dict(os.environ)).first()))
    sc.stop()
"""

CASES = {
    "defaults": (
        {},
        {
            "SPARK_BUFFER_SIZE": "65536",
            "OMP_NUM_THREADS": "1",
            "PYSPARK_EXECUTOR_MEMORY_MB": None,
            "SPARK_REUSE_WORKER": "1",
            "GREETING": None,
        },
    ),
    "settings": (
        {
            "spark.buffer.size": "128k",
            "spark.task.cpus": "2",
            "spark.executor.pyspark.memory": "2g",
            "spark.python.worker.reuse": "false",
            "spark.executorEnv.GREETING": "hello world",
        },
        {
            "SPARK_BUFFER_SIZE": "131072",
            "OMP_NUM_THREADS": "2",
            "PYSPARK_EXECUTOR_MEMORY_MB": "2048",
            "SPARK_REUSE_WORKER": None,
            "GREETING": "hello world",
        },
    ),
    "cores": (
        {"spark.task.cpus": "2", "spark.executor.cores": "3"},
        {"OMP_NUM_THREADS": "3"},
    ),
    "own threads": (
        {"spark.executor.cores": "3", "spark.executorEnv.OMP_NUM_THREADS": "5"},
        {"OMP_NUM_THREADS": "5"},
    ),
}


@pytest.mark.parametrize(("settings", "expected"), CASES.values(), ids=CASES.keys())
def test_settings_make_the_environment_of_the_workers(
    submit: Submitter, settings: dict[str, str], expected: dict[str, str | None]
) -> None:
    folder = submit.folder / "local"
    options = ["--master", "local[1]", "--conf", f"spark.local.dir={folder}"]
    for key, value in settings.items():
        options += ["--conf", f"{key}={value}"]
    users_own = {"OMP_NUM_THREADS": "7", "SPARK_BUFFER_SIZE": "1"}
    done = submit.run(submit.write(SCRIPT), options=options, env=users_own)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {name: found.get(name) for name in expected} == expected
    assert folder in Path(found["SPARK_LOCAL_DIRS"]).parents
