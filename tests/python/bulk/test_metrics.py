# SPDX-License-Identifier: Apache-2.0
"""A gateway's metrics, read by Prometheus' own parser."""

from __future__ import annotations

from typing import Any

import py4cpp
import pytest
from prometheus_client import parser
from py4j.protocol import Py4JJavaError

METHOD = {"class": "test.Lab", "method": "ramp"}


def samples(lab: Any) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """All samples by name and labels; a name without its type fails."""
    found = {}
    for family in parser.text_string_to_metric_families(lab.metrics()):
        assert family.type in ("counter", "gauge", "histogram"), family
        assert family.documentation
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def value(
    found: dict[tuple[str, frozenset[tuple[str, str]]], float], name: str, **labels: str
) -> float:
    return found[f"py4cpp_gateway_{name}", frozenset(labels.items())]


def test_calls_are_counted_by_class_and_method(lab: Any) -> None:
    lab.ramp(1)
    before = value(samples(lab), "call_seconds_count", **METHOD)
    for _ in range(3):
        lab.ramp(1)
    assert value(samples(lab), "call_seconds_count", **METHOD) - before == 3


def test_failures_are_counted(gateway: Any, lab: Any) -> None:
    constructor = {"class": "py4cpp.SharedBuffer", "method": "<init>"}
    gateway.jvm.py4cpp.SharedBuffer(1, "|u1", "")
    before = value(samples(lab), "call_failures_total", **constructor)
    with pytest.raises(Py4JJavaError):
        gateway.jvm.py4cpp.SharedBuffer(-1, "|u1", "")
    assert value(samples(lab), "call_failures_total", **constructor) - before == 1


def test_callbacks_and_their_failures_are_counted(lab: Any) -> None:
    before = samples(lab)
    assert lab.apply(py4cpp.function(str.upper, "test.Op"), "a") == "A"
    with pytest.raises(Py4JJavaError):
        lab.apply(py4cpp.function(int, "test.Op"), "no number")
    after = samples(lab)
    assert value(after, "callback_seconds_count") - value(before, "callback_seconds_count") == 2
    failures = "callback_failures_total"
    assert value(after, failures) - value(before, failures) == 1


def test_the_buckets_add_up_to_the_calls(lab: Any) -> None:
    lab.ramp(1)
    lab.ramp(100_000)
    found = samples(lab)
    buckets = [
        (float(dict(labels)["le"]), number)
        for (name, labels), number in found.items()
        if name == "py4cpp_gateway_call_seconds_bucket" and METHOD.items() <= dict(labels).items()
    ]
    buckets.sort()
    numbers = [number for _, number in buckets]
    assert numbers == sorted(numbers)
    assert buckets[-1] == (float("inf"), value(found, "call_seconds_count", **METHOD))
    assert value(found, "call_seconds_sum", **METHOD) > 0


def test_objects_connections_and_bytes_are_told(lab: Any) -> None:
    before = samples(lab)
    held = lab.matrix()
    after = samples(lab)
    assert value(after, "objects") - value(before, "objects") == 1
    assert value(after, "proxies") == value(before, "proxies")
    assert value(after, "connections") >= 1
    assert value(after, "connections_accepted_total") >= 1
    assert value(after, "received_bytes_total") > value(before, "received_bytes_total")
    assert value(after, "sent_bytes_total") > value(before, "sent_bytes_total")
    assert held.size() == 24


def test_streamed_bytes_are_told_apart(lab: Any) -> None:
    buffer = lab.matrix()
    before = samples(lab)
    with buffer.bytes.stream() as connection:
        assert len(connection.read(24)) == 24
    after = samples(lab)
    assert value(after, "streamed_bytes_total") - value(before, "streamed_bytes_total") == 24
    assert value(after, "sent_bytes_total") - value(before, "sent_bytes_total") > 24
    assert value(after, "connections_refused_total", reason="wrong_token") == 0
