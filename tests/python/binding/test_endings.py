# SPDX-License-Identifier: Apache-2.0
"""C++ holds Python objects while their client goes away: calls fail with a reason, and whatever is
held is let go of, then or when the program ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gateway.peer_process import Peer, unpinned_client
from py4j.protocol import Py4JJavaError

NOTHING_LEFT = "alive 0\n"


class Consumer:
    """Takes what a function is called with."""

    def accept(self, value: Any) -> None:
        raise AssertionError("nobody is left to call")

    class Java:
        implements = ("java.util.function.Consumer",)


class Listener:
    """Implements an interface of C++."""

    def changed(self, to: float) -> None:
        raise AssertionError("nobody is left to call")

    class Java:
        implements = ("house.Listener",)


@pytest.fixture
def abandoned(executable: Path) -> Peer:
    """A program whose thermostat holds objects of a client that is gone."""
    peer = Peer(executable, "--unpinned")
    first = unpinned_client(peer)
    first.entry_point.add(Listener())
    first.entry_point.onChange(Consumer())
    first.close()
    first.shutdown_callback_server()
    return peer


def test_a_call_to_a_client_that_is_gone_fails_with_the_reason(abandoned: Peer) -> None:
    second = unpinned_client(abandoned)
    second.java_gateway_server.resetCallbackClient(
        second.java_gateway_server.getCallbackClient().getAddress(), 1
    )
    with pytest.raises(Py4JJavaError, match="callback server at"):
        second.entry_point.setTarget(21)
    assert second.entry_point.target() == 21
    second.entry_point.forget()
    second.entry_point.setTarget(22)
    second.close()
    second.shutdown_callback_server()
    assert abandoned.stop()[0] == NOTHING_LEFT


def test_what_is_held_until_the_end_goes_with_the_program(abandoned: Peer) -> None:
    assert abandoned.stop()[0] == NOTHING_LEFT
    assert abandoned.process.returncode == 0
