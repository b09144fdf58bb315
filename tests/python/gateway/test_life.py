# SPDX-License-Identifier: Apache-2.0
"""Objects, connections and the gateway itself: how they end, and what foreign or broken clients can
do to them, which is nothing."""

from __future__ import annotations

import gc
import socket
import threading
from contextlib import suppress

import pytest
from gateway.peer_process import (
    END_S,
    Peer,
    PeerStarter,
    authenticated,
    pinned_client,
    unpinned_client,
)
from py4j.java_gateway import JavaGateway
from py4j.protocol import Py4JError


def read_to_end(connection: socket.socket) -> bytes:
    """Everything that the gateway sends until it closes the connection."""
    received = b""
    with suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            received += chunk
    return received


def still_serves(peer: Peer) -> bool:
    """Whether an ordinary client gets its answer."""
    return bool(pinned_client(peer).entry_point.greet("you") == "Hello you")


def test_objects_die_when_python_forgets_them(start_peer: PeerStarter) -> None:
    client = unpinned_client(start_peer("--unpinned"))
    tracked = [client.jvm.test.Tracked() for _ in range(10)]
    assert client.jvm.test.Tracked.alive() == 10
    del tracked
    gc.collect()
    assert client.jvm.test.Tracked.alive() == 0


def test_the_number_of_objects_does_not_grow_with_calls(start_peer: PeerStarter) -> None:
    client = unpinned_client(start_peer("--unpinned"))
    gc.collect()
    before = client.entry_point.objects()
    for _ in range(50):
        list(client.entry_point.strings(3))
        client.entry_point.sum([1, 2, 3])
        with suppress(Py4JError):
            client.entry_point.fail("x")
    gc.collect()
    assert client.entry_point.objects() == before


@pytest.mark.leaves("what Python held when the gateway stopped")
def test_when_the_gateway_stops_no_object_stays(start_peer: PeerStarter) -> None:
    peer = start_peer()
    client = pinned_client(peer)
    tracked = [client.jvm.test.Tracked() for _ in range(3)]
    out, _ = peer.stop()
    assert out == "objects 0 proxies 0 alive 0\n"
    assert len(tracked) == 3


@pytest.mark.leaves("nothing, but the gateway cannot be asked any more")
def test_the_shutdown_command_ends_the_gateway(start_peer: PeerStarter) -> None:
    peer = start_peer()
    client = pinned_client(peer)
    assert client.entry_point.echo(1) == 1
    client.shutdown()
    assert peer.process.wait(END_S) == 0
    with pytest.raises(ConnectionRefusedError):
        peer.raw()


def test_a_running_call_ends_when_its_connection_is_cancelled(start_peer: PeerStarter) -> None:
    peer = start_peer()
    connection = authenticated(peer)
    address, port = connection.getsockname()
    with authenticated(peer) as other:
        other.sendall(f"z\n{address}\n{port}\n{peer.port}\n".encode())
        assert read_to_end(other) == b""
    assert read_to_end(connection) == b""
    assert still_serves(peer)


def test_a_waiting_call_does_not_hold_up_the_others(start_peer: PeerStarter) -> None:
    client = pinned_client(start_peer())
    waiter = threading.Thread(target=client.entry_point.wait)
    waiter.start()
    assert client.entry_point.echo(1) == 1
    client.entry_point.open()
    waiter.join(END_S)
    assert not waiter.is_alive()


def test_a_wrong_token_is_refused(start_peer: PeerStarter) -> None:
    peer = start_peer()
    with peer.raw() as connection:
        connection.sendall(b"A\nwrong\n")
        assert read_to_end(connection) == b"!xsAuthentication error: bad auth token received.\n"
    refused = pinned_client(peer, token="wrong")
    with pytest.raises(Py4JError):
        refused.entry_point.echo(1)
    peer.clients.remove(refused)  # It has nothing, and cannot be asked.
    assert still_serves(peer)


def test_a_command_before_the_token_is_refused(start_peer: PeerStarter) -> None:
    peer = start_peer()
    with peer.raw() as connection:
        connection.sendall(b"c\nt\ngreet\nsyou\ne\n")
        assert read_to_end(connection) == b"!xsAuthentication error: unexpected command.\n"
    assert still_serves(peer)


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"\n" * 100,
        b"\x00" * 5000,
    ],
    ids=["http", "tls", "lines", "zeros"],
)
def test_garbage_from_a_foreign_connection_hurts_nobody(
    start_peer: PeerStarter, garbage: bytes
) -> None:
    peer = start_peer("--token-ms", "300")
    with peer.raw() as connection:
        connection.sendall(garbage)
        read_to_end(connection)
    assert still_serves(peer)


