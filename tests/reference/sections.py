# SPDX-License-Identifier: Apache-2.0
"""A tour is a driver script made of named sections, each of which returns plain values. Run on any
engine it prints one JSON line per section, so that two engines can be compared section by section.
Only what differs between two runs on one engine (paths, hosts, ids) is taken out of the text."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Section = Callable[..., Any]
SECTIONS: dict[str, Section] = {}

# What may differ between two runs on the same engine, in this order.
VARIABLE_PARTS = (
    (r"(?m)^\tat .*\n?", ""),
    (r"(?m)^\t\.\.\. \d+ more\n?", ""),
    (r"(?s)\n+Driver stacktrace:.*", ""),
    (r"(?s)\nCaused by: .*", ""),
    (r'File "[^"]*/([^"/]+)", line \d+', r'File "\1"'),
    (r"\(TID \d+\) \([^ ]+ executor driver\)", "(TID N) (HOST executor driver)"),
    (r"in stage \d+\.\d+", "in stage N"),
    (r"calling o\d+\.", "calling oN."),
    (r"\bJob \d+ cancelled", "Job N cancelled"),
    (r"file:/[^ \n]*/", "file:/DIR/"),
    (r"(?m)[ \t]+$", ""),
    (r"\n{2,}", "\n"),
)


def section(function: Section) -> Section:
    """Adds a section, called with the SparkContext, to the tour under its function's name."""
    SECTIONS[function.__name__] = function
    return function


def stable(text: str) -> str:
    """The text without the parts that differ between two runs."""
    for pattern, replacement in VARIABLE_PARTS:
        text = re.sub(pattern, replacement, text)
    return text.strip()


def plain(value: Any) -> Any:
    """The value as JSON has it: tuples become lists, whatever JSON lacks becomes its repr."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return repr(value)


def error_of(action: Callable[[], Any]) -> dict[str, str]:
    """The class and the stable text of the exception that the action raises."""
    try:
        result = action()
    except Exception as error:
        return {"error": type(error).__name__, "text": stable(str(error))}
    return {"no error": repr(result)}


def run_tour(master: str, folder: str) -> None:
    """Runs all sections in order on one context and prints a JSON line for each."""
    from pyspark import SparkConf, SparkContext

    conf = SparkConf().setMaster(master).setAppName("tour").set("spark.ui.enabled", "false")
    conf.set("spark.task.maxFailures", "1")  # As a local master of Apache Spark has it anyway.
    sc = SparkContext(conf=conf)
    sc.setLogLevel("OFF")
    for name, function in SECTIONS.items():
        try:
            result = plain(function(sc, Path(folder)))
        except Exception as error:
            result = {"error": type(error).__name__, "text": stable(str(error))}
        print(json.dumps({"section": name, "result": result}, sort_keys=True), flush=True)
    sc.stop()


def main() -> None:
    """Runs the tour of the calling script: its argument is an empty folder to work in."""
    if len(sys.argv) != 2:
        sys.exit("usage: the script takes one argument, an empty folder to work in")
    run_tour("local[2]", sys.argv[1])
