# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests of our Python package: one C++ program for a module, its client, and after
each test a check that neither side holds anything of the other."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bulk.left import NOTHING_LEFT, check_nothing_is_left, held_by_both_sides
from py4cpp import shared_memory
from py4j.java_gateway import CallbackServerParameters, GatewayParameters, JavaGateway
from support import built


@pytest.fixture(scope="module")
def client(build_dir: Path) -> Iterator[JavaGateway]:
    """A client of the peer, with a callback server."""
    program = built(build_dir, "tests/python/bulk_peer")
    command = [str(program), "--die-on-broken-pipe", "0"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdin
        client = JavaGateway(
            gateway_parameters=GatewayParameters(
                port=int(process.stdout.readline()), auto_convert=True
            ),
            callback_server_parameters=CallbackServerParameters(
                port=0, daemonize=True, daemonize_connections=True
            ),
        )
        server = client.get_callback_server()
        assert server
        callbacks = client.java_gateway_server.getCallbackClient()
        client.java_gateway_server.resetCallbackClient(
            callbacks.getAddress(), server.get_listening_port()
        )
        yield client
        client.shutdown()
        process.stdin.close()
        assert process.wait(10) == 0
        assert process.stdout.read() == NOTHING_LEFT


@pytest.fixture
def gateway(client: JavaGateway) -> Iterator[JavaGateway]:
    """The client. What a test makes is gone on both sides once it has ended."""
    held = held_by_both_sides(client)
    yield client
    check_nothing_is_left(client, held)


@pytest.fixture
def lab(gateway: JavaGateway) -> Any:
    """The object with the arrays."""
    return gateway.entry_point


@pytest.fixture(params=["mapped", "sent"])
def way(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """Runs a test as it is, and once more as if the gateway ran on another machine."""
    if request.param == "sent":
        elsewhere = tmp_path / "boot_id"
        elsewhere.write_text("not-this-machine\n")
        monkeypatch.setattr(shared_memory, "BOOT_ID", elsewhere)
    yield request.param
