# SPDX-License-Identifier: Apache-2.0
"""A worker that dies in the middle of a task: the task runs again on another worker, and a job that
cannot succeed ends with the reason and the worker's last words."""

from __future__ import annotations

import pytest
from support import Submitter

DYING_ONCE = """
    import os, signal
    from pyspark import SparkContext, TaskContext

    sc = SparkContext(appName="dying")

    def visit(x):
        context = TaskContext.get()
        if x == 5 and context.attemptNumber() == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return (x, context.attemptNumber())

    print(sc.parallelize(range(8), 4).map(visit).collect())
    sc.stop()
"""

DYING_ALWAYS = """
    import os, signal, sys
    from pyspark import SparkContext

    sc = SparkContext(appName="dying")

    def visit(x):
        with open(ATTEMPTS, "a") as attempts:
            attempts.write("x")
        print("the last words of a worker", file=sys.stderr, flush=True)
        DEATH

    sc.parallelize([1], 1).foreach(visit)
"""


def test_a_task_whose_worker_was_killed_runs_again(submit: Submitter) -> None:
    output = submit.output(submit.write(DYING_ONCE), options=["--master", "local[2]"])
    attempts = [(x, 1 if x in (4, 5) else 0) for x in range(8)]
    assert output.strip() == str(attempts)


@pytest.mark.parametrize("death", ["os._exit(9)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_task_is_given_up_after_its_last_failure(submit: Submitter, death: str) -> None:
    attempts = submit.folder / "attempts"
    script = DYING_ALWAYS.replace("ATTEMPTS", repr(str(attempts))).replace("DEATH", death)
    options = ["--master", "local[2]", "--conf", "spark.task.maxFailures=3"]
    done = submit.run(submit.write(script), options=options)
    text = done.stdout + done.stderr
    assert done.returncode == 1, text
    assert attempts.read_text() == "xxx"
    assert "failed 3 times, most recent failure" in text
    assert "Python worker exited unexpectedly (crashed)" in text
    assert "see the system's log for a lack of memory" in text
    assert "the last words of a worker" in text


def test_a_worker_that_is_killed_while_it_sends_does_not_repeat_results(
    submit: Submitter,
) -> None:
    script = """
        import os
        from pyspark import SparkContext, TaskContext

        sc = SparkContext(appName="half")

        def produce(_, items):
            for x in items:
                yield x
                if x == 60_000 and TaskContext.get().attemptNumber() == 0:
                    os._exit(1)

        numbers = sc.parallelize(range(100_000), 2).mapPartitionsWithIndex(produce)
        print(numbers.count(), len(numbers.collect()), numbers.map(lambda x: (x % 7, 1))
              .groupByKey().mapValues(len).values().sum())
        sc.stop()
    """
    output = submit.output(submit.write(script), options=["--master", "local[2]"])
    assert output.split() == ["100000", "100000", "100000"]


def test_an_accumulator_counts_a_repeated_task_once(submit: Submitter) -> None:
    script = """
        import os
        from pyspark import SparkContext, TaskContext

        sc = SparkContext(appName="once")
        seen = sc.accumulator(0)

        def visit(x):
            seen.add(1)
            if x == 9 and TaskContext.get().attemptNumber() == 0:
                os._exit(1)

        sc.parallelize(range(10), 2).foreach(visit)
        print(seen.value)
        sc.stop()
    """
    assert submit.output(submit.write(script)).strip() == "10"
