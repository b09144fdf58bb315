# SPDX-License-Identifier: Apache-2.0
"""The parameters of py4j's clients, each with what it does against a gateway. Addresses and IPv6,
`ssl_context` and tokens are in test_tls.py and test_life.py."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from gateway.peer_process import END_S, TOKEN, Peer, PeerStarter, unpinned_client
from py4j.clientserver import ClientServer, JavaParameters, PythonParameters
from py4j.java_gateway import (
    CallbackServerParameters,
    GatewayParameters,
    JavaGateway,
    set_field,
)
from py4j.protocol import Py4JError, Py4JJavaError

Connect = Callable[..., JavaGateway]


class Asked:
    """Called by C++; remembers the thread."""

    def __init__(self, answer: Callable[[Any], Any] = lambda value: value) -> None:
        self.answer = answer
        self.thread: threading.Thread | None = None

    def apply(self, value: Any) -> Any:
        self.thread = threading.current_thread()
        return self.answer(value)

    class Java:
        implements = ("test.Function",)


@pytest.fixture(params=["GatewayParameters", "JavaParameters"])
def connect(request: pytest.FixtureRequest, start_peer: PeerStarter) -> Connect:
    """Connects a client with such parameters."""

    def with_gateway_parameters(**parameters: Any) -> JavaGateway:
        peer = start_peer("--unpinned")
        return peer.joined(
            JavaGateway(
                gateway_parameters=GatewayParameters(port=peer.port, auth_token=TOKEN, **parameters)
            )
        )

    def with_java_parameters(**parameters: Any) -> JavaGateway:
        peer = start_peer()
        return peer.joined(
            ClientServer(
                JavaParameters(port=peer.port, auth_token=TOKEN, **parameters),
                PythonParameters(eager_load=False, port=0),
            )
        )

    return with_gateway_parameters if request.param == "GatewayParameters" else with_java_parameters


def test_auto_field_reads_fields_as_attributes(connect: Connect) -> None:
    client = connect(auto_field=True)
    peer = client.jvm.test.Peer()
    assert (peer.field10, peer.field11) == (10, 11)
    set_field(peer, "field11", 12)
    assert peer.field11 == 12
    assert "field11" in dir(peer)
    assert peer.greet("you") == "Hello you"


def test_auto_convert_turns_python_containers_into_javas(connect: Connect) -> None:
    client = connect(auto_convert=True)
    assert client.entry_point.sum([1, 2.5]) == 3.5
    without = connect(auto_convert=False)
    with pytest.raises(AttributeError):
        without.entry_point.sum([1, 2.5])


def test_eager_load_calls_the_gateway_at_once(connect: Connect, start_peer: PeerStarter) -> None:
    client = connect(eager_load=True)
    assert client.entry_point.echo(1) == 1


@pytest.mark.leaves("the client deletes nothing")
def test_without_memory_management_objects_stay(connect: Connect) -> None:
    client = connect(enable_memory_management=False)
    client.jvm.test.Tracked()
    gc.collect()
    assert client.jvm.test.Tracked.alive() == 1


def test_a_client_that_gives_up_waiting_leaves_a_gateway_that_serves(
    connect: Connect, start_peer: PeerStarter
) -> None:
    client = connect(read_timeout=0.2, enable_memory_management=False)
    with pytest.raises(Py4JError):
        client.entry_point.wait()
    client.entry_point.open()
    assert client.entry_point.echo("still") == "still"


def test_auto_close_closes_the_connections_with_the_client(start_peer: PeerStarter) -> None:
    peer = start_peer("--unpinned", "--connections-max", "1")
    for _ in range(3):  # Each could not connect if the one before were still there.
        client = JavaGateway(
            gateway_parameters=GatewayParameters(
                port=peer.port, auth_token=TOKEN, auto_close=True, enable_memory_management=False
            )
        )
        assert client.entry_point.echo(1) == 1
        client.close()
        del client
        gc.collect()


def test_pinned_clients_may_collect_garbage_on_their_own_connection(
    start_peer: PeerStarter,
) -> None:
    peer = start_peer()
    client = peer.joined(
        ClientServer(
            JavaParameters(
                port=peer.port, auth_token=TOKEN, auto_gc=True, daemonize_memory_management=True
            ),
            PythonParameters(eager_load=False, port=0, auto_gc=True),
        )
    )
    client.jvm.test.Tracked()
    gc.collect()
    alive = client.jvm.test.Tracked.alive
    end = threading.Event()
    for _ in range(1000):
        if alive() == 0:
            break
        end.wait(0.01)
    assert alive() == 0


def with_callbacks(peer: Peer, **parameters: Any) -> JavaGateway:
    """A client whose callback server has these parameters."""
    client = peer.joined(
        JavaGateway(
            gateway_parameters=GatewayParameters(port=peer.port, auth_token=TOKEN),
            callback_server_parameters=CallbackServerParameters(port=0, **parameters),
        )
    )
    if not parameters.get("eager_load", True):
        client.start_callback_server()
    server = client.get_callback_server()
    assert server
    client.java_gateway_server.resetCallbackClient(
        client.java_gateway_server.getCallbackClient().getAddress(), server.get_listening_port()
    )
    return client


@pytest.mark.parametrize(
    "parameters",
    [
        {"daemonize": True, "daemonize_connections": True},
        {"eager_load": False},
        {"accept_timeout": 0.05},
        {"address": "127.0.0.1"},
    ],
    ids=lambda parameters: next(iter(parameters)),
)
def test_callbacks_arrive_whatever_the_callback_server_is_told(
    start_peer: PeerStarter, parameters: dict[str, Any]
) -> None:
    client = with_callbacks(start_peer("--unpinned"), auth_token=TOKEN, **parameters)
    asked = Asked()
    assert [client.entry_point.ask(asked, number) for number in range(3)] == [0, 1, 2]
    assert asked.thread
    assert asked.thread.daemon == parameters.get("daemonize_connections", False)


def test_a_callback_connection_that_python_closed_is_opened_anew(start_peer: PeerStarter) -> None:
    client = with_callbacks(start_peer("--unpinned"), auth_token=TOKEN, read_timeout=0.1)
    asked = Asked()
    assert client.entry_point.ask(asked, 1) == 1
    first = asked.thread
    assert first
    first.join(END_S)  # Python gives the silent connection up, and its thread ends.
    assert client.entry_point.ask(asked, 2) == 2
    assert asked.thread is not first


def pinned_with_callbacks(peer: Peer, **parameters: Any) -> JavaGateway:
    """A pinned client that has a callback server as well, with these PythonParameters."""
    client = peer.joined(
        ClientServer(
            JavaParameters(port=peer.port, auth_token=TOKEN),
            PythonParameters(port=0, **parameters),
        )
    )
    server = client.get_callback_server()
    assert server
    client.java_gateway_server.resetCallbackClient(
        client.jvm.java.net.InetAddress.getByName("127.0.0.1"),
        server.get_listening_port(),
    )
    return client


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"auth_token": TOKEN},
        {"auth_token": TOKEN, "daemonize": True, "daemonize_connections": True},
        {"auth_token": TOKEN, "accept_timeout": 0.05},
    ],
    ids=lambda parameters: list(parameters)[-1] if parameters else "no token",
)
def test_a_thread_of_cpp_calls_the_callback_server_of_a_pinned_client(
    start_peer: PeerStarter, parameters: dict[str, Any]
) -> None:
    client = pinned_with_callbacks(start_peer(), **parameters)
    here, elsewhere = Asked(), Asked()
    for number in range(3):
        assert client.entry_point.ask_elsewhere(elsewhere, number) == number
        assert client.entry_point.ask(here, number) == number
    assert here.thread is threading.current_thread()
    assert elsewhere.thread not in (None, here.thread)


@pytest.mark.leaves("Python's object: C++ cannot tell Python that it dropped it")
def test_a_pinned_client_may_want_another_token_of_cpp(start_peer: PeerStarter) -> None:
    client = pinned_with_callbacks(start_peer(), auth_token="another")
    with pytest.raises(Py4JJavaError, match=r"py4j\.Py4JNetworkException"):
        client.entry_point.ask_elsewhere(Asked(), 1)
    assert client.entry_point.ask(Asked(), 1) == 1


def test_a_pinned_clients_callback_connection_that_timed_out_is_replaced(
    start_peer: PeerStarter,
) -> None:
    client = pinned_with_callbacks(start_peer(), auth_token=TOKEN, read_timeout=0.1)
    asked = Asked()
    assert client.entry_point.ask_elsewhere(asked, 1) == 1
    first = asked.thread
    assert first
    first.join(END_S)  # Python gives the silent connection up, and its thread ends.
    assert not first.is_alive()
    assert client.entry_point.ask_elsewhere(asked, 2) == 2
    assert asked.thread is not first


def test_a_java_gateway_calls_and_is_called_back_over_ipv6(start_peer: PeerStarter) -> None:
    peer = start_peer("--address", "::1", "--unpinned")
    client = peer.joined(
        JavaGateway(
            gateway_parameters=GatewayParameters(address="::1", port=peer.port, auth_token=TOKEN),
            callback_server_parameters=CallbackServerParameters(
                address="::1", port=0, auth_token=TOKEN
            ),
        )
    )
    server = client.get_callback_server()
    assert server
    client.java_gateway_server.resetCallbackClient(
        client.jvm.java.net.InetAddress.getByName("::1"), server.get_listening_port()
    )
    assert client.entry_point.greet("you") == "Hello you"
    assert client.entry_point.ask(Asked(), 1) == 1
    assert client.entry_point.ask_elsewhere(Asked(), 2) == 2


@pytest.mark.parametrize("pinned", [True, False])
def test_errors_of_cpp_pass_through_python_as_themselves(
    start_peer: PeerStarter, pinned: bool
) -> None:
    if pinned:
        peer = start_peer()
        client = peer.joined(
            ClientServer(
                JavaParameters(port=peer.port, auth_token=TOKEN),
                PythonParameters(eager_load=False, port=0, propagate_java_exceptions=True),
            )
        )
    else:
        client = with_callbacks(
            start_peer("--unpinned"), auth_token=TOKEN, propagate_java_exceptions=True
        )

    def fail(_: Any) -> Any:
        client.entry_point.fail_with_cause()

    with pytest.raises(Py4JJavaError) as caught:
        client.entry_point.ask(Asked(fail), 1)
    assert caught.value.java_exception.getClass().getName() == "test.OuterException"
    assert caught.value.java_exception.getCause().getMessage() == "inner"


def test_a_callback_server_without_a_token_of_its_own_takes_the_clients(
    start_peer: PeerStarter,
) -> None:
    client = unpinned_client(start_peer("--unpinned"))
    assert client.entry_point.ask(Asked(), 3) == 3


@pytest.mark.parametrize(
    ("given", "told"),
    [("127.0.0.2", {"127.0.0.2"}), ("localhost", {"127.0.0.1", "::1"}), ("::1", {"::1"})],
)
def test_the_gateway_tells_the_address_that_it_listens_on(
    start_peer: PeerStarter, given: str, told: set[str]
) -> None:
    peer = start_peer("--unpinned", "--address", given)
    client = peer.joined(
        JavaGateway(
            gateway_parameters=GatewayParameters(address=given, port=peer.port, auth_token=TOKEN)
        )
    )
    server = client.java_gateway_server
    assert server.getAddress().getHostAddress() in told
    assert server.getPort() == peer.port
