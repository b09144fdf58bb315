# SPDX-License-Identifier: Apache-2.0
"""C++ calls Python: on the calling connection or through the callback server, nested, from other
threads, with errors, and with the release of what C++ no longer holds."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from gateway.peer_process import END_S, PeerStarter, pinned_client, unpinned_client
from py4j.clientserver import ClientServer
from py4j.java_gateway import JavaGateway
from py4j.protocol import Py4JJavaError


class Function:
    """A Python object that C++ may call."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def apply(self, value: Any) -> Any:
        return self.function(value)

    class Java:
        implements = ("test.Function",)


def test_python_answers_a_call_of_cpp(gateway: JavaGateway) -> None:
    assert gateway.entry_point.ask(Function(lambda value: value * 2), 21) == 42
    assert gateway.entry_point.ask(Function(lambda value: None), 1) is None
    assert gateway.entry_point.ask(Function(lambda value: value), b"bytes\n") == b"bytes\n"


def test_a_callback_may_call_cpp_which_calls_back_again(gateway: JavaGateway) -> None:
    peer = gateway.entry_point

    def descend(depth: int) -> int:
        return 1 + peer.ask(Function(descend), depth - 1) if depth else 0

    assert peer.ask(Function(descend), 20) == 20


def test_an_object_of_cpp_goes_to_python_and_back(gateway: JavaGateway) -> None:
    java_list = gateway.entry_point.strings(2)
    seen: list[list[str]] = []

    def look(value: Any) -> Any:
        seen.append(list(value))
        return value

    back = gateway.entry_point.ask(Function(look), java_list)
    assert seen == [["0", "1"]]
    assert back == java_list


def test_a_proxy_that_python_returns_can_be_passed_on(gateway: JavaGateway) -> None:
    inner = Function(lambda value: value + 1)
    proxy = gateway.entry_point.ask(Function(lambda value: inner), 0)
    assert gateway.entry_point.ask(proxy, 1) == 2
    assert proxy.apply(5) == 6


def test_an_error_in_python_arrives_with_its_traceback(gateway: JavaGateway) -> None:
    def fail(value: int) -> int:
        raise ValueError("from python")

    with pytest.raises(Py4JJavaError) as caught:
        gateway.entry_point.ask(Function(fail), 1)
    assert "py4j.Py4JException" in str(caught.value)
    assert "ValueError: from python" in str(caught.value)
    assert gateway.entry_point.echo(1) == 1


def test_a_method_that_python_lacks_is_an_error(gateway: JavaGateway) -> None:
    class Empty:
        class Java:
            implements = ("test.Function",)

    with pytest.raises(Py4JJavaError, match="no attribute 'apply'"):
        gateway.entry_point.ask(Empty(), 1)


def test_pinned_callbacks_run_in_the_calling_thread(start_peer: PeerStarter) -> None:
    client = pinned_client(start_peer())
    here = threading.get_ident()
    assert client.entry_point.ask(Function(lambda _: threading.get_ident() == here), 0)
    thread_of_cpp = client.entry_point.thread()
    assert (
        client.entry_point.ask(Function(lambda _: client.entry_point.thread()), 0) == thread_of_cpp
    )


def test_each_python_thread_has_its_own_session_when_pinned(start_peer: PeerStarter) -> None:
    client = pinned_client(start_peer())
    counts: list[int] = []

    def count() -> None:
        counts.append([client.entry_point.calls() for _ in range(3)][-1])

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(END_S)
    assert counts == [3, 3, 3, 3]


def test_cpp_may_call_from_a_thread_without_connection(start_peer: PeerStarter) -> None:
    client = unpinned_client(start_peer("--unpinned"))
    assert client.entry_point.ask_elsewhere(Function(lambda value: value + 1), 1) == 2


def test_without_a_callback_server_the_error_says_where_it_was_expected(
    start_peer: PeerStarter,
) -> None:
    client = pinned_client(start_peer("--callback-port", "1"))
    with pytest.raises(Py4JJavaError, match=r"callback server at 127\.0\.0\.1:1"):
        client.entry_point.ask_elsewhere(Function(lambda value: value), 1)


def test_a_callback_server_without_a_token_is_reached_as_well(start_peer: PeerStarter) -> None:
    client = unpinned_client(start_peer("--unpinned"), callback_token=None)
    assert client.entry_point.ask(Function(lambda value: value + 1), 1) == 2


@pytest.mark.leaves("Python's object: C++ cannot tell Python that it dropped it")
def test_a_callback_server_with_another_token_is_an_error(start_peer: PeerStarter) -> None:
    client = unpinned_client(start_peer("--unpinned"), callback_token="another")
    with pytest.raises(Py4JJavaError, match=r"py4j\.Py4JNetworkException"):
        client.entry_point.ask(Function(lambda value: value), 1)


def test_python_keeps_a_proxy_until_cpp_drops_it(gateway: JavaGateway) -> None:
    pool = gateway.gateway_property.pool
    gateway.entry_point.keep(Function(lambda value: value))
    gateway.entry_point.keep(Function(lambda value: value))
    assert len(pool) == 2
    gateway.jvm.System.gc()
    assert len(pool) == 2
    gateway.entry_point.drop()
    gateway.jvm.System.gc()
    assert len(pool) == 0


def test_many_threads_call_back_at_once(gateway: JavaGateway) -> None:
    errors: list[BaseException] = []
    # When all connections have ended the next one is taken for another client's.
    gateway.entry_point.echo("there before them")

    def work(base: int) -> None:
        try:
            for i in range(25):
                expected = base * 1000 + i
                assert gateway.entry_point.ask(Function(lambda value: value), expected) == expected
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(END_S)
    assert not errors
    if not isinstance(gateway, ClientServer):
        assert gateway.entry_point.echo("still there") == "still there"
