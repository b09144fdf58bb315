# SPDX-License-Identifier: Apache-2.0
"""Raw bytes by `method.stream()`, and commands that the embedder added."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gateway.peer_process import PeerStarter, pinned_client, unpinned_client
from py4j.java_gateway import JavaGateway
from py4j.protocol import Py4JError, Py4JJavaError, get_return_value


def streamed(method: Any, size: int, *arguments: Any) -> bytes:
    """All bytes of one call by `stream`."""
    with method.stream(*arguments) as connection:
        return bytes(connection.read(size))


@pytest.mark.parametrize("size", [0, 1, 999, 1_000_000])
def test_a_stream_brings_the_bytes_as_they_are(gateway: JavaGateway, size: int) -> None:
    counted = bytes(i % 256 for i in range(size))
    assert streamed(gateway.entry_point.count, size, size) == counted
    assert streamed(gateway.entry_point.memory, size, size) == b"\7" * size


def test_a_file_is_streamed_from_its_descriptor(gateway: JavaGateway, tmp_path: Path) -> None:
    content = bytes(range(256)) * 3000
    (tmp_path / "file").write_bytes(content)
    assert streamed(gateway.entry_point.file, len(content), str(tmp_path / "file")) == content


def test_a_method_that_returns_bytes_can_be_streamed(gateway: JavaGateway) -> None:
    assert streamed(gateway.entry_point.echo, 3, b"\0\n\xff") == b"\0\n\xff"


def test_a_stream_is_also_an_object_with_a_read_method(gateway: JavaGateway) -> None:
    stream = gateway.entry_point.count(5)
    assert stream.isOpen()
    assert stream.read(3) == b"\0\1\2"
    assert stream.read(3) == b"\3\4"
    assert stream.read(3) == b""
    stream.close()
    assert not stream.isOpen()
    channel = "java.nio.channels.ReadableByteChannel"
    assert gateway.jvm.py4j.reflection.TypeUtil.isInstanceOf(channel, stream)


def test_what_is_no_stream_and_what_fails_are_errors(gateway: JavaGateway) -> None:
    with pytest.raises(Py4JError, match="greet returns no bytes and no Stream"):
        gateway.entry_point.greet.stream("you")
    with pytest.raises(Py4JJavaError, match="too far"):
        gateway.entry_point.fail.stream("too far")
    with pytest.raises(Py4JError, match="Method nothing"):
        gateway.entry_point.nothing.stream()
    assert gateway.entry_point.echo(1) == 1


def test_a_source_that_breaks_off_ends_the_connection_and_no_other(start_peer: PeerStarter) -> None:
    peer = start_peer("--unpinned")
    client = unpinned_client(peer)
    with client.entry_point.breaking.stream() as connection:
        assert connection.read(2) == b"\1"
        connection._connection.close()
    assert client.entry_point.echo(1) == 1


def test_custom_commands_are_answered_like_calls(start_peer: PeerStarter) -> None:
    client = pinned_client(start_peer())

    def ask(command: str) -> Any:
        answer = client._gateway_client.send_command(command)
        return get_return_value(answer, client._gateway_client)

    assert ask("join\ne\n") == ""
    assert ask("join\none\ntwo\ne\n") == "onetwo"
    with pytest.raises(Py4JJavaError, match="a custom failure"):
        ask("fail\ne\n")
    assert client.entry_point.echo(1) == 1
