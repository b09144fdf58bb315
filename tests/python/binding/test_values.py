# SPDX-License-Identifier: Apache-2.0
"""Every converter, there and back, and what is refused."""

from __future__ import annotations

import time
from typing import Any

import pytest
from py4j.protocol import Py4JError, Py4JJavaError


def test_pairs_tuples_and_arrays_are_lists_of_their_length(house: Any) -> None:
    assert list(house.Values.pair([1, "x"])) == ["x", 2]
    assert list(house.Values.tuple([1, 2, True])) == [1, 2.0, True]
    assert list(house.Values.array([1, 2, 3])) == [1, 2, 3]
    for method, wrong in (("pair", [1]), ("tuple", [1, 2.0, 3]), ("array", [1, 2])):
        with pytest.raises(Py4JError, match="does not exist"):
            getattr(house.Values, method)(wrong)


def test_none_is_an_empty_optional(house: Any) -> None:
    assert house.Values.maybe(None) is None
    assert house.Values.maybe(3) == 3
    assert house.Values.shared(None) is None


def test_a_variant_holds_what_fits_best(house: Any) -> None:
    assert house.Values.variant(None) == "alternative 0"
    assert house.Values.variant(1) == "alternative 1"
    assert house.Values.variant("1") == "alternative 2"
    assert house.Values.back("x") == "x"
    assert house.Values.back(house.Point(1, 2)) == house.Point(1, 2)
    with pytest.raises(Py4JError, match="does not exist"):
        house.Values.variant(1.5)


def test_durations_and_points_in_time_are_seconds(house: Any) -> None:
    assert house.Values.wait(1.5) == 3.0
    assert house.Values.wait(1) == 2.0
    assert house.Values.ticks(0.0015) == 2
    now = time.time()
    assert house.Values.later(now) == pytest.approx(now + 1, abs=1e-5)
    for wrong in (1e300, float("nan"), float("inf")):
        with pytest.raises(Py4JError, match="does not exist"):
            house.Values.wait(wrong)


def test_paths_and_texts_are_str_and_memory_is_bytes(house: Any) -> None:
    assert house.Values.parent("/a/b/c.txt") == "/a/b"
    assert house.Values.view("hello") == "ello"
    assert house.Values.bytes(b"\x00\x01\xff") == b"\xff\x01\x00"
    assert house.Values.bytes(b"") == b""


def test_containers_cross_by_copy(house: Any) -> None:
    mapping = house.Values.map({"a": [1, 2], "b": []})
    assert {key: list(mapping[key]) for key in mapping} == {"a": [1, 2], "b": []}
    assert set(house.Values.set({3, 4})) == {3, 4}
    assert house.Values.points([house.Point(1, 2), house.Point()]) == 2


def test_maps_and_sets_may_have_a_comparator(house: Any) -> None:
    assert set(house.Values.sorted({"a": 1, "b": 2})) == {1, 2}


def test_integers_of_64_bits_cross_with_and_without_a_sign(house: Any) -> None:
    for number in (2**64 - 1, 2**63, 2**63 - 1, -(2**63)):
        assert house.Values.any(number) == number
    assert house.Values.greatest(2**64 - 1) == 2**64 - 1
    assert house.Values.greatest(0) == 2**64 - 2
    with pytest.raises(Py4JError, match="does not exist"):
        house.Values.maybe(2**63)


def test_a_larger_integer_is_an_error_of_its_call_only(house: Any) -> None:
    with pytest.raises(Py4JError, match="more than 64 bits"):
        house.Values.any(2**64)
    assert house.Values.any(2**64 - 1) == 2**64 - 1


def test_a_null_text_is_none(house: Any) -> None:
    assert house.Values.text(True) == "known"
    assert house.Values.text(False) is None


def test_owned_and_shared_results_are_objects(house: Any) -> None:
    assert str(house.Values.unique()) == "(1, 2)"
    point = house.Point(5, 6)
    assert house.Values.shared(point) == point


def test_a_converter_of_the_program_is_used(house: Any) -> None:
    assert house.Values.hot(120) is True
    assert house.Values.hot(99.5) is False


def test_an_exception_of_cpp_arrives_with_its_type_and_message(house: Any) -> None:
    with pytest.raises(Py4JJavaError) as caught:
        house.Values.fail("no such room")
    assert caught.value.java_exception.getMessage() == "no such room"
    assert "java.lang.RuntimeException: no such room" in str(caught.value)
    assert "std::domain_error" in str(caught.value)
    with pytest.raises(Py4JJavaError, match="35 degrees is the limit"):
        house.Thermostat().setTarget(40.0)
