# SPDX-License-Identifier: Apache-2.0
"""Writes the payloads that udf_command_test.cpp compares with, into payloads.txt.

An encoder of its own, written from the wire's description, so that a mistake has to be made twice.
One line per payload: release, case, hexadecimal bytes."""

import struct
from typing import Any

RELEASES = [(3, 5), (4, 0), (4, 1), (4, 2), (4, 3)]
# The eval types whose arguments say whether they are named; from 4.2 on all of them do.
NAMED = {
    (3, 5): set(),
    (4, 0): {100, 101, 200, 202, 203, 204, 300, 301},
    (4, 1): {100, 101, 200, 202, 203, 204, 250, 251, 252, 253, 300, 301, 302},
}


def i32(value):
    return struct.pack(">i", value)


def i64(value):
    return struct.pack(">q", value)


def text(value):
    raw = value if isinstance(value, bytes) else value.encode("utf-8")
    return i32(len(raw)) + raw


def flag(value):
    return b"\x01" if value else b"\x00"


def numbers(values):
    return i32(len(values)) + b"".join(map(i32, values))


def arguments(release, eval_type, given):
    if release < (4, 2) and eval_type not in NAMED[release]:
        return numbers(given)
    out = i32(len(given))
    for argument in given:
        offset, name = argument if isinstance(argument, tuple) else (argument, None)
        out += i32(offset) + flag(name) + (text(name) if name else b"")
    return out


def input_type(release, case):
    return text(case["input_type"]) if release == (4, 1) and "input_type" in case else b""


def udfs(release, case):
    out = input_type(release, case)
    profiler = case.get("profiler")
    if (4, 0) <= release < (4, 2):
        out += flag(profiler) + (text(profiler) if profiler else b"")
    out += i32(len(case["udfs"]))
    for given, chain, result_id in case["udfs"]:
        out += arguments(release, case["type"], given)
        out += i32(len(chain)) + b"".join(map(text, chain))
        if release >= (4, 2) or (profiler and release >= (4, 0)):
            out += i64(result_id)
    return out


def udtf(release, case):
    out = input_type(release, case)
    if case["type"] == 302 and release == (4, 1):
        out += numbers(case["tables"])
    out += arguments(release, case["type"], case["arguments"])
    if release >= (4, 0):
        out += numbers(case["partition"])
        analysis = case["analysis"]
        out += flag(analysis) + (text(analysis) if analysis else b"")
    out += text(b"handler") + text("the type")
    return out + text("näme") if release >= (4, 0) else out


TABLE: dict[str, Any] = {"partition": [], "analysis": None, "arguments": [0]}
CASES: dict[str, dict[str, Any]] = {
    "one": {"type": 100, "udfs": [([0, 1], ["f"], 7)]},
    "chained": {"type": 100, "udfs": [([0], ["f", "gg"], 1 << 40), ([], ["h"], -2)]},
    "named": {"since": (4, 0), "type": 200, "udfs": [([(1, "a"), (0, "ö"), 2], ["f"], 0)]},
    "named-arrow": {"since": (4, 1), "type": 250, "udfs": [([(1, "a")], ["f"], 0)]},
    "iterator": {"type": 204, "udfs": [([1, 0], ["f"], 0)]},
    "map": {"type": 207, "udfs": [([0], ["f"], 0)]},
    "grouped": {"type": 201, "udfs": [([4, 1, 0, 0, 1], ["f"], 0)]},
    "cogrouped": {"type": 206, "udfs": [([3, 1, 0, 1, 3, 1, 0, 0], ["f"], 0)]},
    "window": {"type": 203, "udfs": [([0, 1, 2], ["f"], 0), ([2], ["g"], 1)]},
    "typed": {"type": 101, "udfs": [([0], ["f"], 3)], "input_type": "{}"},
    "profiled": {"since": (4, 0), "type": 200, "udfs": [([0], ["f"], 9)], "profiler": "perf"},
    "table": TABLE | {"type": 300},
    "table-arrow": TABLE | {"type": 301, "input_type": "{}"},
    "table-full": TABLE | {
        "since": (4, 0), "type": 300, "partition": [1, 0], "analysis": b"an\x00alysis",
        "arguments": [0, (1, "n")],
    },
    "table-tables": TABLE | {"since": (4, 1), "type": 302, "tables": [0, 2]},
}  # fmt: skip

for release in RELEASES:
    for name, case in CASES.items():
        if release < case.get("since", (3, 5)):
            continue
        encoded = udfs(release, case) if "udfs" in case else udtf(release, case)
        print(f"{release[0]}.{release[1]}", name, encoded.hex())
