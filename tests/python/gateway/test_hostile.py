# SPDX-License-Identifier: Apache-2.0
"""Clients that know the token and misbehave: each gets a clear error, loses at most its own
connection, and leaves nothing behind."""

from __future__ import annotations

import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from gateway.peer_process import (
    END_S,
    Peer,
    PeerStarter,
    authenticated,
    pinned_client,
    unpinned_client,
)
from py4j.protocol import Py4JError

PAGE_BYTES = resource.getpagesize()
ECHO = b"c\nt\necho\n%s\ne\n"


def answer(connection: socket.socket) -> bytes:
    """The next line, or less where the connection ends."""
    line = b""
    with suppress(ConnectionResetError):
        while not line.endswith(b"\n") and (byte := connection.recv(1)):
            line += byte
    return line


def reset(connection: socket.socket) -> None:
    """Ends the connection without a farewell."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def half_close(connection: socket.socket) -> None:
    """Sends no more, and waits until the other side ends as well."""
    connection.shutdown(socket.SHUT_WR)
    while answer(connection):
        continue


@pytest.fixture
def peer(start_peer: PeerStarter) -> Iterator[Peer]:
    """A peer that still serves ordinary clients after each test."""
    started = start_peer("--depth-max", "20", "--command-bytes-max", "100000")
    yield started
    client = pinned_client(started)
    assert client.entry_point.greet("you") == "Hello you"


@pytest.fixture
def connection(peer: Peer) -> Iterator[socket.socket]:
    """A raw connection to it that has presented the token."""
    with authenticated(peer) as open_connection:
        yield open_connection


@pytest.mark.parametrize(
    "part",
    [b"q1", b"iq", b"L1.5", b"b", b"d1.5x", b"j=", b"r", b"f", b"fp0", b"D"],
    ids=bytes.decode,
)
def test_an_argument_that_cannot_be_read_ends_the_connection(
    connection: socket.socket, part: bytes
) -> None:
    connection.sendall(b"c\nt\necho\ni1\n" + part + b"\ne\n")
    assert answer(connection).startswith(b"!zsan argument cannot be read: ")
    assert answer(connection) == b""


@pytest.mark.parametrize(
    "command",
    [
        b"f\nx\nt\nfield10\ne\n",
        b"a\nx\nt\ne\n",
        b"l\nx1\nt\ne\n",
        b"m\na\nt\ne\n",
        b"j\ns\nrj\ne\n",
    ],
)
def test_an_unknown_sub_command_is_read_to_its_end(
    connection: socket.socket, command: bytes
) -> None:
    connection.sendall(command)
    assert answer(connection).startswith(b"!x")
    connection.sendall(ECHO % b"i1")
    assert answer(connection) == b"!yi1\n"


@pytest.mark.parametrize(
    "command",
    [
        "a\ng\n{}\ni0\ne\n",
        "a\ne\n{}\ne\n",
        "c\n{}\nnothing\ne\n",
        "d\nv\n{}\nn\ne\n",
        "h\no\n{}\nn\nsx\ne\n",
        "j\ni\n{}\na.B\ne\n",
        "l\na\n{}\nt\ne\n",
        "l\nl\n{}\ni0\ne\n",
        "l\ns\n{}\ne\n",
        "r\nu\nname\n{}\ne\n",
        "S\n{}\ngreet\nsyou\ne\n",
        "c\nGATEWAY_SERVER\nresetCallbackClient\n{}\ni65536\ne\n",
    ],
)
def test_a_command_on_what_it_is_not_for_is_an_error_of_that_command(
    connection: socket.socket, command: str
) -> None:
    for target in ("t", "rt", "z:test.Peer", "z:no.Such", "o99", "ro99", "", "\0", "j" * 5000):
        connection.sendall(command.format(target).encode())
        line = answer(connection)
        # An argument that cannot be read is the one thing that ends the connection.
        if line.startswith(b"!z"):
            assert b"an argument cannot be read" in line
            return
        assert line.startswith((b"!x", b"!ysHelp on class Peer")), target
    connection.sendall(ECHO % b"i1")
    assert answer(connection) == b"!yi1\n"


def test_ids_of_another_gateway_are_refused_everywhere(start_peer: PeerStarter) -> None:
    ours, theirs = pinned_client(start_peer()), pinned_client(start_peer())
    foreign = theirs.entry_point.strings(3)
    with pytest.raises(Py4JError, match="belongs to another gateway"):
        ours.entry_point.sum(foreign)
    foreign._gateway_client = ours._gateway_client
    with pytest.raises(Py4JError, match="belongs to another gateway"):
        foreign.size()
    ours._gateway_client.send_command(f"m\nd\n{foreign._get_object_id()}\ne\n")
    foreign._gateway_client = theirs._gateway_client
    assert list(theirs.entry_point.echo(foreign)) == ["0", "1", "2"]


def test_the_well_known_objects_cannot_be_deleted(connection: socket.socket) -> None:
    for name in (b"t", b"j", b"GATEWAY_SERVER", b"o99", b"", b"\xff"):
        connection.sendall(b"m\nd\n" + name + b"\ne\n")
        assert answer(connection) == b"!yv\n"
    connection.sendall(ECHO % b"rt")
    assert answer(connection).startswith(b"!yro")


@pytest.mark.parametrize(
    "text",
    ["\0", "a\0b", "🐍\u0301", "\ud7ff\ue000\U0010ffff", "\u2028;\t\x7f"],
    ids=ascii,
)
def test_every_text_comes_back_as_it_went(connection: socket.socket, text: str) -> None:
    connection.sendall(ECHO % ("s" + text).encode())
    assert answer(connection) == f"!ys{text}\n".encode()


def test_text_that_is_no_utf_8_does_not_come_back(connection: socket.socket) -> None:
    connection.sendall(ECHO % b"s\xff\xc0\x80\xed\xa0\x80")
    assert answer(connection).startswith(b"!xr")


def test_a_numpy_scalar_is_the_double_it_shows(connection: socket.socket) -> None:
    connection.sendall(ECHO % b"dnp.float64(1.5)")
    assert answer(connection) == b"!yd1.5\n"


def test_a_name_that_nobody_has_is_a_package(connection: socket.socket) -> None:
    for name in (b"_fqn", b"", b"..", b"a" * 10_000):
        connection.sendall(b"r\nu\n" + name + b"\nrj\ne\n")
        assert answer(connection) == b"!yp\n"


def test_calls_that_nest_without_end_fail_at_the_limit(connection: socket.socket) -> None:
    for _ in range(100):
        connection.sendall(b"c\nt\nask\nfp0;test.Function\ni1\ne\n")
        line = answer(connection)
        if line.startswith(b"!x"):
            break
        assert line == b"c\n"
        assert [answer(connection) for _ in range(4)] == [b"p0\n", b"apply\n", b"i1\n", b"e\n"]
    assert line.startswith(b"!xro")
    connection.sendall(b"p\n" + line[2:].strip() + b"\ne\n")
    assert b"depth_max" in answer(connection)


def test_an_array_of_absurd_size_is_refused(connection: socket.socket) -> None:
    for lengths in (b"i2147483647\n", b"i10000\n" * 8, b"i-1\n", b"i1\n" * 200, b"sx\n"):
        connection.sendall(b"a\nc\nsjava.lang.Object\n" + lengths + b"e\n")
        assert answer(connection).startswith(b"!x")


@pytest.mark.leaves("the Python object of the call that was refused unread")
def test_unpinned_calls_that_nest_without_end_fail_at_the_limit(start_peer: PeerStarter) -> None:
    client = unpinned_client(start_peer("--unpinned", "--connections-max", "10"))

    class Nesting:
        def apply(self, value: int) -> int:
            return int(client.entry_point.ask(self, value + 1))

        class Java:
            implements = ("test.Function",)

    with pytest.raises(Py4JError):
        client.entry_point.ask(Nesting(), 0)
    assert client.entry_point.greet("you") == "Hello you"


@pytest.mark.parametrize("end", [socket.socket.close, reset, half_close])
def test_a_client_that_goes_away_within_a_callback_leaves_no_object(
    start_peer: PeerStarter, end: Callable[[socket.socket], None]
) -> None:
    peer = start_peer()
    for _ in range(10):
        lost = authenticated(peer)
        lost.sendall(b"c\nt\nask\nfp0;test.Function\nrt\ne\n")
        assert answer(lost) == b"c\n"
        end(lost)
    client = pinned_client(peer)
    # The last connection's end may come to the server's notice after this client's first call.
    deadline = time.monotonic() + 10
    while (objects := client.entry_point.objects()) and time.monotonic() < deadline:
        pass
    assert objects == 0


def test_a_wrong_answer_to_a_callback_is_an_error_of_that_call(connection: socket.socket) -> None:
    for wrong in (b"!yq\n", b"!\n", b"!y\n", b"!yro99\n", b"!x\n", b"!z\n"):
        connection.sendall(b"c\nt\nask\nfp0;test.Function\ni1\ne\n")
        assert [answer(connection) for _ in range(5)][-1] == b"e\n"
        connection.sendall(wrong)
        line = answer(connection)
        assert line.startswith((b"!x", b"!yn", b"!yv")), wrong


KILLED_WITHIN_A_CALLBACK = """
import os, signal, sys
from gateway.peer_process import pinned_client, unpinned_client

