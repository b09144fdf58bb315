# SPDX-License-Identifier: Apache-2.0
"""A C++ program in java's place: py4j's launch_gateway with all that it passes on, and the command
line of `py4j.GatewayServer`."""

from __future__ import annotations

import socket
import subprocess
from collections import deque
from pathlib import Path

import pytest
from gateway.peer_process import END_S
from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway
from support import built


@pytest.fixture(scope="module")
def program(build_dir: Path) -> Path:
    """A program whose main is run_server_main."""
    return built(build_dir, "tests/python/bulk_peer")


def test_launch_gateway_starts_it_with_a_token_and_ends_it_with_python(program: Path) -> None:
    port, token, process = launch_gateway(
        jarpath=__file__,
        classpath="a.jar",
        javaopts=["-Xmx1g", "-Da=b"],
        die_on_exit=True,
        java_path=str(program),
        create_new_process_group=True,
        enable_auth=True,
        redirect_stdout=deque(),
        redirect_stderr=deque(),
        cwd="/",
        return_proc=True,
    )
    assert len(token) == 64
    client = JavaGateway(gateway_parameters=GatewayParameters(port=port, auth_token=token))
    assert client.entry_point.size_of_bytes(b"abc") == 3
    client.close()
    process.stdin.close()
    assert process.wait(END_S) == 0


def test_the_client_made_by_launch_gateway_shuts_it_down(program: Path) -> None:
    client = JavaGateway.launch_gateway(jarpath=__file__, java_path=str(program))
    assert client.entry_point.size_of_bytes(b"abc") == 3
    process = client.java_process
    client.shutdown()
    assert process.wait(END_S) == 0


def start(program: Path, *words: str) -> subprocess.Popen[str]:
    """Starts the program with pipes for all of its streams."""
    return subprocess.Popen(
        [program, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_its_own_words_are_those_of_py4js_server(program: Path) -> None:
    for words in (
        ("--die-on-broken-pipe", "--enable-auth", "0"),
        ("-cp", "x.jar", "py4j.GatewayServer", "--enable-auth", "--die-on-broken-pipe", "0"),
    ):
        with start(program, *words) as process:
            assert process.stdout
            assert process.stdin
            assert int(process.stdout.readline()) > 0
            assert len(process.stdout.readline().strip()) == 64
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.wait(END_S) == 0


def test_a_call_that_never_returns_does_not_keep_the_program_when_its_input_ends(
    program: Path,
) -> None:
    with start(program, "--die-on-broken-pipe", "0") as process:
        assert process.stdout
        assert process.stdin
        port = int(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"c\nt\nnever_return\ne\n")
            with socket.create_connection(("127.0.0.1", port)) as other:
                other.sendall(b"c\nt\nsize_of_bytes\njYWJj\ne\n")
                assert other.recv(100) == b"!yL3\n"
            process.stdin.close()
            assert connection.recv(100) == b""
            assert process.wait(END_S) == 0


@pytest.mark.parametrize("word", ["x", "70000", "-1", "--unknown"])
def test_a_wrong_word_is_an_error_that_shows_the_right_ones(program: Path, word: str) -> None:
    with start(program, word) as process:
        output, errors = process.communicate(timeout=END_S)
    assert process.returncode == 1
    assert output == ""
    assert "[--die-on-broken-pipe] [--enable-auth] [PORT]" in errors


@pytest.mark.parametrize("descriptors", [4, 5])
def test_without_descriptors_it_ends_with_one_line_and_exit_code_1(
    program: Path, descriptors: int
) -> None:
    limited = f'ulimit -n {descriptors} && exec "$0" --enable-auth 0'
    with start(Path("/bin/sh"), "-c", limited, str(program)) as process:
        output, errors = process.communicate(timeout=END_S)
    assert process.returncode == 1
    assert output == ""
    assert errors.count("\n") == 1
    assert "Too many open files" in errors
