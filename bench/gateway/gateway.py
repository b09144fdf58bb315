# SPDX-License-Identifier: Apache-2.0
"""Measures the gateway beside the JVM's and a server without logic, with the unmodified client.

    gateway.py BUILD_FOLDER [--repeats N] [--only "CASE|CASE..."]

Every peer first runs a case until a JVM has compiled what it does. Then every repeat runs it for
some milliseconds against all peers in turn, in one order and then in the other, so that what else
the machine does hits them alike. One JSON line for each case: the median of each peer, the median
of the repeats' ratios, and the limits that we hold ourselves to; nothing fails because of those.
The null server is the floor that this client and machine set. The JVM is left out, and the output
says so, where java and javac are not found.

All of it runs on all processors first, as programs do, and then on one. On several a call mostly
waits for an idle processor to wake up, or does not, depending on where the scheduler happens to put
client and server; on one it shows what the server itself adds to a call.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from py4j.clientserver import ClientServer, JavaParameters, PythonParameters
from py4j.java_gateway import (
    CallbackServerParameters,
    GatewayParameters,
    JavaGateway,
    find_jar_path,
    get_field,
)

HERE = Path(__file__).resolve().parent
BLOB = bytes(1 << 20)
LIST_SIZE = 10_000
TAIL_CALLS = 10_000  # of each tail
TAILS = 7
FIRST_CALLS = 200
FRESH_PEERS = 21
WARM_OPERATIONS = 15_000  # After which a JVM has compiled them.
WARM_MEGABYTES = 50
BASE = "null"

Commands = dict[str, tuple[list[str], str]]  # By name: with ports, and for launch_gateway().
Limits = dict[str, float]
CALL: Limits = {"ours/null": 1.05}
CALLBACK: Limits = {"ours/null": 1.10}
LOOK_UP: Limits = {"ours/null": 1.10}
BYTES_IN: Limits = {"ours/null": 1.3}
STREAM: Limits = {"ours/null": 1.5}
AS_FAST_AS_THE_JVM: Limits = {"ours/jvm": 1.0}
RESIDENT: Limits = {"ours": 12}
FIRST: Limits = {"ours/null": 1.3}
LAUNCH: Limits = {"ours/null": 3}


class Op:
    """What the peers call back."""

    def apply(self, text: str) -> str:
        """Returns its argument."""
        return text

    class Java:
        """py4j's way to name interfaces."""

        implements = ("bench.Op",)


def free_port() -> int:
    """A port that was free a moment ago, for callback servers whose peer must know it first."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(command: list[str]) -> Iterator[tuple[int, int]]:
    """Runs a peer; gives its port and process number."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.terminate()


class Peer:
    """A running peer in both modes, and what the cases use of it."""

    def __init__(self, name: str, command: list[str], stack: ExitStack) -> None:
        self.name = name
        callback_port, pinned_port = free_port(), free_port()
        port, self.pid = stack.enter_context(started([*command, "0", str(callback_port)]))
        self.gateway = JavaGateway(
            gateway_parameters=GatewayParameters(port=port),
            callback_server_parameters=CallbackServerParameters(
                port=callback_port, daemonize=True, daemonize_connections=True
            ),
        )
        stack.callback(self.gateway.close, close_callback_server_connections=True)
        port, _ = stack.enter_context(started([*command, "0", str(pinned_port), "pinned"]))
        self.pinned = ClientServer(
            JavaParameters(port=port),
            PythonParameters(port=pinned_port, daemonize=True, daemonize_connections=True),
        )
        stack.callback(self.pinned.shutdown)
        self.entry_point = self.gateway.entry_point
        self.inc = self.gateway.jvm.bench.Peer.inc
        self.point = self.gateway.jvm.bench.Point
        self.numbers = self.entry_point.numbers(LIST_SIZE)
        self.op = Op()


def call_with(method: str, *arguments: Any) -> Callable[[Peer, int], None]:
    """Calls a method of the entry point again and again."""

    def run(peer: Peer, count: int) -> None:
        function = getattr(peer.entry_point, method)
        for _ in range(count):
            function(*arguments)

    return run


def static_call(peer: Peer, count: int) -> None:
    for _ in range(count):
        peer.inc(5)


def construct(peer: Peer, count: int) -> None:
    for _ in range(count):
        peer.point(5)  # Dropped at once, which is another command.


