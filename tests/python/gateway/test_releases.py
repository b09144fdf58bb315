# SPDX-License-Identifier: Apache-2.0
"""Python may drop its objects once C++ has: all of them, without a callback server as well, and
only those of the same client."""

from __future__ import annotations

import select
import socket
from typing import Any

import pytest
from gateway.peer_process import Peer, PeerStarter, pinned_client, unpinned_client
from py4j.java_gateway import JavaGateway


class Doubler:
    """A Python object that C++ may call."""

    def apply(self, value: Any) -> Any:
        return value * 2

    class Java:
        implements = ("test.Function",)


@pytest.fixture
def stranger() -> Any:
    """Listens where a callback server could be; nobody must call there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener
        assert not is_dialled(listener)


def is_dialled(listener: socket.socket, wait_s: float = 0) -> bool:
    return bool(select.select([listener], [], [], wait_s)[0])


def peer_without_callback_server(
    start_peer: PeerStarter, stranger: socket.socket, *options: str
) -> Peer:
    return start_peer("--callback-port", str(stranger.getsockname()[1]), *options)


@pytest.mark.parametrize("count", [1, 600, 5000])
def test_what_one_call_drops_python_drops_as_well(
    start_peer: PeerStarter, stranger: socket.socket, count: int
) -> None:
    client = pinned_client(peer_without_callback_server(start_peer, stranger))
    for _ in range(count):
        client.entry_point.keep(Doubler())
    pool = client.gateway_property.pool
    assert len(pool) == count
    client.entry_point.drop()
    client.jvm.System.gc()
    assert len(pool) == 0


def test_what_cpp_drops_while_the_client_is_idle_python_drops_with_its_next_call(
    start_peer: PeerStarter, stranger: socket.socket
) -> None:
    peer = peer_without_callback_server(start_peer, stranger, "--release-ms", "1")
    client = pinned_client(peer)
    client.entry_point.keep(Doubler())
    pool = client.gateway_property.pool
    assert peer.process.stdin and peer.process.stdout
    peer.process.stdin.write("d")
    peer.process.stdin.flush()
    assert peer.process.stdout.readline() == "dropped\n"
    assert not is_dialled(stranger, 0.2)
    assert len(pool) == 1
    client.entry_point.echo(1)
    assert len(pool) == 0


def test_an_object_may_call_cpp_and_be_called_while_python_lets_go_of_it(
    start_peer: PeerStarter, stranger: socket.socket
) -> None:
    client = pinned_client(peer_without_callback_server(start_peer, stranger))
    answers = {}

    class Talkative(Doubler):
        def __init__(self, number: int) -> None:
            self.number = number

        def __del__(self) -> None:
            answers[self.number] = client.entry_point.ask(Doubler(), self.number)

    for number in range(100):
        client.entry_point.keep(Talkative(number))
    client.entry_point.drop()
    client.jvm.System.gc()
    assert answers == {number: 2 * number for number in range(100)}
    assert client.entry_point.echo("still in step") == "still in step"
    client.jvm.System.gc()
    assert len(client.gateway_property.pool) == 0


def test_a_long_nested_conversation_releases_on_the_way(
    start_peer: PeerStarter, stranger: socket.socket
) -> None:
    client = pinned_client(peer_without_callback_server(start_peer, stranger, "--release-ms", "0"))
    pool = client.gateway_property.pool

    class Nested(Doubler):
        def apply(self, value: Any) -> Any:
            for _ in range(3):
                client.entry_point.echo(Doubler())
                client.entry_point.keep(Doubler())
                client.entry_point.drop()
                client.entry_point.echo(1)
            return len(pool)

    assert client.entry_point.ask(Nested(), 0) < 5


@pytest.mark.leaves("what the first client had when it went away")
def test_a_client_keeps_its_objects_when_those_of_an_earlier_one_are_dropped(
    start_peer: PeerStarter,
) -> None:
    peer = start_peer()
    first = pinned_client(peer)
    first.entry_point.keep(Doubler())
    first.close()
    second = pinned_client(peer)
    drops_only_the_first_ones(second)


@pytest.mark.leaves("what the first client had when it went away")
def test_the_same_with_a_callback_server(start_peer: PeerStarter) -> None:
    peer = start_peer("--unpinned")
    first = unpinned_client(peer)
    first.entry_point.keep(Doubler())
    assert first.entry_point.ask_kept(1) == 2
    first.close()
    first.shutdown_callback_server()
    second = unpinned_client(peer)
    drops_only_the_first_ones(second)


def drops_only_the_first_ones(second: JavaGateway) -> None:
    """Both have passed an object with the id p0, and C++ drops that of the first."""
    second.entry_point.keep_only(Doubler())
    second.jvm.System.gc()
    assert len(second.gateway_property.pool) == 1
    assert second.entry_point.ask_kept(21) == 42
    second.entry_point.drop()
    second.jvm.System.gc()
    assert len(second.gateway_property.pool) == 0


def test_a_client_that_closes_its_connections_and_goes_on_is_the_same(
    start_peer: PeerStarter,
) -> None:
    client = unpinned_client(start_peer("--unpinned"))
    client.entry_point.keep(Doubler())
    assert client.entry_point.ask_kept(1) == 2
    client.close(keep_callback_server=True)
    assert client.entry_point.ask_kept(2) == 4
    client.entry_point.drop()
    client.jvm.System.gc()
    assert len(client.gateway_property.pool) == 0
