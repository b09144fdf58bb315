# SPDX-License-Identifier: Apache-2.0
"""Functions of C++ in Python's hands: called by the names of Java's functional interfaces."""

from __future__ import annotations

from typing import Any

import py4cpp
import pytest
from py4j.java_gateway import JavaGateway, get_field, is_instance_of
from py4j.protocol import Py4JError, Py4JJavaError


def test_a_function_is_applied(house: Any) -> None:
    add = house.Functions.adder(2)
    assert add.apply(40) == 42
    assert add.apply(-2) == 0


def test_each_kind_has_the_method_of_its_java_interface(house: Any) -> None:
    point = house.Point(3, 4)
    assert house.Functions.owner(point).get() == 3
    house.Functions.setter(point).accept(5)
    house.Functions.mover(point).accept(7, 8)
    assert (get_field(point, "x"), get_field(point, "y")) == (7, 8)
    assert house.Functions.even().test(4) is True
    assert house.Functions.less().test(2, 1) is False
    assert house.Functions.lengths().apply([1, 2], "abc") == 5
    assert house.Functions.sum3().apply(1, 2, 3.5) == 6.5
    with pytest.raises(Py4JJavaError, match="no such room"):
        house.Functions.failing().run()


def test_every_kind_can_be_applied(house: Any) -> None:
    point = house.Point(3, 4)
    assert house.Functions.owner(point).apply() == 3
    assert house.Functions.setter(point).apply(5) is None
    assert house.Functions.even().apply(3) is False


def test_a_function_is_an_instance_of_its_interface(house: Any, client: JavaGateway) -> None:
    for function, interface in (
        (house.Functions.adder(1), "java.util.function.Function"),
        (house.Functions.even(), "java.util.function.Predicate"),
        (house.Functions.owner(house.Point()), "java.util.function.Supplier"),
        (house.Functions.failing(), "java.lang.Runnable"),
        (house.Functions.sum3(), "py4cpp.Function"),
    ):
        assert is_instance_of(client, function, interface)
    assert not is_instance_of(client, house.Functions.even(), "java.lang.Runnable")


def test_arguments_that_do_not_fit_are_refused_with_what_it_takes(house: Any) -> None:
    for wrong in (("x",), (), (1, 2)):
        with pytest.raises(Py4JError, match=r"does not exist in .*; it takes: apply\(int\)"):
            house.Functions.adder(1).apply(*wrong)


def test_help_and_dir_show_the_function_itself(
    house: Any, client: JavaGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    even = house.Functions.even()
    assert {"apply", "test"} <= set(dir(even))
    page = client.help(even, display=False)
    assert "test(int) : boolean" in page
    assert "apply(int) : boolean" in page


def test_an_empty_function_is_none(house: Any) -> None:
    assert house.Functions.nothing() is None


def test_a_function_passed_back_is_the_function_itself(house: Any) -> None:
    add = house.Functions.adder(10)
    assert house.Functions.twice(add, 1) == 21
    assert house.Functions.compose(add, house.Functions.adder(5)).apply(1) == 16
    holder = house.Functions()
    assert get_field(holder, "kept") is None


def test_a_function_of_another_type_is_refused(house: Any) -> None:
    with pytest.raises(Py4JError, match="does not exist"):
        house.Functions.twice(house.Functions.even(), 1)


def test_a_function_of_python_comes_back_through_cpp(house: Any) -> None:
    plus = py4cpp.function(lambda x: x + 1)
    assert house.Functions.compose(plus, house.Functions.adder(5)).apply(1) == 7


def test_our_package_calls_it_as_python_does(house: Any) -> None:
    add = py4cpp.as_callable(house.Functions.adder(2))
    assert add(40) == 42
    assert list(map(add, [1, 2])) == [3, 4]
    assert house.Functions.twice(add, 1) == 5
    assert "as_callable" in repr(add)
    with pytest.raises(TypeError, match="no function of C"):
        py4cpp.as_callable(len)


def test_the_function_lives_as_long_as_python_holds_it(house: Any) -> None:
    before = house.Values.alive()
    get_x = house.Functions.owner(house.Point(9, 0))
    assert get_x.get() == 9
    assert house.Values.alive() == before + 1