class Killer:
    def apply(self, value):
        os.kill(os.getpid(), signal.SIGKILL)

    class Java:
        implements = ["test.Function"]

class Address:
    port = int(sys.argv[2])
    joined = staticmethod(lambda client: client)

client = unpinned_client(Address) if sys.argv[1] == "--unpinned" else pinned_client(Address)
client.entry_point.ask(Killer(), client.jvm.test.Tracked())
"""


@pytest.mark.parametrize("kind", ["--pinned", "--unpinned"])
def test_what_a_client_held_that_is_killed_within_a_callback_is_forgotten_after_a_time(
    start_peer: PeerStarter, kind: str
) -> None:
    peer = start_peer(kind, "--orphans-ms", "1")
    tests = Path(__file__).resolve().parents[1]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_WITHIN_A_CALLBACK, kind, str(peer.port)],
        cwd=tests,
        timeout=END_S,
    )
    assert killed.returncode == -signal.SIGKILL
    deadline = time.monotonic() + END_S
    alive = 1
    while alive and time.monotonic() < deadline:
        client = pinned_client(peer)
        assert client.entry_point.greet("you") == "Hello you"
        alive = client.jvm.test.Tracked.alive()
        client.close()
    assert alive == 0


def limit_descriptors(peer: Peer, count: int) -> None:
    """Leaves the peer that many descriptors in all."""
    resource.prlimit(peer.process.pid, resource.RLIMIT_NOFILE, (count, count))


def test_strangers_that_use_up_the_descriptors_keep_nobody_out(start_peer: PeerStarter) -> None:
    peer = start_peer()
    limit_descriptors(peer, 40)
    strangers = [peer.raw() for _ in range(100)]
    client = pinned_client(peer)
    assert client.entry_point.greet("you") == "Hello you"
    for stranger in strangers:
        stranger.close()


def count_descriptors(peer: Peer) -> int:
    """How many descriptors the peer has open."""
    return len(os.listdir(f"/proc/{peer.process.pid}/fd"))


def test_who_got_the_last_descriptor_keeps_it_while_nobody_else_comes(
    start_peer: PeerStarter,
) -> None:
    peer = start_peer()
    limit = count_descriptors(peer) + 1
    limit_descriptors(peer, limit)
    last = peer.raw()
    deadline = time.monotonic() + END_S
    while count_descriptors(peer) < limit and time.monotonic() < deadline:
        pass
    last.sendall(b"A\nsecret\n")
    assert answer(last) == b"!yv\n"
    last.close()


def test_a_client_for_which_there_is_no_thread_is_told_so(start_peer: PeerStarter) -> None:
    peer = start_peer()
    served = authenticated(peer)
    served.sendall(ECHO % b"i1")
    assert answer(served) == b"!yi1\n"  # Its thread is there.
    statm = Path(f"/proc/{peer.process.pid}/statm").read_text()
    pages = int(statm.split()[0]) + 256  # A megabyte more: less than the stack of a thread.
    unlimited = resource.prlimit(peer.process.pid, resource.RLIMIT_AS)
    resource.prlimit(peer.process.pid, resource.RLIMIT_AS, (pages * PAGE_BYTES, unlimited[1]))
    refused = pinned_client(peer)
    with pytest.raises(Py4JError, match="no thread for one more connection"):
        refused.entry_point.echo(1)
    served.sendall(b"c\nt\nrefused\ne\n")
    assert answer(served) == b"!yL1\n"
    resource.prlimit(peer.process.pid, resource.RLIMIT_AS, unlimited)
    assert refused.entry_point.greet("you") == "Hello you"
    served.close()


def test_a_client_waits_while_clients_use_up_the_descriptors(start_peer: PeerStarter) -> None:
    peer = start_peer()
    limit_descriptors(peer, 40)
    served: list[socket.socket] = []
    while count_descriptors(peer) < 40:
        served.append(authenticated(peer))
    waiting = peer.raw()
    waiting.sendall(b"A\nsecret\n")
    assert peer.process.stderr
    assert "cannot accept a connection" in peer.process.stderr.readline()
    served[0].sendall(ECHO % b"i1")
    assert answer(served[0]) == b"!yi1\n"
    served.pop().close()
    assert answer(waiting) == b"!yv\n"
    for connection in [waiting, *served]:
        connection.close()
