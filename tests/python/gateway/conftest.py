# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the gateway's tests: peers, and clients that are connected to one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway.peer_process import Peer, PeerStarter, pinned_client, unpinned_client
from py4j.java_gateway import JavaGateway
from support import built


@pytest.fixture(scope="session")
def peer_executable(build_dir: Path) -> Path:
    """The program under test."""
    return built(build_dir, "tests/gateway/gateway_peer")


@pytest.fixture
def start_peer(peer_executable: Path) -> Iterator[PeerStarter]:
    """Starts peers; each must end by itself and cleanly once its input is closed."""
    peers: list[Peer] = []

    def start(*options: str) -> Peer:
        peers.append(Peer(peer_executable, *options))
        return peers[-1]

    yield start
    for peer in peers:
        errors = peer.stop()[1]
        if peer.port:
            assert peer.process.returncode == 0, errors


@pytest.fixture(params=["pinned", "unpinned"])
def gateway(request: pytest.FixtureRequest, start_peer: PeerStarter) -> Iterator[JavaGateway]:
    """A connected client of either kind, with a peer of its own."""
    if request.param == "pinned":
        client = pinned_client(start_peer())
    else:
        client = unpinned_client(start_peer("--unpinned"))
    yield client
    client.close()
    if request.param == "unpinned":
        client.shutdown_callback_server()
