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
from py4j.java_gateway import CallbackServerParameters, GatewayParameters, JavaGateway
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
        return JavaGateway(
            gateway_parameters=GatewayParameters(port=peer.port, auth_token=TOKEN, **parameters)
        )

    def with_java_parameters(**parameters: Any) -> JavaGateway:
        return ClientServer(
            JavaParameters(port=start_peer().port, auth_token=TOKEN, **parameters),
            PythonParameters(eager_load=False, port=0),
        )

    return with_gateway_parameters if request.param == "GatewayParameters" else with_java_parameters


def test_auto_field_reads_fields_as_attributes(connect: Connect) -> None:
    client = connect(auto_field=True)
    assert client.entry_point.field10 == 10
    client.entry_point.field11 = 12
    client.close()


def test_auto_convert_turns_python_containers_into_javas(connect: Connect) -> None:
    client = connect(auto_convert=True)
    assert client.entry_point.sum([1, 2.5]) == 3.5
    client.close()
    without = connect(auto_convert=False)
    with pytest.raises(AttributeError):
        without.entry_point.sum([1, 2.5])
    without.close()


def test_eager_load_calls_the_gateway_at_once(connect: Connect, start_peer: PeerStarter) -> None:
    client = connect(eager_load=True)
    assert client.entry_point.echo(1) == 1
    client.close()


def test_without_memory_management_objects_stay(connect: Connect) -> None:
    client = connect(enable_memory_management=False)
    client.jvm.test.Tracked()
    gc.collect()
    assert client.jvm.test.Tracked.alive() == 1
    client.close()


def test_a_client_that_gives_up_waiting_leaves_a_gateway_that_serves(
    connect: Connect, start_peer: PeerStarter
) -> None:
    client = connect(read_timeout=0.2, enable_memory_management=False)
    with pytest.raises(Py4JError):
        client.entry_point.wait()
    client.entry_point.open()
    assert client.entry_point.echo("still") == "still"
    client.close()


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
    client = ClientServer(
        JavaParameters(
            port=peer.port, auth_token=TOKEN, auto_gc=True, daemonize_memory_management=True
        ),
        PythonParameters(eager_load=False, port=0, auto_gc=True),
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
    client.close()


def with_callbacks(peer: Peer, **parameters: Any) -> JavaGateway:
    """A client whose callback server has these parameters."""
    client = JavaGateway(
        gateway_parameters=GatewayParameters(port=peer.port, auth_token=TOKEN),
        callback_server_parameters=CallbackServerParameters(port=0, **parameters),
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
    client.close()
    client.shutdown_callback_server()


def test_a_callback_connection_that_python_closed_is_opened_anew(start_peer: PeerStarter) -> None:
    client = with_callbacks(start_peer("--unpinned"), auth_token=TOKEN, read_timeout=0.1)
    asked = Asked()
    assert client.entry_point.ask(asked, 1) == 1
    first = asked.thread
    assert first
    first.join(END_S)  # Python gives the silent connection up, and its thread ends.
    assert client.entry_point.ask(asked, 2) == 2
    assert asked.thread is not first
    client.close()
    client.shutdown_callback_server()


@pytest.mark.parametrize("pinned", [True, False])
def test_errors_of_cpp_pass_through_python_as_themselves(
    start_peer: PeerStarter, pinned: bool
) -> None:
    if pinned:
        client: JavaGateway = ClientServer(
            JavaParameters(port=start_peer().port, auth_token=TOKEN),
            PythonParameters(eager_load=False, port=0, propagate_java_exceptions=True),
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
    client.close()
    if not pinned:
        client.shutdown_callback_server()


def test_a_callback_server_without_a_token_of_its_own_takes_the_clients(
    start_peer: PeerStarter,
) -> None:
    client = unpinned_client(start_peer("--unpinned"))
    assert client.entry_point.ask(Asked(), 3) == 3
    client.close()
    client.shutdown_callback_server()


@pytest.mark.parametrize(
    ("given", "told"),
    [("127.0.0.2", {"127.0.0.2"}), ("localhost", {"127.0.0.1", "::1"}), ("::1", {"::1"})],
)
def test_the_gateway_tells_the_address_that_it_listens_on(
    start_peer: PeerStarter, given: str, told: set[str]
) -> None:
    peer = start_peer("--unpinned", "--address", given)
    client = JavaGateway(
        gateway_parameters=GatewayParameters(address=given, port=peer.port, auth_token=TOKEN)
    )
    server = client.java_gateway_server
    assert server.getAddress().getHostAddress() in told
    assert server.getPort() == peer.port
    client.close()
