# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the binding's tests: the house, served once for each kind of client, and a check that
every C++ object is destroyed and every Python proxy forgotten after each test."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway.peer_process import END_S, Peer, pinned_client, unpinned_client
from py4j.java_gateway import JavaGateway
from support import built


@pytest.fixture(scope="session")
def executable(build_dir: Path) -> Path:
    """The program that serves the house."""
    return built(build_dir, "tests/binding/binding_peer")


@pytest.fixture(scope="module", params=["pinned", "unpinned"])
def client(request: pytest.FixtureRequest, executable: Path) -> Iterator[JavaGateway]:
    """A client of either kind, connected to a house of its own."""
    if request.param == "pinned":
        peer = Peer(executable)
        gateway = pinned_client(peer)
    else:
        peer = Peer(executable, "--unpinned")
        gateway = unpinned_client(peer)
    yield gateway
    gateway.close()
    if request.param == "unpinned":
        gateway.shutdown_callback_server()
    output, errors = peer.stop()
    assert peer.process.returncode == 0, errors
    assert output == "alive 0\n"


@pytest.fixture
def house(client: JavaGateway) -> Iterator[Any]:
    """The package of the test classes. Afterwards nothing of a test may be left on either side."""
    house = client.jvm.house
    before = house.Values.alive()
    yield house
    pool = client.gateway_property.pool
    end = time.monotonic() + END_S
    while True:
        gc.collect()
        client.jvm.System.gc()
        alive, proxies = house.Values.alive() - before, len(pool)
        if not alive and not proxies:
            return
        if time.monotonic() > end:
            pytest.fail(f"{alive} C++ objects and {proxies} Python proxies are left")
        time.sleep(0.01)
