# SPDX-License-Identifier: Apache-2.0
"""Profiles of functions: updates of two accumulators (of one before 4.2), which file what the
profiler saw under the number of the function."""

from __future__ import annotations

import pickle
from typing import Any

import pyarrow as pa
import pytest
from evals.peer import KNOWN, OFFERED, RELEASE, Answer, Peer, Task, TaskError, Udf
from evals.tasks import FRAMES, NUMBERS, TASKS, expected, listed

UNPROFILED = {0, 300, 301, 302}
PROFILED = sorted(KNOWN - UNPROFILED)
ACCUMULATORS = {-1, -2} if RELEASE >= (4, 2) else {-1}


def profiles(answer: Answer) -> dict[int, dict[int, Any]]:
    """What was filed, by accumulator and by function."""
    return dict(pickle.loads(update) for update in answer.updates)


@pytest.mark.parametrize("profiler", ["perf", "memory"])
@pytest.mark.parametrize("eval_type", PROFILED)
def test_each_eval_type_is_profiled_or_refused(peer: Peer, eval_type: int, profiler: str) -> None:
    task = TASKS[eval_type]()
    task.profiler = profiler
    first_release = (4, 1) if eval_type in (204, 205, 207) else (4, 0)
    if first_release > RELEASE:
        with pytest.raises(TaskError, match=r"Error: SQL_\w+ .* has no profiler for it; use 4\."):
            peer.run(task)
        return
    answer = peer.run(task)
    assert listed(answer) == expected(eval_type, 0)
    filed = profiles(answer)
    assert {id_: set(results) for id_, results in filed.items()} == {
        id_: {1} for id_ in ACCUMULATORS
    }
    perf, memory = filed[-1][1][:2]
    assert (perf is not None, memory is not None) == (profiler == "perf", profiler == "memory")


@pytest.mark.parametrize("eval_type", sorted(UNPROFILED & OFFERED))
def test_what_is_no_udf_cannot_be_profiled(peer: Peer, eval_type: int) -> None:
    task = TASKS[eval_type]()
    task.profiler = "perf"
    with pytest.raises(TaskError, match=r"Error: \w+ .* workers profile UDFs only"):
        peer.run(task)


if RELEASE >= (4, 0):  # PySpark 3.5 has no profilers of UDFs.

    @pytest.mark.parametrize(("eval_type", "source"), [(100, FRAMES), (200, NUMBERS)])
    def test_each_function_has_a_profile_of_its_own(
        peer: Peer, eval_type: int, source: Any
    ) -> None:
        def once(x: Any) -> Any:
            return x

        def twice(x: Any) -> Any:
            return x * 2

        udfs = [Udf(once, pa.int64()), Udf(twice, pa.int64())]
        filed = profiles(peer.run(Task(eval_type, udfs, source, profiler="perf")))[-1]
        seen = {number: {name for _, _, name in perf.stats} for number, (perf, *_) in filed.items()}
        assert "once" in seen[1] - seen[2]
        assert "twice" in seen[2] - seen[1]

    def test_a_task_without_a_profiler_has_no_profile(peer: Peer) -> None:
        profiled = TASKS[100]()
        profiled.profiler = "perf"
        assert profiles(peer.run(profiled))
        assert not peer.run(TASKS[100]()).updates
