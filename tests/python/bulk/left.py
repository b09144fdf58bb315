# SPDX-License-Identifier: Apache-2.0
"""Checks that neither side holds anything of the other one any more."""

from __future__ import annotations

import gc
import time

from py4j.java_gateway import JavaGateway

LEFT_S_MAX = 20
NOTHING_LEFT = "shared blocks 0\n"


def held_by_both_sides(client: JavaGateway) -> int:
    """How many objects either side holds of the other one, garbage left out."""
    gc.collect()
    client.jvm.System.gc()
    return int(client.entry_point.held())


def check_nothing_is_left(client: JavaGateway, held_before: int) -> None:
    """Waits until C++ holds no Python object of the test, and Python none of C++."""
    pool = client.gateway_property.pool
    end = time.monotonic() + LEFT_S_MAX
    while True:
        held = held_by_both_sides(client) - held_before
        if not held and not pool:
            return
        assert time.monotonic() < end, f"{held} are held, {len(pool)} of them Python objects"
        time.sleep(0.01)
