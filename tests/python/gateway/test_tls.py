# SPDX-License-Identifier: Apache-2.0
"""TLS both ways with the client's `ssl_context`: calls, callbacks, and what a wrong certificate
brings on either side."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from gateway.peer_process import END_S, TOKEN, Peer, PeerStarter
from py4j.clientserver import ClientServer, JavaParameters, PythonParameters
from py4j.java_gateway import CallbackServerParameters, GatewayParameters, JavaGateway
from py4j.protocol import Py4JError, Py4JJavaError

PEMS = Path(__file__).resolve().parents[2] / "support" / "tls"


def pem(name: str) -> str:
    """The path of one of the test certificates or keys."""
    return str(PEMS / name)


SERVER = ("--certificate", pem("gateway.pem"), "--key", pem("gateway.key"))
CALLBACKS = ("--callback-authorities", pem("authority.pem"))


def client_context(authority: str = "authority.pem", own: str | None = None) -> ssl.SSLContext:
    """Trusts one authority and checks the host name."""
    context = ssl.create_default_context(cafile=pem(authority))
    if own:
        context.load_cert_chain(pem(f"{own}.pem"), pem(f"{own}.key"))
    return context


def server_context(own: str = "gateway") -> ssl.SSLContext:
    """What Python's callback server presents."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem(f"{own}.pem"), pem(f"{own}.key"))
    return context


def of_version(context: ssl.SSLContext, version: ssl.TLSVersion) -> ssl.SSLContext:
    """Limits a context to one version of TLS."""
    context.minimum_version = context.maximum_version = version
    return context


def tls_client(
    peer: Peer,
    callbacks: ssl.SSLContext | None = None,
    calls: ssl.SSLContext | None = None,
) -> JavaGateway:
    """A JavaGateway that speaks TLS, with a callback server on a free port."""
    gateway = JavaGateway(
        gateway_parameters=GatewayParameters(
            port=peer.port, auth_token=TOKEN, ssl_context=calls or client_context()
        ),
        callback_server_parameters=CallbackServerParameters(
            port=0, auth_token=TOKEN, ssl_context=callbacks or server_context()
        ),
    )
    server = gateway.java_gateway_server
    server.resetCallbackClient(
        server.getCallbackClient().getAddress(), gateway.get_callback_server().get_listening_port()
    )
    return peer.joined(gateway)


class Doubler:
    """Called from C++."""

    def apply(self, value: int) -> int:
        return 2 * value

    class Java:
        implements = ["test.Function"]  # noqa: RUF012


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_java_gateway_calls_and_is_called_back_over_tls(
    start_peer: PeerStarter, version: ssl.TLSVersion
) -> None:
    client = tls_client(
        start_peer("--unpinned", *SERVER, *CALLBACKS),
        callbacks=of_version(server_context(), version),
        calls=of_version(client_context(), version),
    )
    assert client.entry_point.greet("you") == "Hello you"
    text = client.jvm.java.lang.StringBuffer("\r\n\tHello\r\n\t")
    assert text.toString() == "\r\n\tHello\r\n\t"
    assert client.entry_point.echo(bytes(1_000_000)) == bytes(1_000_000)
    assert [client.entry_point.ask(Doubler(), i) for i in range(3)] == [0, 2, 4]


def test_a_pinned_client_is_called_back_on_its_own_tls_connection(start_peer: PeerStarter) -> None:
    peer = start_peer(*SERVER)
    client = peer.joined(
        ClientServer(
            JavaParameters(port=peer.port, auth_token=TOKEN, ssl_context=client_context()),
            PythonParameters(eager_load=False, port=0),
        )
    )
    assert client.entry_point.ask(Doubler(), 21) == 42
    client.jvm.System.gc()  # py4j gives up the connection after a stream, and what C++ would tell.
    with client.entry_point.memory.stream(100_000) as connection:
        assert connection.read(100_000) == b"\7" * 100_000


def test_a_thread_of_cpp_calls_a_pinned_client_over_tls(start_peer: PeerStarter) -> None:
    peer = start_peer(*SERVER, *CALLBACKS)
    client = peer.joined(
        ClientServer(
            JavaParameters(port=peer.port, auth_token=TOKEN, ssl_context=client_context()),
            PythonParameters(port=0, auth_token=TOKEN, ssl_context=server_context()),
        )
    )
    server = client.get_callback_server()
    assert server
    client.java_gateway_server.resetCallbackClient(
        client.jvm.java.net.InetAddress.getByName("127.0.0.1"), server.get_listening_port()
    )
    assert client.entry_point.ask(Doubler(), 1) == 2
    assert [client.entry_point.ask_elsewhere(Doubler(), i) for i in range(3)] == [0, 2, 4]


def test_a_client_that_is_silent_for_too_long_over_tls_is_closed(start_peer: PeerStarter) -> None:
    peer = start_peer(*SERVER, "--read-ms", "100")
    with client_context().wrap_socket(peer.raw(), server_hostname="127.0.0.1") as connection:
        connection.sendall(b"A\nsecret\n")
        assert connection.recv(100) == b"!yv\n"
        with suppress(ConnectionResetError, ssl.SSLError):
            assert connection.recv(100) == b""


