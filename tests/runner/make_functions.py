# SPDX-License-Identifier: Apache-2.0
"""Writes the pickled commands that the runner's tests send, one file each: make_functions.py DIR.

Run by the interpreter whose pyspark the tests drive. Each command is what a driver would send for
an RDD: (function of a partition's index and iterator, no profiler, deserializer, serializer)."""

import ctypes
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time

import faults
from pyspark.accumulators import Accumulator, AddingAccumulatorParam
from pyspark.cloudpickle import dumps, register_pickle_by_value
from pyspark.serializers import BatchedSerializer, CPickleSerializer, NoOpSerializer

register_pickle_by_value(faults)  # workers do not have it

PICKLED_LISTS = BatchedSerializer(CPickleSerializer(), 3)
RAW = NoOpSerializer()


def raw(function):
    """A function over frames of bytes."""
    return dumps((lambda split, items: function(items), None, RAW, RAW), 5)


def identity(items):
    return items


def upper(items):
    return (item.upper() for item in items)


def name_nulls(items):
    return (b"null" if item is None else item for item in items)


def first_three(items):
    for count, item in enumerate(items):
        if count == 3:
            return
        yield item


def ignore_input(items):
    return [b"done"]


def megabytes(items):
    """Answers each frame, a number as text, with as many MB."""
    return (b"x" * (int(item) << 20) for item in items)


def boom(items):
    for item in items:
        yield item
        raise ValueError("boom at " + item.decode())


def kill_while_reading(items):
    for item in items:
        os.kill(os.getpid(), signal.SIGKILL)
        yield item


def kill_while_writing(items):
    for item in items:
        yield item
        yield b"x" * (1 << 20)
        os.kill(os.getpid(), signal.SIGKILL)


def hard_exit(items):
    sys.stderr.write("leaving by the back door\n")
    sys.stderr.flush()
    os._exit(7)


def segfault(items):
    os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(60)


def forge_report(items):
    """Puts something else in the place of its own crash report, and ends."""
    report = os.path.join(os.environ["PYTHON_FAULTHANDLER_DIR"], str(os.getpid()))
    what = next(items).decode()
    os.remove(report)
    if what == "fifo":
        os.mkfifo(report)
    elif what == "folder":
        os.mkdir(report)
    elif what == "link":
        os.symlink(__file__, report)
    else:
        with open(report, "w", encoding="ascii") as file:
            file.write("forged" * 100_000)
    os.kill(os.getpid(), signal.SIGKILL)
    return items


def late(items):
    time.sleep(1)
    return items


def hang(items):
    time.sleep(600)
    return items


def say_pid_then_hang(items):
    yield str(os.getpid()).encode()
    yield b"x" * (1 << 20)
    time.sleep(600)


def leave_child():
    """A process that has the worker's connection, and outlives the worker."""
    if os.fork() == 0:
        time.sleep(600)
        os._exit(0)


def start_child(items):
    """Says the id of a process that it started and does not wait for."""
    yield str(subprocess.Popen(["sleep", "600"]).pid).encode()
    yield b"x" * (1 << 20)
    yield from items


def leave_child_and_answer(items):
    leave_child()
    return items


def close_all_and_loop(items):
    """Goes on without any descriptor."""
    list(items)
    os.closerange(0, 65536)
    while True:
        time.sleep(0.01)


def chatter(items):
    for item in items:
        for _ in range(2000):
            print("stdout says " + "o" * 80)
            sys.stderr.write("stderr says " + "e" * 80 + "\n")
        yield item


def environment(items):
    return (os.environ.get(item.decode(), "(not set)").encode() for item in items)


def pid(items):
    list(items)
    return [str(os.getpid()).encode()]


def context(items):
    from pyspark import TaskContext

    list(items)
    task = TaskContext.get()
    yield repr(
        (
            task.stageId(),
            task.partitionId(),
            task.attemptNumber(),
            task.taskAttemptId(),
            task.cpus(),
            task.getLocalProperty("spark.job.description"),
            {k: (v.name, v.addresses) for k, v in task.resources().items()},
        )
    ).encode()


def broadcasts(items):
    """Answers each broadcast id with its value, or with "gone"."""
    from pyspark.broadcast import _broadcastRegistry

    for item in items:
        broadcast = _broadcastRegistry.get(int(item))
        yield b"gone" if broadcast is None else str(broadcast.value).encode()


