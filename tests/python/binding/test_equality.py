# SPDX-License-Identifier: Apache-2.0
"""Lists, sets and maps ask `equals` and `hashCode` of bound classes, as Java's do."""

from __future__ import annotations

from typing import Any

import pytest
from py4j.java_gateway import JavaGateway
from py4j.protocol import Py4JJavaError


@pytest.fixture(params=["Coin", "Note"])
def value(request: pytest.FixtureRequest, house: Any) -> Any:
    """A class that is equal by value: through operators(), and through methods bound by hand."""
    return getattr(house, request.param)


def test_a_list_finds_equal_objects(client: JavaGateway, value: Any) -> None:
    names = client.jvm.java.util.ArrayList()
    for number in (1, 2, 3, 2):
        names.add(value(number))
    assert names.contains(value(3))
    assert not names.contains(value(4))
    assert names.indexOf(value(2)) == 1
    assert names.count(value(2)) == 2
    assert value(1) in names


def test_a_list_removes_the_first_equal_object(client: JavaGateway, value: Any) -> None:
    names = client.jvm.java.util.ArrayList()
    for number in (1, 2, 3, 2):
        names.add(value(number))
    names.remove(value(2))
    assert names.indexOf(value(2)) == 2
    assert len(names) == 3


def test_collections_of_equal_objects_are_equal_and_hash_alike(
    client: JavaGateway, value: Any
) -> None:
    util = client.jvm.java.util

    def filled(order: tuple[int, ...]) -> tuple[Any, Any, Any]:
        a_list, a_set, a_map = util.ArrayList(), util.HashSet(), util.HashMap()
        for number in sorted(order):
            a_list.add(value(number))
        for number in order:
            a_set.add(value(number))
            a_map.put(value(number), value(-number))
        return a_list, a_set, a_map

    for one, same, other in zip(
        filled((1, 2, 3)), filled((3, 1, 2)), filled((1, 2, 4)), strict=True
    ):
        assert one.equals(same)
        assert one.hashCode() == same.hashCode()
        assert not one.equals(other)


def test_a_set_holds_one_of_equal_objects(client: JavaGateway, value: Any) -> None:
    seen = client.jvm.java.util.HashSet()
    for number in (1, 1, 3):
        seen.add(value(number))
    assert len(seen) == 2
    assert value(3) in seen
    seen.remove(value(1))
    assert value(1) not in seen
    seen.add(value(1))
    assert len(seen) == 2
    seen.clear()
    seen.add(value(1))
    assert len(seen) == 1


def test_a_map_finds_the_key_that_is_equal(client: JavaGateway, value: Any) -> None:
    names = client.jvm.java.util.HashMap()
    assert names.put(value(1), "one") is None
    assert names.put(value(1), "uno") == "one"
    assert names.put(value(3), "three") is None
    assert len(names) == 2
    assert names[value(1)] == "uno"
    assert names.get(value(2)) is None
    assert value(3) in names
    assert names.containsValue("three")
    assert names.remove(value(1)) == "uno"
    assert names.get(value(1)) is None


def test_what_cpp_put_in_is_found_as_well(house: Any) -> None:
    known = house.Values.known()
    assert known.get(house.Coin(5)) == 5
    assert known.get(house.Coin(3)) is None
    assert known.put(house.Coin(2), "two") == 2
    assert house.Values.purse().indexOf(house.Coin(2)) == 1


def test_objects_without_equals_are_compared_by_identity(house: Any, client: JavaGateway) -> None:
    line = house.Line()
    lines = client.jvm.java.util.ArrayList()
    lines.add(line)
    assert lines.contains(line)
    assert not lines.contains(house.Line())


def test_an_object_that_cannot_be_hashed_is_no_key(house: Any, client: JavaGateway) -> None:
    points = client.jvm.java.util.HashSet()
    with pytest.raises(Py4JJavaError, match="has no std::hash, so it cannot be hashed"):
        points.add(house.Point(1, 2))
    a_list = client.jvm.java.util.ArrayList()
    a_list.add(house.Point(1, 2))
    assert a_list.contains(house.Point(1, 2))


def test_collections_are_elements_by_their_content(client: JavaGateway) -> None:
    util = client.jvm.java.util

    def pair(a: int, b: int) -> Any:
        numbers = util.ArrayList()
        numbers.add(a)
        numbers.add(b)
        return numbers

    seen = util.HashSet()
    for numbers in (pair(1, 2), pair(1, 2), pair(2, 1)):
        seen.add(numbers)
    assert len(seen) == 2
    assert pair(2, 1) in seen
