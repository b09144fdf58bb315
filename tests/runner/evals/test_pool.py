# SPDX-License-Identifier: Apache-2.0
"""What tasks of unlike eval types do to each other in one pool: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyspark.util
import pytest
from evals.peer import KNOWN, OFFERED, RELEASE, Peer, RddFunction, Task, TaskError, Udf
from evals.tasks import FRAMES, NUMBERS, TASKS, expected, listed, plus_partition

STREAMING_STATE = {208, 211, 212, 213, 214}


def test_the_eval_types_of_the_release_in_turn_share_one_worker(peer: Peer) -> None:
    answers = []
    for number in (0, 1, 2):
        for eval_type in sorted(OFFERED - STREAMING_STATE):
            task = TASKS[eval_type]()
            task.partition = number
            answer = peer.run(task)
            assert (eval_type, listed(answer)) == (eval_type, expected(eval_type, number))
            answers.append(answer)
    assert len({answer.worker_pid for answer in answers}) == 1
    assert all(answer.worker_reused for answer in answers[1:])


def test_settings_of_a_task_do_not_reach_the_next_one(peer: Peer) -> None:
    def hour(moments: Any) -> Any:
        return moments.dt.hour

    hours = []
    for zone in ("Asia/Tokyo", "UTC", "America/Los_Angeles"):
        conf = {"spark.sql.session.timeZone": zone}
        midnight = pa.table({"_0": pa.array([0], pa.timestamp("us", zone))})
        task = Task(200, [Udf(hour, pa.int32())], midnight, conf)
        hours += peer.run(task).values()
    assert hours == [9, 0, 16]


def test_after_an_exception_the_next_task_gets_another_worker(peer: Peer) -> None:
    before = peer.run(TASKS[200]())
    with pytest.raises(TaskError, match="PythonError: ZeroDivisionError"):
        peer.run(Task(100, [Udf(lambda x: x // 0, pa.int64())], FRAMES))
    after = peer.run(TASKS[200]())
    assert (before.values(), after.values()) == ([1, 2, 3], [1, 2, 3])
    assert after.worker_pid != before.worker_pid


def test_broadcasts_arrive_or_are_refused_for_the_client_package(peer: Peer) -> None:
    def shifted(rows: Iterator[Any]) -> Iterator[Any]:
        try:
            from pyspark.core.broadcast import _broadcastRegistry
        except ImportError:
            from pyspark.broadcast import _broadcastRegistry
        return (row[0] + _broadcastRegistry[7].value for row in rows)

    has_broadcasts = RELEASE < (4, 0) or not pyspark.util.is_remote_only()
    task = Task(0, RddFunction(shifted, {7: 40}), FRAMES)
    if has_broadcasts:
        assert peer.run(task).items() == [41, 42, 43]
    else:
        with pytest.raises(TaskError, match=r"Error: .* broadcasts, .* pyspark-client cannot read"):
            peer.run(task)
    assert listed(peer.run(TASKS[0]())) == [1, 2, 3]


def test_eval_types_that_the_release_lacks_are_refused(peer: Peer) -> None:
    for eval_type in KNOWN - OFFERED:
        with pytest.raises(TaskError, match=rf"Error: PySpark \S+ has no SQL_\w+ \(.*{eval_type}"):
            peer.run(TASKS[eval_type]())
    with pytest.raises(TaskError, match="Error: there is no eval type 99"):
        peer.run(Task(99, [Udf(plus_partition, pa.int64())], NUMBERS))


def test_every_eval_type_of_the_release_but_streaming_state_is_known(peer: Peer) -> None:
    assert OFFERED - STREAMING_STATE <= KNOWN
    assert set(TASKS) == KNOWN
