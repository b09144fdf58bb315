# SPDX-License-Identifier: Apache-2.0
"""Lists are sorted in Java's natural order, that of bound classes and of Python's own included."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from py4j.java_gateway import JavaGateway
from py4j.protocol import Py4JJavaError


def java_list(client: JavaGateway, values: list[Any]) -> Any:
    """A list on the C++ side."""
    made = client.jvm.java.util.ArrayList()
    for value in values:
        made.add(value)
    return made


def test_decimals_are_sorted_by_their_value(client: JavaGateway) -> None:
    texts = "1E+3 -1E+3 0 -0.50 0.5 0.49 12.5 1.25E+1 1E-30 -Infinity Infinity 999.9 -1E-30 0.510"
    values = [Decimal(text) for text in texts.split()]
    made = java_list(client, values)
    made.sort()
    assert list(made) == sorted(values)


def test_bools_and_numbers_of_any_types_are_sorted(client: JavaGateway) -> None:
    flags = java_list(client, [True, False, True])
    flags.sort()
    assert list(flags) == [False, True, True]
    values = [2.5, 1 << 60, 3, -math.inf, (1 << 60) + 1, -0.0, 1e300, (1 << 60) - 1, 2]
    numbers = java_list(client, [*values, math.nan])
    numbers.sort()
    assert list(numbers)[:-1] == sorted(values)
    assert math.isnan(numbers[-1])


def test_objects_are_sorted_by_what_their_class_says(client: JavaGateway, house: Any) -> None:
    points = java_list(client, [house.Point(2, 1), house.Point(1, 2), house.Point(2, 0)])
    points.sort()
    assert [str(point) for point in points] == ["(1, 2)", "(2, 1)", "(2, 0)"]
    modes = java_list(client, [house.Mode.COOL, house.Mode.OFF, house.Mode.HEAT])
    modes.sort()
    assert [mode.name() for mode in modes] == ["OFF", "HEAT", "COOL"]


class Length:
    """A text whose order is its length, for Java as well."""

    def __init__(self, text: str) -> None:
        self.text = text

    def length(self) -> int:
        return len(self.text)

    def compareTo(self, other: Any) -> int:  # noqa: N802
        return len(self.text) - int(other.length())  # What comes back from C++ answers calls only.

    class Java:
        implements = ("java.lang.Comparable",)


def test_python_objects_are_sorted_by_their_compare_to(client: JavaGateway, house: Any) -> None:
    made = java_list(client, [Length("ccc"), Length("a"), Length("bb")])
    made.sort()
    assert [each.length() for each in made] == [1, 2, 3]
    del made


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([2, "a", 1], "java.lang.String and java.lang.Integer|java.lang.Integer and java.lang"),
        ([Decimal(2), 1.5], "java.math.BigDecimal 2|java.lang.Double and java.math.BigDecimal"),
        ([Decimal(2), Decimal("NaN")], "NaN"),
        ([None, 1], "null"),
        ([b"b", b"a"], r"\[B and \[B"),
    ],
)
def test_what_has_no_order_is_refused_and_stays(
    client: JavaGateway, values: list[Any], text: str
) -> None:
    made = java_list(client, values)
    before = str(made)
    made.sort()  # The client does not look at the answer; the gateway's log has it.
    assert str(made) == before
    with pytest.raises(Py4JJavaError, match=f"ClassCastException.*have no order.*({text})"):
        client.jvm.java.util.Collections.sort(made)
    assert str(made) == before


def test_objects_without_compare_to_are_refused_by_their_class(
    client: JavaGateway, house: Any
) -> None:
    coins = java_list(client, [house.Coin(2), house.Coin(1)])
    with pytest.raises(Py4JJavaError, match=r"house\.Coin and house\.Coin.*compareTo"):
        client.jvm.java.util.Collections.sort(coins)


def test_a_compare_to_that_raises_leaves_nothing_behind(client: JavaGateway, house: Any) -> None:
    made = java_list(client, [house.Mode.HEAT, house.Mode.OFF, house.Point(1, 2)])
    before = client.java_gateway_server.getGateway().getBindings().size()
    for _ in range(10):
        made.sort()
    assert client.java_gateway_server.getGateway().getBindings().size() < before + 10
    with pytest.raises(Py4JJavaError):
        client.jvm.java.util.Collections.sort(made)
    values = java_list(client, [1])
    for _ in range(10):
        values *= 1 << 40
    assert len(values) == 1
