# SPDX-License-Identifier: Apache-2.0
"""Measures whether the time of a refusal tells anything of the token.

    token_times.py BUILD_FOLDER [ROUNDS]

Every kind of wrong token is presented in turn, in random order, ROUNDS times each, on connections
of its own; the clock runs from the last byte sent to the end of the answer. Prints one JSON line
for each kind: the median, its difference from the median of tokens wrong at the first byte, and how
large a difference chance alone makes: the 95% range over random relabellings of the two kinds. The
line `again` is the first kind once more, which shows the same by example. The lines `inside` are
of one process without sockets, where differences of nanoseconds would show.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

TOKEN = "0123456789abcdef" * 4
REFUSAL = b"!xsAuthentication error: bad auth token received.\n"
RELABELLINGS = 400

WRONG = {
    "first byte": "x" + TOKEN[1:],
    "again": "x" + TOKEN[1:],
    "middle byte": TOKEN[:32] + "x" + TOKEN[33:],
    "last byte": TOKEN[:-1] + "x",
    "one byte short": TOKEN[:-1],
    "one byte long": TOKEN + "x",
    "half of it": TOKEN[:32],
    "empty": "",
}


def refusal_seconds(port: int, token: str) -> float:
    """How long one wrong token takes."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request = f"A\n{token}\n".encode()
        start = time.perf_counter()
        connection.sendall(request)
        answer = b""
        while not answer.endswith(b"\n"):
            piece = connection.recv(4096)
            if not piece:
                break
            answer += piece
        seconds = time.perf_counter() - start
    assert answer == REFUSAL, answer
    return seconds


def chance_range(one: list[float], other: list[float], shuffled: random.Random) -> float:
    """Half the width of what the difference of the medians is when the kinds do not matter."""
    both = one + other
    differences = []
    for _ in range(RELABELLINGS):
        shuffled.shuffle(both)
        left, right = both[: len(one)], both[len(one) :]
        differences.append(abs(statistics.median(left) - statistics.median(right)))
    return sorted(differences)[int(RELABELLINGS * 0.95)]


def report(where: str, times: dict[str, list[float]]) -> None:
    """One line for each kind, in microseconds."""
    shuffled = random.Random(1)
    base = times["first byte"]
    for kind, values in times.items():
        difference = statistics.median(values) - statistics.median(base)
        line = {
            "case": where,
            "wrong": kind,
            "median_us": round(statistics.median(values) * 1e6, 3),
            "difference_us": round(difference * 1e6, 3),
            "by_chance_us": round(chance_range(base, values, shuffled) * 1e6, 3),
        }
        print(json.dumps(line), flush=True)


def measure(rounds: int, once: Callable[[str], float]) -> dict[str, list[float]]:
    """All kinds in random order, round by round."""
    order = random.Random(0)
    times: dict[str, list[float]] = {kind: [] for kind in WRONG}
    for _ in range(rounds):
        kinds = list(WRONG)
        order.shuffle(kinds)
        for kind in kinds:
            times[kind].append(once(WRONG[kind]))
    return times


def inside(program: Path, rounds: int) -> dict[str, list[float]]:
    """The gateway's own judgement of each token, timed by the program."""
    lines = "\n".join(WRONG.values()) + "\n"
    command = [str(program), TOKEN, str(rounds)]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    rows = [[float(ns) * 1e-9 for ns in row.split()] for row in done.stdout.splitlines()]
    return dict(zip(WRONG, rows, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("rounds", type=int, nargs="?", default=2000)
    arguments = parser.parse_args()
    bench = arguments.build / "bench"
    report("inside", inside(bench / "gateway_token_times", arguments.rounds))
    command = [str(bench / "gateway_peer"), "0", "0", "--token", TOKEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as peer:
        assert peer.stdout
        port = int(peer.stdout.readline())
        try:
            report("loopback", measure(arguments.rounds, lambda w: refusal_seconds(port, w)))
        finally:
            peer.terminate()


if __name__ == "__main__":
    main()
