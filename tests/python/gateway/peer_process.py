# SPDX-License-Identifier: Apache-2.0
"""A gateway over a few C++ classes in a process of its own, and the real py4j client against it, in
the client's two ways: pinned (ClientServer) and unpinned (JavaGateway)."""

from __future__ import annotations

import gc
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from py4j.clientserver import ClientServer, JavaParameters, PythonParameters
from py4j.java_gateway import CallbackServerParameters, GatewayParameters, JavaGateway
from py4j.protocol import Py4JError

TOKEN = "secret"
END_S = 20


class Peer:
    """The gateway's process."""

    def __init__(self, executable: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [executable, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        first_line = self.process.stdout.readline()
        self.port = int(first_line) if first_line else 0
        self.output: tuple[str, str] | None = None
        self.clients: list[JavaGateway] = []
        self.had_raw_connections = False

    def joined(self, client: JavaGateway) -> JavaGateway:
        """Takes note of a client: nothing of it may be left at the end, when it is closed."""
        self.clients.append(client)
        return client

    def raw(self) -> socket.socket:
        """A connection without py4j."""
        self.had_raw_connections = True
        return socket.create_connection(("127.0.0.1", self.port), timeout=END_S)

    def stop(self) -> tuple[str, str]:
        """Ends the process and returns what it printed since its port. Harmless when repeated."""
        if self.output is None:
            self.output = self.process.communicate(timeout=END_S)
        return self.output

    def check_nothing_is_left(self) -> None:
        """Waits until neither side holds an object of the other one. Nobody deletes what calls on
        raw connections returned, hence it does not count."""
        end = time.monotonic() + END_S
        while (left := self._left()) and time.monotonic() < end:
            time.sleep(0.01)
        assert not left, left

    def _left(self) -> str:
        gc.collect()
        try:
            for client in self.clients:
                client.jvm.System.gc()  # Tells Python of the proxies that C++ dropped.
            proxies = sum(len(client.gateway_property.pool) for client in self.clients)
            objects = self.clients[0].entry_point.objects() if self.clients else 0
        except Py4JError as error:
            return f"a client is not served: {error}"
        if self.had_raw_connections:
            objects = 0
        return f"{objects} C++ objects, {proxies} Python objects" if objects or proxies else ""

    def close_clients(self) -> None:
        """Ends the clients, and with them their callback servers."""
        for client in self.clients:
            client.close()


PeerStarter = Callable[..., Peer]


def authenticated(peer: Peer) -> socket.socket:
    """A raw connection that has presented the token."""
    connection = peer.raw()
    connection.sendall(b"A\nsecret\n")
    assert connection.recv(100) == b"!yv\n"
    return connection


def pinned_client(peer: Peer, token: str = TOKEN) -> ClientServer:
    """Calls from C++ come on the calling connection; no callback server is started."""
    return peer.joined(
        ClientServer(
            JavaParameters(port=peer.port, auth_token=token, auto_convert=True),
            PythonParameters(eager_load=False, port=0),
        )
    )


def unpinned_client(peer: Peer, callback_token: str | None = TOKEN) -> JavaGateway:
    """Calls from C++ come to a callback server on a free port, of which the gateway is told."""
    gateway = JavaGateway(
        gateway_parameters=GatewayParameters(port=peer.port, auth_token=TOKEN, auto_convert=True),
        callback_server_parameters=CallbackServerParameters(port=0, auth_token=callback_token),
    )
    server = gateway.java_gateway_server
    server.resetCallbackClient(
        server.getCallbackClient().getAddress(), gateway.get_callback_server().get_listening_port()
    )
    return peer.joined(gateway)
