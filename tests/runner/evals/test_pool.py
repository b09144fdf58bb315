# SPDX-License-Identifier: Apache-2.0
"""What tasks of unlike eval types do to each other in one pool: nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyspark.util
import pytest
from evals.peer import (
    KNOWN,
    OFFERED,
    RELEASE,
    Answer,
    Peer,
    RddFunction,
    Task,
    TaskError,
    Udf,
    Udtf,
    frame,
)

NUMBERS = pa.table({"_0": pa.array([1, 2, 3], pa.int64())})
ROW = pa.struct([("_0", pa.int64())])
NUMBERED = pa.schema([("_0", pa.int64())])
FRAMES = [frame([(1,), (2,), (3,)])]


def partition() -> int:
    """The partition of the task that calls this."""
    from pyspark import TaskContext

    context = TaskContext.get()
    assert context
    return 10 * int(context.partitionId())


def plus_partition(values: Any) -> Any:
    return values + partition()


def sum_plus_partition(values: Any) -> int:
    return int(values.sum()) + partition()


def each_plus_partition(batches: Iterator[Any]) -> Iterator[Any]:
    return (batch + partition() for batch in batches)


def arrow_plus_partition(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield pa.record_batch({"_0": [x + partition() for x in batch[0].to_pylist()]})


def rdd_plus_partition(rows: Iterator[Any]) -> Iterator[Any]:
    return (row[0] + partition() for row in rows)


class Plus:
    """Gives each number plus the partition."""

    def eval(self, x: int) -> Iterator[tuple[int]]:
        yield (x + partition(),)


def listed(answer: Answer) -> list[Any]:
    """Items or rows, without the tuples that hold them."""
    values = answer.items() if answer.is_frames else answer.values()
    return [v[0][0] if isinstance(v, tuple) else v for v in values]


GROUP = [2, 0, 0]  # No keys; one column.
# One of each eval type that every release has.
TASKS: dict[int, Callable[[], Task]] = {
    0: lambda: Task(0, RddFunction(rdd_plus_partition), FRAMES),
    100: lambda: Task(100, [Udf(plus_partition, pa.int64())], FRAMES),
    101: lambda: Task(101, [Udf(plus_partition, pa.int64())], NUMBERS),
    200: lambda: Task(200, [Udf(plus_partition, pa.int64())], NUMBERS),
    204: lambda: Task(204, [Udf(each_plus_partition, pa.int64())], NUMBERS),
    201: lambda: Task(201, [Udf(plus_partition, ROW, GROUP)], [NUMBERS]),
    202: lambda: Task(202, [Udf(sum_plus_partition, pa.int64())], [NUMBERS]),
    203: lambda: Task(203, [Udf(sum_plus_partition, pa.int64())], [NUMBERS], windows=["unbounded"]),
    205: lambda: Task(205, [Udf(each_plus_partition, ROW)], NUMBERS),
    206: lambda: Task(
        206, [Udf(lambda left, _: plus_partition(left), ROW, GROUP * 2)], [(NUMBERS, NUMBERS)]
    ),
    207: lambda: Task(207, [Udf(arrow_plus_partition, ROW)], NUMBERS),
    300: lambda: Task(300, Udtf(Plus, NUMBERED), FRAMES),
    301: lambda: Task(301, Udtf(Plus, NUMBERED), NUMBERS),
}


def expected(eval_type: int, number: int) -> list[int]:
    """What the task of that eval type gives in that partition."""
    shift = 10 * number
    if eval_type in (202, 203):
        return [6 + shift] * (1 if eval_type == 202 else 3)
    return [1 + shift, 2 + shift, 3 + shift]


def test_the_eval_types_of_every_release_in_turn_share_one_worker(peer: Peer) -> None:
    answers = []
    for number in (0, 1, 2):
        for eval_type, make in TASKS.items():
            task = make()
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
        functions = Udtf(Plus, NUMBERED) if eval_type == 302 else [Udf(plus_partition, ROW)]
        with pytest.raises(TaskError, match=rf"Error: PySpark \S+ has no SQL_\w+ \(.*{eval_type}"):
            peer.run(Task(eval_type, functions, NUMBERS))
    with pytest.raises(TaskError, match="Error: there is no eval type 99"):
        peer.run(Task(99, [Udf(plus_partition, pa.int64())], NUMBERS))


def test_every_eval_type_of_the_release_but_streaming_state_is_known(peer: Peer) -> None:
    streaming_state = {208, 211, 212, 213, 214}
    assert OFFERED - streaming_state <= KNOWN
