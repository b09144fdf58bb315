# SPDX-License-Identifier: Apache-2.0
"""Writes the pickled commands of the engine's tests, one file each: make_functions.py DIR.

Run by the interpreter whose pyspark the tests drive. All functions work on frames of bytes."""

import os
import signal
import struct
import sys
import time

from pyspark.accumulators import Accumulator, AddingAccumulatorParam
from pyspark.cloudpickle import dumps
from pyspark.serializers import NoOpSerializer


def upper(split, items):
    return (item.upper() for item in items)


def boom(split, items):
    for item in items:
        yield item
        raise ValueError("boom at " + item.decode())


def kill(split, items):
    for item in items:
        yield item
        sys.stderr.write("last words\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def kill_first_attempt(split, items):
    from pyspark import TaskContext

    for item in items:
        yield item
        if TaskContext.get().attemptNumber() == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def hang(split, items):
    for item in items:
        yield item
        time.sleep(600)


def key_by_length(split, items):
    """Pairs for a shuffle: eight bytes of a partition's number, then the item."""
    for item in items:
        yield struct.pack("!q", len(item))
        yield item


def sized(split, items):
    """For each number N as text: N batches of 1 MB for each of four partitions."""
    for item in items:
        for batch in range(int(item)):
            for partition in range(4):
                yield struct.pack("!q", partition)
                yield b"%d-%d-" % (split, batch) + b"x" * (1 << 20)


def length_and_head(split, items):
    return (b"%d %s" % (len(item), item[:4]) for item in items)


def counting():
    counter = Accumulator.__new__(Accumulator)
    counter.aid = 41
    counter.accum_param = AddingAccumulatorParam(0)
    counter._value = 0
    counter._deserialized = False

    def count(split, items):
        for item in items:
            counter.add(1)
            yield item

    return count


def main(folder):
    raw = NoOpSerializer()
    functions = {
        f.__name__: f
        for f in (
            upper, boom, kill, kill_first_attempt, hang, key_by_length, sized, length_and_head,
            counting(),
        )
    }  # fmt: skip
    for name, function in functions.items():
        with open(os.path.join(folder, name), "wb") as out:
            out.write(dumps((function, None, raw, raw), 5))


if __name__ == "__main__":
    main(sys.argv[1])