def test_garbage_after_the_token_ends_that_connection_only(start_peer: PeerStarter) -> None:
    peer = start_peer()
    with authenticated(peer) as connection:
        connection.sendall(b"what?\n")
        assert read_to_end(connection) == b"!zsUnknown command received: what?\n"
    assert still_serves(peer)


def test_a_silent_connection_is_closed(start_peer: PeerStarter) -> None:
    peer = start_peer("--token-ms", "200")
    with peer.raw() as silent, authenticated(peer) as patient:
        assert read_to_end(silent) == b""
        patient.sendall(b"c\nt\necho\ni1\ne\n")
        assert patient.recv(100) == b"!yi1\n"


def test_a_huge_line_is_refused_at_the_limit(start_peer: PeerStarter) -> None:
    peer = start_peer("--command-bytes-max", "100000")
    with authenticated(peer) as connection:
        connection.sendall(b"c\nt\necho\ns" + b"x" * 1_000_000)
        assert read_to_end(connection) == b"!zsa command has more bytes than the limit allows\n"
    assert still_serves(peer)


@pytest.mark.parametrize("kind", ["--pinned", "--unpinned"])
@pytest.mark.parametrize("size", [150_000, 30_000_000])
def test_py4j_tells_its_user_that_a_command_is_too_long(
    start_peer: PeerStarter, kind: str, size: int
) -> None:
    peer = start_peer(kind, "--command-bytes-max", "100000")
    client = unpinned_client(peer) if kind == "--unpinned" else pinned_client(peer)
    for _ in range(3):
        with pytest.raises(Py4JError, match="more bytes than the limit allows"):
            client.entry_point.greet("x" * size)
    assert client.entry_point.greet("you") == "Hello you"


@pytest.mark.leaves("the Python object that was called, of a client without a connection then")
def test_py4j_tells_its_user_that_the_answer_to_a_callback_is_too_long(
    start_peer: PeerStarter,
) -> None:
    client = pinned_client(start_peer("--command-bytes-max", "100000"))

    class Talker:
        def apply(self, value: int) -> str:
            return "x" * 30_000_000

        class Java:
            implements = ("test.Function",)

    with pytest.raises(Py4JError, match="more bytes than the limit allows"):
        client.entry_point.ask(Talker(), 1)
    assert client.entry_point.greet("you") == "Hello you"


def test_a_pinned_client_that_hangs_in_a_callback_is_reset(start_peer: PeerStarter) -> None:
    peer = start_peer("--callback-read-ms", "50")
    with authenticated(peer) as hanging, authenticated(peer) as other:
        hanging.sendall(b"c\nt\nask\nfp0;test.Function\ni1\ne\n")
        assert hanging.recv(100) == b"c\np0\napply\ni1\ne\n"
        with pytest.raises(ConnectionResetError):
            hanging.recv(100)
        other.sendall(b"c\nt\necho\ni1\ne\n")
        assert other.recv(100) == b"!yi1\n"


def test_a_connection_beyond_the_limit_is_told_so_and_closed(start_peer: PeerStarter) -> None:
    peer = start_peer("--connections-max", "1")
    with authenticated(peer) as first:
        with authenticated(peer) as second:
            second.sendall(b"c\nt\necho\ni1\ne\n")
            assert b"limit (connections_max)" in read_to_end(second)
        client = pinned_client(peer)
        with pytest.raises(Py4JError, match="connections_max"):
            client.entry_point.echo(1)
        first.sendall(b"c\nt\necho\ni1\ne\n")
        assert first.recv(100) == b"!yi1\n"


def test_too_many_objects_are_an_error_that_names_the_limit(start_peer: PeerStarter) -> None:
    client = pinned_client(start_peer("--objects-max", "3"))
    kept = [client.jvm.test.Tracked() for _ in range(3)]
    with pytest.raises(Py4JError, match="objects_max"):
        client.jvm.test.Tracked()
    assert len(kept) == 3


def test_a_port_in_use_is_named_with_what_to_do(
    start_peer: PeerStarter,
) -> None:
    first = start_peer()
    second = start_peer("--port", str(first.port))
    _, err = second.stop()
    assert second.process.returncode == 1
    assert f"127.0.0.1:{first.port}" in err
    assert "in use" in err
    assert "choose another port" in err


def test_clients_that_vanish_in_the_middle_of_a_command_hurt_nobody(
    start_peer: PeerStarter,
) -> None:
    peer = start_peer()
    command = b"c\nt\ngreet\nsyou\ne\n"
    for length in range(len(command)):
        with authenticated(peer) as connection:
            connection.sendall(command[:length])
    assert still_serves(peer)


def test_a_hundred_connections_come_and_go(gateway: JavaGateway) -> None:
    def call() -> None:
        assert gateway.entry_point.echo(1) == 1

    for _ in range(10):
        threads = [threading.Thread(target=call) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(END_S)
    assert gateway.entry_point.echo(2) == 2
