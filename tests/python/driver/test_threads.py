# SPDX-License-Identifier: Apache-2.0
"""Python threads: each has its own local properties, all share the context."""

from __future__ import annotations

import json

import pytest
from support import Submitter

SCRIPT = """
    import json
    from concurrent.futures import ThreadPoolExecutor
    from pyspark import InheritableThread, SparkContext, TaskContext

    sc = SparkContext(appName="threads")
    seen = sc.accumulator(0)

    def job(i):
        return sc.parallelize(range(10 * i), 3).map(lambda x: seen.add(1) or x).sum()

    with ThreadPoolExecutor(4) as pool:
        sums = list(pool.map(job, range(12)))

    sc.setLocalProperty("key", "parent")
    inherited = []

    def work():
        sc.setLocalProperty("other", "child")
        context = lambda _: [TaskContext.get().getLocalProperty(k) for k in ("key", "other")]
        inherited.append(sc.parallelize([1], 1).map(context).collect())

    thread = InheritableThread(target=work)
    thread.start()
    thread.join()
    print(json.dumps([sums, seen.value, inherited[0][0], sc.getLocalProperty("other")]))
    sc.stop()
"""


def test_threads_run_jobs_at_once_and_inherit_properties(submit: Submitter) -> None:
    found = json.loads(submit.output(submit.write(SCRIPT)).splitlines()[-1])
    sums = [5 * i * (10 * i - 1) for i in range(12)]
    assert found == [sums, sum(10 * i for i in range(12)), ["parent", "child"], None]


def test_threads_that_are_not_pinned_run_jobs_at_once(submit: Submitter) -> None:
    done = submit.run(submit.write(SCRIPT), env={"PYSPARK_PIN_THREAD": "false"})
    found = json.loads(done.stdout.splitlines()[-1])
    assert found[0] == [5 * i * (10 * i - 1) for i in range(12)]
    assert found[1] == sum(10 * i for i in range(12))


@pytest.mark.parametrize("name", ["wordcount.py", "pi.py"])
def test_examples_run_without_pinned_threads(submit: Submitter, name: str) -> None:
    script = submit.python.example(name)
    arguments = [str(script)] if name == "wordcount.py" else ["2"]
    done = submit.run(script, *arguments, env={"PYSPARK_PIN_THREAD": "false"})
    assert done.returncode == 0, done.stderr
    assert ("Pi is roughly 3.1" if name == "pi.py" else "import: ") in done.stdout


def test_results_and_accumulators_travel_over_unix_sockets_when_asked(submit: Submitter) -> None:
    """3.5 has none between driver and engine, and goes on over loopback."""
    script = submit.write(
        """
        import tempfile
        from pyspark import SparkConf, SparkContext

        folder = tempfile.TemporaryDirectory(dir="/tmp")  # a socket's path must be short
        conf = SparkConf().set("spark.python.unix.domain.socket.enabled", "true")
        sc = SparkContext(conf=conf.set("spark.python.unix.domain.socket.dir", folder.name))
        total = sc.accumulator(0)
        print(sc.parallelize(range(100), 3).map(lambda x: total.add(x) or x * 2).sum())
        print(total.value, list(sc.parallelize(range(4), 2).toLocalIterator()))
        sc.stop()
        """
    )
    assert submit.output(script).splitlines()[-2:] == ["9900", "4950 [0, 1, 2, 3]"]
