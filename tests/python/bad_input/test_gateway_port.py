# SPDX-License-Identifier: Apache-2.0
"""Whatever connects to the gateway's port beside the driver does not disturb the driver's jobs."""

from __future__ import annotations

import time

import pytest
from support import Submitter

SILENCE_SECONDS_MAX = 10  # After which the gateway closes the connection of a silent stranger.

DRIVER = """
    import os, socket, time
    from pyspark import SparkContext

    sc = SparkContext("local[2]", "visited")
    address = ("127.0.0.1", int(os.environ["PYSPARK_GATEWAY_PORT"]))

    def visit(data):
        visitor = socket.create_connection(address)
        visitor.settimeout(20)
        try:
            visitor.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return visitor

    def closed(visitor):
        # Whether the gateway closes the connection, after an error reply at most.
        try:
            while answer := visitor.recv(65536):
                assert not answer.startswith(b"!y"), answer
        except ConnectionResetError:
            pass
        return True

    began = time.monotonic()
    visitors = [visit(data) for data in {visits}]
    before = sc.parallelize(range(100), 4).map(lambda x: x + 1).sum()
    print("closed", [closed(visitor) for visitor in visitors])
    print("sums", before, sc.parallelize(range(100), 4).map(lambda x: x + 1).sum())
    sc.stop()
"""

GARBAGE = {
    "a web request": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a command without a token": b"c\nz:java.lang.System\ncurrentTimeMillis\ne\n",
    "a wrong token": b"A\n0123456789abcdef\ne\n",
    "an empty token": b"A\n\ne\n",
    "bytes that are no text": bytes(range(256)) * 16 + b"\n",
    "a line that does not end": b"A" * (64 << 20),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_a_foreign_connection_that_sends_garbage_is_closed(
    submit: Submitter, garbage: bytes
) -> None:
    visits = repr([garbage]) if len(garbage) < 10_000 else f"[{garbage[:1]!r} * {len(garbage)}]"
    output = submit.output(submit.write(DRIVER.replace("{visits}", visits)))
    assert output.splitlines() == ["closed [True]", "sums 5050 5050"]


def test_foreign_connections_that_send_nothing_do_not_hold_up_the_end(submit: Submitter) -> None:
    script = DRIVER.replace("{visits}", "[b''] * 20").replace(
        "[closed(visitor) for visitor in visitors]", "len(visitors), began"
    )
    output = submit.output(submit.write(script))
    seconds = time.monotonic() - float(output.split()[2])
    assert output.splitlines()[1:] == ["sums 5050 5050"]
    assert output.startswith("closed 20 ")
    assert seconds < SILENCE_SECONDS_MAX
