# SPDX-License-Identifier: Apache-2.0
"""Writes the task headers that task_header_test.cpp compares with, into headers.txt.

An encoder of its own, written from the wire's description and checked against the real workers, so
that a mistake has to be made twice. One line per header: release, case, hexadecimal bytes."""

import json
import struct

RELEASES = [(3, 5), (4, 0), (4, 1), (4, 2), (4, 3)]


def i32(value):
    return struct.pack(">i", value)


def i64(value):
    return struct.pack(">q", value)


def text(value):
    raw = value if isinstance(value, bytes) else value.encode("utf-8")
    return i32(len(raw)) + raw


def pairs(values):
    return i32(len(values)) + b"".join(text(k) + text(v) for k, v in sorted(values.items()))


def flag(value):
    return b"\x01" if value else b"\x00"


def json_context(release, case):
    server = case["server"]
    return text(
        json.dumps(
            {
                "isBarrier": case["barrier"],
                "connInfo": server["path"] or server["port"],
                "secret": server["secret"],
                "stageId": case["stage"],
                "partitionId": case["partition"],
                "attemptNumber": case["attempt"],
                "taskAttemptId": case["task"],
                "cpus": case["cpus"],
                **({"cpuAmount": case["cpu_amount"]} if release >= (4, 3) else {}),
                "resources": {
                    key: {"name": name, "addresses": addresses}
                    for key, (name, addresses) in case["resources"].items()
                },
                "localProperties": case["properties"],
            },
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
    )


def binary_context(release, case):
    server = case["server"]
    out = flag(case["barrier"])
    if case["barrier"]:
        if server["path"]:
            out += i32(-1) + text(server["path"])
        else:
            out += i32(server["port"]) + text(server["secret"])
    elif release < (4, 1):
        out += i32(0) + text("")
    out += i32(case["stage"]) + i32(case["partition"]) + i32(case["attempt"]) + i64(case["task"])
    out += i32(case["cpus"]) + i32(len(case["resources"]))
    for key, (name, addresses) in sorted(case["resources"].items()):
        out += text(key) + text(name) + i32(len(addresses)) + b"".join(map(text, addresses))
    return out + pairs(case["properties"])


def header(release, case):
    out = i32(case["partition"]) + text("3.11")
    out += json_context(release, case) if release >= (4, 2) else binary_context(release, case)
    out += text(case["files"]) + i32(len(case["includes"])) + b"".join(map(text, case["includes"]))
    decryption = case["decryption"]
    out += flag(decryption) + i32(len(case["removed"]) + len(case["added"]))
    out += i32(decryption[0]) + text(decryption[1]) if decryption else b""
    out += b"".join(i64(-number - 1) for number in case["removed"])
    out += b"".join(
        i64(number) + (b"" if decryption else text(path)) for number, path in case["added"]
    )
    out += i32(case["eval_type"])
    if release >= (4, 2):
        out += pairs(case["conf"]) + pairs(case["eval_conf"])
    elif case["eval_type"] not in (0, 100, 300):
        out += pairs(case["conf"])
    out += text(b"\x80\x05N.")
    return i32(-8) + i32(len(out)) + out if release >= (4, 3) else out


PLAIN = {
    "barrier": False, "server": {"port": -1, "path": "", "secret": ""},
    "stage": 0, "partition": 0, "attempt": 0, "task": 0, "cpus": 1, "cpu_amount": "1",
    "resources": {}, "properties": {}, "files": "/tmp/files", "includes": [],
    "removed": [], "added": [], "decryption": None, "eval_type": 0, "conf": {}, "eval_conf": {},
}  # fmt: skip
FULL = {
    "stage": 7, "partition": 3, "attempt": 2, "task": 1 << 40, "cpus": 2, "cpu_amount": "2.5",
    "resources": {"gpu": ("gpu", ["0", "1"]), "fpga": ("fpga", [])},
    "properties": {"spark.job.description": 'quote " and \\ and \n', "käse": "日本"},
    "includes": ["a.zip", "b.egg"], "removed": [4, 9], "added": [(11, "/tmp/b11"), (12, "/b")],
}  # fmt: skip
CASES = {
    "plain": PLAIN,
    "full": PLAIN | FULL,
    "barrier": PLAIN | {"barrier": True, "server": {"port": 4711, "path": "", "secret": "s3"}},
    "decrypting": PLAIN | {"removed": [4], "added": [(11, "/b")], "decryption": (4712, "s4")},
    "arrow": PLAIN | {"eval_type": 200, "conf": {"b": "2", "a": "1"}, "eval_conf": {"c": "3"}},
}

for release in RELEASES:
    for name, case in CASES.items():
        print(f"{release[0]}.{release[1]}", name, header(release, case).hex())