def iterate(peer: Peer, count: int) -> None:
    assert sum(1 for _ in islice(peer.numbers, count)) == count


def field(peer: Peer, count: int) -> None:
    for _ in range(count):
        get_field(peer.entry_point, "field")


def callback(peer: Peer, count: int) -> None:
    for _ in range(count):
        peer.entry_point.callBack(peer.op, "hello")


def pinned_callback(peer: Peer, count: int) -> None:
    for _ in range(count):
        peer.pinned.entry_point.callBack(peer.op, "hello")


def look_up(peer: Peer, count: int) -> None:
    for _ in range(count):
        peer.gateway.jvm.bench.Peer.inc(5)


def bytes_in(peer: Peer, count: int) -> None:
    for _ in range(count):
        assert peer.entry_point.size(BLOB) == len(BLOB)


def bytes_out(peer: Peer, count: int) -> None:
    for _ in range(count):
        assert len(peer.entry_point.blob(len(BLOB))) == len(BLOB)


def stream(peer: Peer, count: int) -> None:
    for _ in range(count):
        with peer.entry_point.stream.stream(len(BLOB)) as connection:
            assert len(connection.read(len(BLOB))) == len(BLOB)


def eight_threads(peer: Peer, count: int) -> None:
    threads = [threading.Thread(target=static_call, args=(peer, count // 8)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@dataclass(frozen=True)
class Case:
    """What is measured of running peers."""

    run: Callable[[Peer, int], None]
    count: int  # Operations of one repeat.
    limits: Limits
    warm_count: int = WARM_OPERATIONS


CASES = {
    "static call, int": Case(static_call, 200, CALL),
    "call, str": Case(call_with("greet", "hello"), 200, CALL),
    "call, float": Case(call_with("half", 5.0), 200, CALL),
    "constructor and GC": Case(construct, 100, CALL),
    "iteration": Case(iterate, 2000, CALL, LIST_SIZE),
    "field": Case(field, 200, CALL),
    "callback": Case(callback, 100, CALLBACK),
    "callback, pinned": Case(pinned_callback, 100, CALLBACK),
    "look-up": Case(look_up, 50, LOOK_UP),
    "bytes in, 1 MB": Case(bytes_in, 2, BYTES_IN, WARM_MEGABYTES),
    "bytes out, 1 MB": Case(bytes_out, 1, {}, WARM_MEGABYTES),
    "stream, 1 MB": Case(stream, 3, STREAM, WARM_MEGABYTES),
    "8 threads": Case(eight_threads, 800, AS_FAST_AS_THE_JVM),
}


@contextmanager
def kept_on(processors: set[int]) -> Iterator[None]:
    """Keeps this thread on them, and every thread and program that it starts meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def report(case: str, unit: str, samples: dict[str, list[float]], limits: Limits) -> None:
    """Prints the medians, and those of the ratios of samples that were taken one after another."""
    line: dict[str, Any] = {"case": case, "unit": unit, "processors": len(os.sched_getaffinity(0))}
    for name, values in samples.items():
        line[name] = round(statistics.median(values), 3)
    for above, below in (("ours", BASE), ("jvm", BASE), ("ours", "jvm")):
        if above in samples and below in samples:
            ratios = [a / b for a, b in zip(samples[above], samples[below], strict=True)]
            line[f"{above}/{below}"] = round(statistics.median(ratios), 3)
    print(json.dumps({**line, "limits": limits}), flush=True)


def in_turn(names: list[str], repeats: int) -> Iterator[str]:
    """Each name once in each repeat, every other time backwards."""
    for repeat in range(repeats):
        yield from names if repeat % 2 == 0 else reversed(names)


def measure(peer: Peer, case: Case) -> float:
    """Microseconds of one operation."""
    gc.collect()
    start = time.perf_counter()
    case.run(peer, case.count)
    return (time.perf_counter() - start) / case.count * 1e6


def tail(peer: Peer) -> float:
    """The call in a thousand that is just not among the slowest, in microseconds."""
    times = []
    for _ in range(TAIL_CALLS):
        start = time.perf_counter()
        peer.inc(5)
        times.append(time.perf_counter() - start)
    return sorted(times)[TAIL_CALLS * 999 // 1000] * 1e6


def first_calls(command: list[str]) -> float:
    """Microseconds of a call among the first that a fresh peer serves."""
    with started([*command, "0", str(free_port())]) as (port, _):
        gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port))
        function = gateway.jvm.bench.Peer.inc
        start = time.perf_counter()
        for _ in range(FIRST_CALLS):
            function(5)
        duration = (time.perf_counter() - start) / FIRST_CALLS * 1e6
        gateway.close()
    return duration


def launch(program: str) -> float:
    """Milliseconds from launch_gateway() to the first result."""
    start = time.perf_counter()
    gateway = JavaGateway.launch_gateway(java_path=program, die_on_exit=True)
    gateway.jvm.java.lang.Math.abs(-1)
    duration = (time.perf_counter() - start) * 1e3
    gateway.shutdown()
    gateway.java_process.stdin.close()
    gateway.java_process.wait(10)
    return duration


def resident(pid: int) -> float:
    """Megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line) / 1024


def commands(build: Path, folder: str) -> Commands:
    """By name: the command of each peer without its ports, and what launch_gateway() starts."""
    found: Commands = {}
    for name, program in (("ours", "gateway_peer"), (BASE, "gateway_null_server")):
        path = str(build / "bench" / program)
        found[name] = ([path], path)
    if not (shutil.which("java") and shutil.which("javac")):
        print(json.dumps({"note": "no JVM: java or javac was not found"}), flush=True)
        return found
    jar = find_jar_path()
    sources = [str(path) for path in (HERE / "java" / "bench").glob("*.java")]
    subprocess.run(["javac", "-nowarn", "-cp", jar, "-d", folder, *sources], check=True)
    return {"jvm": (["java", "-cp", f"{jar}:{folder}", "bench.Peer"], "java"), **found}


@contextmanager
def running(found: Commands) -> Iterator[dict[str, Peer]]:
    """All peers, by their names."""
    with ExitStack() as stack:
        yield {name: Peer(name, command, stack) for name, (command, _) in found.items()}


def compare(peers: dict[str, Peer], cases: dict[str, Case], repeats: int) -> None:
    """Runs cases against all peers in turn, each of them warm."""
    for name, case in cases.items():
        for peer in peers.values():
            case.run(peer, case.warm_count)
        samples: dict[str, list[float]] = {peer: [] for peer in peers}
        for peer_name in in_turn(list(peers), repeats):
            samples[peer_name].append(measure(peers[peer_name], case))
        report(name, "us", samples, case.limits)


def compare_tails(peers: dict[str, Peer]) -> None:
    """Follows a case that has warmed these peers."""
    samples: dict[str, list[float]] = {name: [] for name in peers}
    for name in in_turn(list(peers), TAILS):
        samples[name].append(tail(peers[name]))
    report("99.9th percentile of calls", "us", samples, AS_FAST_AS_THE_JVM)


def compare_fresh(found: Commands) -> None:
    """What needs a new program each time."""
    samples: dict[str, list[float]] = {name: [] for name in found}
    for name in in_turn(list(found), FRESH_PEERS):
        samples[name].append(first_calls(found[name][0]))
    report("first 200 calls", "us", samples, FIRST)
    samples = {name: [] for name in found}
    for name in in_turn(list(found), FRESH_PEERS):
        samples[name].append(launch(found[name][1]))
    report("launch to first result", "ms", samples, LAUNCH)


def run(found: Commands, chosen: list[str], repeats: int) -> None:
    """Runs the chosen cases, or all and what is measured in other ways."""
    cases = {name: case for name, case in CASES.items() if not chosen or name in chosen}
    with running(found) as peers:
        compare(peers, cases, repeats)
        if chosen:
            return
        compare_tails(peers)
        memory = {name: [resident(peer.pid)] for name, peer in peers.items()}
        report("resident", "MB", memory, RESIDENT)
    compare_fresh(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--repeats", type=int, default=101)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    chosen = [case for case in arguments.only.split("|") if case]
    if unknown := set(chosen) - CASES.keys():
        parser.error(f"there is no case {', '.join(sorted(unknown))}")
    all_ = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory() as folder:
        found = commands(arguments.build, folder)
        for processors in [all_] if len(all_) == 1 else [all_, {max(all_)}]:
            with kept_on(processors):
                run(found, chosen, arguments.repeats)


if __name__ == "__main__":
    main()
