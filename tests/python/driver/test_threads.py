# SPDX-License-Identifier: Apache-2.0
"""Python threads: each has its own local properties, all share the context."""

from __future__ import annotations

import json
from pathlib import Path

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


def in_folder(address: str | list[str | int], folder: str) -> bool:
    """Whether an address is that of a Unix socket in the folder."""
    return isinstance(address, str) and str(Path(address).parent) == folder


def test_results_and_accumulators_travel_over_unix_sockets_when_asked(submit: Submitter) -> None:
    """3.5 has none between driver and engine, and goes on over loopback; so do py4j's commands."""
    script = submit.write(
        """
        import json
        import sys
        import tempfile
        from pyspark import SparkConf, SparkContext

        addresses = {"socket.bind": [], "socket.connect": []}

        def note(event, arguments):
            if event in addresses:
                addresses[event].append(arguments[1])

        sys.addaudithook(note)
        folder = tempfile.TemporaryDirectory(dir="/tmp")  # a socket's path must be short
        conf = SparkConf().set("spark.python.unix.domain.socket.enabled", "true")
        sc = SparkContext(conf=conf.set("spark.python.unix.domain.socket.dir", folder.name))
        total = sc.accumulator(0)
        doubled = sc.parallelize(range(100), 3).map(lambda x: total.add(x) or x * 2).sum()
        few = list(sc.parallelize(range(4), 2).toLocalIterator())
        commands = [sc._gateway.gateway_parameters.address, sc._gateway.gateway_parameters.port]
        print(json.dumps([[doubled, total.value, few], folder.name, commands, *addresses.values()]))
        sc.stop()
        """
    )
    found, folder, commands, servers, connections = json.loads(submit.output(script))
    assert found == [9900, 4950, [0, 1, 2, 3]]
    of_accumulators = [in_folder(address, folder) for address in servers]
    of_results = [in_folder(address, folder) for address in connections if address != commands]
    has_unix_sockets = submit.python.release != "3.5"
    assert of_accumulators == [has_unix_sockets]
    assert of_results == [has_unix_sockets] * 2