def files(items):
    from pyspark import SparkFiles

    for item in items:
        yield SparkFiles.get(item.decode()).encode()


def gather_twice(items):
    """A barrier, then two rounds in which every task tells the others something."""
    from pyspark import BarrierTaskContext

    task = BarrierTaskContext.get()
    task.barrier()
    for item in items:
        first = task.allGather(item.decode())
        second = task.allGather(str(len(first)))
        yield ",".join(first + second).encode()


def barrier_or_gather(items):
    """Does what its input says, which the others do not."""
    from pyspark import BarrierTaskContext

    task = BarrierTaskContext.get()
    for item in items:
        task.barrier() if item == b"barrier" else task.allGather("x" * int(item))
        yield b"done"


def loaded(items):
    """Which of these modules are imported already."""
    return (str(item.decode() in sys.modules).encode() for item in items)


def say(items):
    """Prints and logs each item."""
    import logging

    for item in items:
        print("printed " + item.decode())
        logging.getLogger("shop").warning("logged %s", item.decode())
        yield item


def stuck_in_c(items):
    """A call that does not return and lets no Python code run, signal handlers included."""
    yield str(os.getpid()).encode()
    yield b"x" * (1 << 20)
    ctypes.PyDLL(None).sleep(600)


def too_much_memory(items):
    for item in items:
        yield b"x" * (int(item) << 20)


def fault(items):
    """Fails in the way and at the time that the first item says: "reading", or after a MB of output
    "writing"; else answers the rest."""
    when, what = next(items).decode().split()
    if when == "writing":
        yield b"x" * (1 << 20)
    if what.endswith("_with_child"):
        leave_child()
        what = what.removesuffix("_with_child")
    faults.FAULTS[what]()
    yield from items


def fault_when_idle(items):
    """Answers, and fails in the way that the first item says as soon as somebody opens the pipe
    that it names, too."""
    what, pipe = next(items).decode().split()

    def wait():
        with open(pipe, "rb"):
            pass
        faults.FAULTS[what]()

    threading.Thread(target=wait).start()
    yield from items


def oom_score(items):
    list(items)
    with open("/proc/self/oom_score_adj", encoding="ascii") as file:
        return [file.read().strip().encode()]


def includes(items):
    list(items)
    import shipped_module

    yield shipped_module.WORD.encode()


def accumulator(identity_number, zero):
    """An accumulator as it is when it is shipped, made without a driver."""
    made = Accumulator.__new__(Accumulator)
    made.aid = identity_number
    made.accum_param = AddingAccumulatorParam(zero)
    made._value = zero
    made._deserialized = False
    return made


def counting():
    counter = accumulator(41, 0)
    unused = accumulator(42, 0)

    def count(items):
        for item in items:
            counter.add(int(item))
            yield item
        assert unused is not None

    return count


def functions():
    made = {
        f.__name__: raw(f)
        for f in (
            identity, upper, name_nulls, first_three, ignore_input, megabytes, boom,
            kill_while_reading, kill_while_writing, hard_exit, segfault, late, hang,
            say_pid_then_hang, chatter, forge_report, environment, pid, context, broadcasts, files,
            includes, gather_twice, barrier_or_gather, loaded, say, stuck_in_c, too_much_memory,
            fault, fault_when_idle, oom_score, start_child, leave_child_and_answer,
            close_all_and_loop,
        )
    }  # fmt: skip
    made["count"] = raw(counting())
    made["increment"] = dumps(
        (lambda split, items: (x + 1 for x in items), None, PICKLED_LISTS, PICKLED_LISTS), 5
    )
    made["garbage"] = b"this is no pickle"
    return made


def main(folder):
    for name, command in functions().items():
        with open(os.path.join(folder, name), "wb") as out:
            out.write(command)
    for name, value in {"first-broadcast": 111, "second-broadcast": "two"}.items():
        with open(os.path.join(folder, name), "wb") as out:
            pickle.dump(value, out)
    shutil.copy(os.path.join(os.path.dirname(__file__), "named_functions.py"), folder)
    with open(os.path.join(folder, "shipped_module.py"), "w", encoding="utf-8") as out:
        out.write("WORD = 'shipped'\n")


if __name__ == "__main__":
    main(sys.argv[1])
