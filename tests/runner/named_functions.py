# SPDX-License-Identifier: Apache-2.0
"""What the runner's tests call by module and qualified name, without any pickle made in Python."""


def add(a, b):
    return a + b


def double(a):
    return a * 2


def between(text, *, left, right):
    return left + text + right


class Model:
    """Something with methods: their names have dots."""

    @staticmethod
    def shout(text):
        return text.upper()

    class Inner:
        @staticmethod
        def whisper(text):
            return text.lower()


def fail(a):
    raise ValueError(f"no {a}")


class Spread:
    """A table function: as many rows as its argument says, and one at the end."""

    def __init__(self):
        self.rows = 0

    def eval(self, count):
        for index in range(count):
            self.rows += 1
            yield count, index

    def terminate(self):
        yield self.rows, 99


def tag(split, items):
    return (f"{split}:{item.decode()}".encode() for item in items)


def lengths(split, texts):
    return [len(text) for text in texts]


def total(split, numbers):
    yield sum(numbers)
