# SPDX-License-Identifier: Apache-2.0
"""Plain vectors of numbers of C++, which arrive as lists: to numpy and back at memory's speed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from py4cpp import bulk
from py4j.java_gateway import get_field, set_field
from py4j.protocol import Py4JError, Py4JJavaError


def test_a_vector_of_any_number_type_becomes_an_array_of_that_type(lab: Any, way: str) -> None:
    for given, dtype, elements in (
        (lab.plain_doubles(3), "<f8", [0.5, 0.5, 0.5]),
        (lab.plain_ints(), "<i4", [1, -2, 3]),
        (lab.plain_longs(), "<i8", [1, 1 << 40]),
        (lab.plain_floats(), "<f4", [0.5, 1.5]),
        (lab.plain_small(), "|u1", [0, 255]),
        (lab.plain_huge(), "<u8", [2**64 - 1, 1]),
        (lab.plain_flags(), "|b1", [True, False]),
        (lab.plain_array(), "<f8", [1.5, 2.5]),
        (lab.plain_doubles(0), "<f8", []),
    ):
        array = bulk.to_numpy(given)
        assert array.dtype.str == dtype
        assert array.tolist() == elements


def test_a_vector_is_the_same_list_as_ever(lab: Any) -> None:
    values = lab.plain_ints()
    assert list(values) == [1, -2, 3]
    assert (len(values), values[1], values[-1]) == (3, -2, 3)
    assert values.index(3) == 2
    assert 4 not in values
    with pytest.raises(IndexError):
        values[3]


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (lambda values: values.append(4), [1, -2, 3, 4]),
        (lambda values: values.insert(1, 4), [1, 4, -2, 3]),
        (lambda values: values.__setitem__(0, 4), [4, -2, 3]),
        (lambda values: values.pop(), [1, -2]),
        (lambda values: values.sort(), [-2, 1, 3]),
    ],
)
def test_an_array_shows_what_became_of_the_list(
    lab: Any, change: Callable[[Any], Any], after: list[int]
) -> None:
    values = lab.plain_ints()
    change(values)
    assert list(values) == after
    assert bulk.to_numpy(values).tolist() == after


def test_a_list_that_python_made_has_the_type_that_holds_all_of_it(gateway: Any) -> None:
    for elements, dtype in (
        ([1, 2], "<i4"),
        ([1, 1 << 40], "<i8"),
        ([1, 2.5], "<f8"),
        ([True, False], "|b1"),
        ([], "<f8"),
    ):
        values = gateway.jvm.java.util.ArrayList()
        values.extend(elements)
        array = bulk.to_numpy(values)
        assert array.dtype.str == dtype
        assert array.tolist() == elements


def test_what_are_no_numbers_alone_is_refused(gateway: Any, lab: Any) -> None:
    for elements in (["a"], [1, None], [1, True]):
        values = gateway.jvm.java.util.ArrayList()
        values.extend(elements)
        with pytest.raises(Py4JJavaError, match="numbers alone"):
            bulk.to_numpy(values)
    with pytest.raises(ValueError, match="copied"):
        bulk.to_numpy(lab.plain_ints(), writable=True)


def test_a_field_goes_to_numpy_and_back(gateway: Any, lab: Any, way: str) -> None:
    set_field(lab, "history", bulk.from_numpy(gateway, np.array([1.5, 2.5])))
    assert bulk.to_numpy(get_field(lab, "history")).tolist() == [1.5, 2.5]


@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "i8", "u1", "u8", "i2"])
def test_a_vector_takes_an_array_of_any_type_that_fits(
    gateway: Any, lab: Any, way: str, dtype: str
) -> None:
    values = bulk.from_numpy(gateway, np.array([[1, 2], [3, 4]], dtype))
    assert lab.sum_of_list(values) == 10.0
    assert lab.sum_of_floats(values) == 10.0
    if not dtype.startswith("f"):
        assert lab.sum_of_ints(values) == 10


def test_empty_arrays_and_the_greatest_numbers_arrive(gateway: Any, lab: Any) -> None:
    assert lab.sum_of_list(bulk.from_numpy(gateway, np.array([]))) == 0.0
    assert lab.greatest(bulk.from_numpy(gateway, np.array([1, 2**64 - 1], "u8"))) == 2**63 - 1
    assert lab.greatest(lab.plain_huge()) == 2**63 - 1
    assert lab.greatest([1, 2**64 - 1]) == 2**63 - 1
    assert lab.count_true(bulk.from_numpy(gateway, np.array([True, False, True]))) == 2


def test_a_vector_that_comes_back_to_cpp_is_taken_as_it_is(lab: Any) -> None:
    assert lab.sum_of_list(lab.plain_doubles(100)) == 50.0
    assert lab.sum_of_list(lab.plain_ints()) == 2.0
    assert lab.count_true(lab.plain_flags()) == 1


def test_the_overload_of_the_same_type_is_called(gateway: Any, lab: Any) -> None:
    for dtype, kind in (("i4", "ints"), ("f8", "doubles"), ("i8", "ints"), ("f4", "doubles")):
        assert lab.kind(bulk.from_numpy(gateway, np.ones(2, dtype))) == kind
    assert lab.kind(bulk.from_numpy(gateway, np.zeros(0))) == "doubles"


def test_numbers_that_do_not_fit_are_refused_by_their_type(gateway: Any, lab: Any) -> None:
    for array, name in (
        (np.array([0.5]), "<f8"),
        (np.array([1 << 40]), "<i8"),
        (np.array([True]), r"\|b1"),
        (np.array([1j]), "<c16"),
    ):
        with pytest.raises(Py4JError, match=f"SharedBuffer of {name}"):
            lab.sum_of_ints(bulk.from_numpy(gateway, array))
    with pytest.raises(Py4JError, match="does not exist"):
        lab.sum_of_ints(lab.plain_huge())
    with pytest.raises(Py4JError, match=r"of <i4.*takes: sum\(py4cpp\.SharedBuffer of <f8\)"):
        lab.sum(bulk.from_numpy(gateway, np.arange(3, dtype=np.int32)))