def test_a_callback_over_tls_that_takes_too_long_is_given_up(start_peer: PeerStarter) -> None:
    given_up = threading.Event()

    class Slow(Doubler):
        def apply(self, value: int) -> int:
            given_up.wait(END_S)
            return value

    client = tls_client(start_peer("--unpinned", *SERVER, *CALLBACKS, "--callback-read-ms", "100"))
    with pytest.raises(Py4JJavaError, match="silent for too long"):
        client.entry_point.ask(Slow(), 1)
    given_up.set()
    assert client.entry_point.ask(Doubler(), 1) == 2


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_an_old_protocol_is_refused(start_peer: PeerStarter) -> None:
    context = client_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    peer = start_peer(*SERVER)
    with context.wrap_socket(peer.raw(), server_hostname="127.0.0.1") as connection:
        assert connection.version() in ("TLSv1.2", "TLSv1.3")
    context.set_ciphers("ALL:@SECLEVEL=0")
    of_version(context, ssl.TLSVersion.TLSv1_1)
    with pytest.raises(ssl.SSLError):
        context.wrap_socket(peer.raw(), server_hostname="127.0.0.1")


def check_admitted(peer: Peer, context: ssl.SSLContext) -> None:
    """A client with this context is served; by then the server has dealt with those before it."""
    with context.wrap_socket(peer.raw(), server_hostname="127.0.0.1") as connection:
        connection.sendall(b"A\nsecret\n")
        assert connection.recv(100) == b"!yv\n"


def test_a_client_that_does_not_trust_us_is_told_of_in_the_log(start_peer: PeerStarter) -> None:
    peer = start_peer(*SERVER)
    with pytest.raises(ssl.SSLCertVerificationError):
        client_context("stranger.pem").wrap_socket(peer.raw(), server_hostname="127.0.0.1")
    check_admitted(peer, client_context())
    _, err = peer.stop()
    assert "it does not trust our certificate" in err
    assert "load_verify_locations" in err


def test_a_client_without_tls_is_told_of_in_the_log(start_peer: PeerStarter) -> None:
    peer = start_peer(*SERVER)
    with peer.raw() as plain, suppress(ConnectionResetError):
        plain.sendall(b"A\nsecret\n")
        while plain.recv(100):
            pass
    _, err = peer.stop()
    assert "it does not speak TLS; its GatewayParameters need an ssl_context" in err


@pytest.mark.parametrize(
    ("own", "reason"),
    [(None, "it presented no certificate"), ("stranger", "its certificate is refused")],
)
def test_a_client_must_present_a_certificate_where_that_is_asked_for(
    start_peer: PeerStarter, own: str | None, reason: str
) -> None:
    peer = start_peer(*SERVER, "--client-authorities", pem("authority.pem"))
    with (
        pytest.raises(OSError),  # A reset or an alert, whichever is faster.
        client_context(own=own).wrap_socket(peer.raw(), server_hostname="127.0.0.1") as refused,
    ):
        refused.sendall(b"A\nsecret\n")
        if not refused.recv(100):
            raise ConnectionResetError
    check_admitted(peer, client_context(own="elsewhere"))
    assert reason in peer.stop()[1]


@pytest.mark.leaves("Python's object: C++ cannot tell Python that it dropped it")
@pytest.mark.parametrize(
    "own", ["stranger", "elsewhere"], ids=["another authority", "another host"]
)
def test_a_callback_server_with_a_wrong_certificate_is_an_error_that_says_what_to_do(
    start_peer: PeerStarter, own: str
) -> None:
    client = tls_client(start_peer("--unpinned", *SERVER, *CALLBACKS), server_context(own))
    with pytest.raises(Py4JJavaError, match=r"certificate is refused.*callback_tls->"):
        client.entry_point.ask(Doubler(), 1)


def test_the_host_name_of_a_callback_server_may_be_given(start_peer: PeerStarter) -> None:
    options = ("--callback-host", "elsewhere.example")
    peer = start_peer("--unpinned", *SERVER, *CALLBACKS, *options)
    client = tls_client(peer, server_context("elsewhere"))
    assert client.entry_point.ask(Doubler(), 1) == 2


def test_connections_that_do_not_shake_hands_hold_up_nobody(start_peer: PeerStarter) -> None:
    peer = start_peer(*SERVER, "--token-ms", "300")
    silent = [peer.raw() for _ in range(20)]
    silent[0].sendall(b"\x16\x03\x01\x02\x00\x01")  # A handshake that breaks off.
    context = client_context()
    with context.wrap_socket(peer.raw(), server_hostname="127.0.0.1") as connection:
        connection.sendall(b"A\nsecret\n")
        assert connection.recv(100) == b"!yv\n"
    for stranger in silent:
        stranger.settimeout(END_S)
        assert stranger.recv(100) == b""
        stranger.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--certificate", "/no/such.pem", "--key", pem("gateway.key")), "cannot be opened"),
        (("--certificate", pem("make.bash"), "--key", pem("gateway.key")), "holds no certificate"),
        (("--certificate", pem("gateway.pem"), "--key", pem("gateway.pem")), "no private key"),
        (
            ("--certificate", pem("gateway.pem"), "--key", pem("stranger.key")),
            "does not belong to the certificate",
        ),
    ],
)
def test_a_certificate_that_cannot_be_used_is_an_error_that_names_it(
    start_peer: PeerStarter, options: tuple[str, ...], message: str
) -> None:
    peer = start_peer(*options)
    _, err = peer.stop()
    assert peer.process.returncode == 1
    assert message in err
    assert "TlsServer::" in err


def test_the_gateway_listens_on_ipv6_and_on_host_names(start_peer: PeerStarter) -> None:
    for address in ("::1", "localhost"):
        peer = start_peer("--address", address, *SERVER)
        plain = socket.create_connection((address, peer.port), timeout=END_S)
        with client_context().wrap_socket(plain, server_hostname=address) as connection:
            connection.sendall(b"A\nsecret\n")
            assert connection.recv(100) == b"!yv\n"
    with pytest.raises((Py4JError, OSError)):
        JavaGateway(
            gateway_parameters=GatewayParameters(address="127.0.0.2", port=peer.port)
        ).entry_point.greet("you")
