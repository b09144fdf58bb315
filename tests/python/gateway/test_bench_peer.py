# SPDX-License-Identifier: Apache-2.0
"""The peer that the benchmarks talk to, which other programs measure as well, and the benchmark of
calls at its smallest."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from gateway.peer_process import END_S
from py4j.clientserver import ClientServer, JavaParameters, PythonParameters
from py4j.java_gateway import (
    CallbackServerParameters,
    GatewayParameters,
    JavaGateway,
    get_field,
)
from py4j.protocol import Py4JError
from support import built

Connect = Callable[[int, int, str | None], JavaGateway]


class Op:
    """Remembers what it was called with."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def apply(self, text: str) -> str:
        """Returns its argument."""
        self.calls.append(text)
        return text

    class Java:
        """py4j's way to name interfaces."""

        implements = ("bench.Op",)


def unpinned(port: int, callback_port: int, token: str | None) -> JavaGateway:
    """A client that is called back where the peer expects it."""
    return JavaGateway(
        gateway_parameters=GatewayParameters(port=port, auth_token=token),
        callback_server_parameters=CallbackServerParameters(port=callback_port, auth_token=token),
    )


def pinned(port: int, callback_port: int, token: str | None) -> JavaGateway:
    """A client that is called back on the connection of the call."""
    return ClientServer(
        JavaParameters(port=port, auth_token=token),
        PythonParameters(port=callback_port, auth_token=token),
    )


MODES = pytest.mark.parametrize(
    ("words", "connect"), [([], unpinned), (["pinned"], pinned)], ids=["unpinned", "pinned"]
)


@pytest.fixture(scope="module")
def program(build_dir: Path) -> Path:
    """The peer."""
    return built(build_dir, "bench/gateway_peer")


@contextmanager
def running(program: Path, *words: str) -> Iterator[tuple[int, int]]:
    """Starts a peer and gives its port and the one of callbacks. Within, a client has to shut it
    down, after which it must end well."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        callback_port = int(probe.getsockname()[1])
    command = [str(program), "0", str(callback_port), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline()), callback_port
            assert process.wait(END_S) == 0
        finally:
            process.kill()


@MODES
@pytest.mark.parametrize("token", [None, "secret"])
def test_each_method_works_and_shutdown_ends_it(
    program: Path, words: list[str], connect: Connect, token: str | None
) -> None:
    token_words = ["--token", token] if token else []
    with running(program, *words, *token_words) as (port, callback_port):
        client = connect(port, callback_port, token)
        peer: Any = client.entry_point
        assert client.jvm.bench.Peer.inc(41) == 42
        assert peer.greet("hello") == "hello"
        assert peer.half(5.0) == 2.5
        assert peer.echo(b"\0\n\xff") == b"\0\n\xff"
        assert peer.size(b"abc") == 3
        assert peer.blob(5) == bytes(5)
        with peer.stream.stream(5) as connection:
            assert connection.read(5) == bytes(5)
        assert list(peer.numbers(3)) == [0, 1, 2]
        assert get_field(client.jvm.bench.Peer(), "field") == 42
        assert get_field(client.jvm.bench.Point(5), "x") == 5
        op = Op()
        assert peer.callBack(op, "back") == "back"
        assert peer.callBackMany(op, 3) == 3
        assert op.calls == ["back", "hello", "hello", "hello"]
        client.shutdown()


@MODES
@pytest.mark.parametrize("wrong", [None, "wrong"])
def test_only_who_knows_the_token_is_served(
    program: Path, words: list[str], connect: Connect, wrong: str | None
) -> None:
    with running(program, *words, "--token", "secret") as (port, callback_port):
        stranger = connect(port, callback_port, wrong)
        with pytest.raises(Py4JError):
            stranger.entry_point.greet("hello")
        stranger.close()
        stranger.shutdown_callback_server()
        client = connect(port, callback_port, "secret")
        assert client.entry_point.greet("hello") == "hello"
        client.shutdown()


def test_the_benchmark_of_calls_says_what_it_measured(program: Path, source_root: Path) -> None:
    build_dir = program.parents[1]
    script = source_root / "bench/gateway/gateway.py"
    cases = "static call, int|8 threads"
    done = subprocess.run(
        [sys.executable, script, build_dir, "--only", cases, "--repeats", "1"],
        env={**os.environ, "PATH": "/nowhere"},  # Java, if there is any, would take long.
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    note, *lines = map(json.loads, done.stdout.splitlines())
    assert note["note"].startswith("no JVM")
    usable = len(os.sched_getaffinity(0))
    runs = [usable] if usable == 1 else [usable, 1]
    wanted = [(case, processors) for processors in runs for case in cases.split("|")]
    assert [(line["case"], line["processors"]) for line in lines] == wanted
    for line in lines:
        assert line["ours"] > 0, line
        assert line["ours/null"] == pytest.approx(line["ours"] / line["null"], abs=0.01)
    assert lines[0]["limits"] == {"ours/null": 1.05}
