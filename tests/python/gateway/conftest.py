# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the gateway's tests: peers, and clients that are connected to one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway.peer_process import Peer, PeerStarter, pinned_client, unpinned_client
from py4j import clientserver, java_gateway
from py4j.java_gateway import JavaGateway
from support import built


@pytest.fixture(scope="session")
def peer_executable(build_dir: Path) -> Path:
    """The program under test."""
    return built(build_dir, "tests/gateway/gateway_peer")


@pytest.fixture(autouse=True)
def prompt_deletions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the end of a test see soon what Python holds. A pinned client looks only every second
    for objects that Python let go of. And an exception that py4j logs would hold those of its
    frames for as long as pytest keeps the record."""
    monkeypatch.setattr(clientserver, "DEFAULT_WORKER_SLEEP_TIME", 0.01)
    monkeypatch.setattr(clientserver.logger, "disabled", True)
    monkeypatch.setattr(java_gateway.logger, "disabled", True)


@pytest.fixture
def start_peer(peer_executable: Path, request: pytest.FixtureRequest) -> Iterator[PeerStarter]:
    """Starts peers. When the test has ended, neither C++ nor Python may hold anything for the other
    side any more, unless the test is marked; and each peer must end by itself and cleanly once its
    input is closed, with every object destroyed."""
    peers: list[Peer] = []

    def start(*options: str) -> Peer:
        peers.append(Peer(peer_executable, *options))
        return peers[-1]

    yield start
    try:
        if not request.node.get_closest_marker("leaves"):
            for peer in peers:
                peer.check_nothing_is_left()
    finally:
        for peer in peers:
            output, errors = peer.stop()
            peer.close_clients()  # A pinned one waits for those who call it to hang up.
            if peer.port:
                assert peer.process.returncode == 0, errors
                assert output.splitlines()[-1] == "objects 0 proxies 0 alive 0"


@pytest.fixture(params=["pinned", "unpinned"])
def gateway(request: pytest.FixtureRequest, start_peer: PeerStarter) -> JavaGateway:
    """A connected client of either kind, with a peer of its own."""
    if request.param == "pinned":
        return pinned_client(start_peer())
    return unpinned_client(start_peer("--unpinned"))
