# SPDX-License-Identifier: Apache-2.0
"""What the page on connections shows in Python does what it says."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from documented import python_blocks
from gateway.peer_process import TOKEN, PeerStarter, pinned_client
from gateway.test_tls import CALLBACKS, SERVER, pem
from py4j.java_gateway import CallbackServerParameters, GatewayParameters, JavaGateway


@pytest.fixture(scope="module")
def shown(source_root: Path) -> list[str]:
    """The blocks: a client with TLS, a stream, a custom command."""
    return python_blocks(source_root / "docs" / "connections.md")


def test_a_client_with_tls(
    shown: list[str], start_peer: PeerStarter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(pem("authority.pem"), tmp_path)
    shutil.copy(pem("gateway.pem"), tmp_path / "python.pem")
    shutil.copy(pem("gateway.key"), tmp_path / "python.key")
    monkeypatch.chdir(tmp_path)
    peer = start_peer("--unpinned", *SERVER, *CALLBACKS)
    names: dict[str, Any] = {
        "ssl": ssl,
        "JavaGateway": JavaGateway,
        "GatewayParameters": GatewayParameters,
        "CallbackServerParameters": CallbackServerParameters,
        "port": peer.port,
        "token": TOKEN,
    }
    exec(shown[0], names)
    client = peer.joined(names["gateway"])
    assert client.entry_point.greet("you") == "Hello you"


def test_a_stream_and_a_custom_command(shown: list[str], start_peer: PeerStarter) -> None:
    client = pinned_client(start_peer())
    image = SimpleNamespace(
        pixels=SimpleNamespace(stream=lambda: client.entry_point.memory.stream(5))
    )
    names: dict[str, Any] = {"image": image, "size": 5, "gateway": client}
    exec(shown[1], names)
    assert names["data"] == b"\7" * 5
    exec(shown[2], names)
    assert names["answer"] == "yL0"
