# SPDX-License-Identifier: Apache-2.0
"""The scripts whose results are compared with Apache Spark's: PySpark's own examples and our tours.
The recorder and the tests both take their list, their arguments and their normal form from here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TOURS = ("rdd_tour", "shuffle_tour", "context_tour", "error_tour")
HERE = Path(__file__).resolve().parent


def in_any_order(lines: list[str]) -> list[str]:
    """For results whose order Spark does not promise."""
    return sorted(lines)


def as_printed(lines: list[str]) -> list[str]:
    """For results whose order is part of the result."""
    return lines


def without_random_digits(lines: list[str]) -> list[str]:
    """An estimate of pi keeps the digits that every run agrees on."""
    return [re.sub(r"(?<=3\.1)\d+$", "...", line) for line in lines]


def rounded_and_sorted(lines: list[str]) -> list[str]:
    """Sums of floats depend on their order in the last digits."""
    pattern = re.compile(r"\d+\.\d+(?:[eE][-+]?\d+)?")
    return sorted(pattern.sub(lambda match: f"{float(match[0]):.9f}", line) for line in lines)


@dataclass(frozen=True)
class Example:
    """A script of the pyspark package: its arguments (relative paths lie in the package), which of
    the lines it prints are its result, their normal form, and its settings (key=value)."""

    name: str
    script: str
    arguments: tuple[str, ...]
    result: str
    normal: Callable[[list[str]], list[str]]
    settings: tuple[str, ...] = ()

    def command(self, pyspark: Path) -> list[str]:
        """Script and arguments for the package in the given folder."""
        script = pyspark / "examples" / "src" / "main" / "python" / self.script
        return [str(script), *(str(pyspark / a) if "/" in a else a for a in self.arguments)]

    def result_of(self, output: str) -> list[str]:
        """The lines of the output that are the result, in their normal form."""
        return self.normal([line for line in output.splitlines() if re.search(self.result, line)])


EXAMPLES = (
    Example("pi", "pi.py", ("4",), r"^Pi is roughly", without_random_digits),
    Example("wordcount", "wordcount.py", ("data/graphx/",), r": \d+$", in_any_order),
    Example(
        "wordcount_of_sources",
        "wordcount.py",
        ("examples/src/main/python/{p,s,w}*.py",),
        r": \d+$",
        in_any_order,
    ),
    Example("sort", "sort.py", ("data/mllib/pagerank_data.txt",), r"^\d+$", as_printed),
    Example(
        "pagerank",
        "pagerank.py",
        ("data/mllib/pagerank_data.txt", "10"),
        r"has rank",
        rounded_and_sorted,
    ),
    Example(
        "pagerank_of_followers",
        "pagerank.py",
        ("data/graphx/followers.txt", "10"),
        r"has rank",
        rounded_and_sorted,
    ),
    # Each round doubles the number of partitions unless their number is set.
    Example(
        "transitive_closure",
        "transitive_closure.py",
        ("3",),
        r"^TC has",
        as_printed,
        ("spark.default.parallelism=4",),
    ),
)


def tour_script(name: str) -> Path:
    """The driver script of a tour."""
    return HERE / f"{name}.py"
