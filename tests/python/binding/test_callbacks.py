# SPDX-License-Identifier: Apache-2.0
"""Python objects in C++: interfaces that Python implements, functions, typed calls and errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from py4j.clientserver import ClientServer
from py4j.java_gateway import JavaGateway, get_field
from py4j.protocol import Py4JError, Py4JJavaError


class Listener:
    """Implements a C++ interface."""

    def __init__(self) -> None:
        self.heard: list[float] = []

    def changed(self, to: float) -> None:
        self.heard.append(to)

    def name(self) -> str:
        return "Python"

    class Java:
        implements = ("house.Listener",)


def function_of(interface: str, method: str, body: Callable[..., Any]) -> Any:
    """An object whose one method of this name is the function, which implements the interface."""
    java = type("Java", (), {"implements": (interface,)})
    return type("Function", (), {method: staticmethod(body), "Java": java})()


def test_python_implements_an_interface_of_cpp(house: Any) -> None:
    thermostat, listener = house.Thermostat(), Listener()
    thermostat.add(listener)
    thermostat.setTarget(21)
    thermostat.setTarget(22.5)
    assert listener.heard == [21.0, 22.5]
    assert thermostat.names() == "Python;"
    thermostat.forget()


def test_a_cpp_object_serves_where_python_may(house: Any) -> None:
    thermostat, quiet = house.Thermostat(), house.QuietListener()
    thermostat.add(quiet)
    thermostat.add(Listener())
    thermostat.setTarget(3)
    assert get_field(quiet, "last") == 3.0
    assert thermostat.names() == "C++;Python;"
    thermostat.forget()


def test_an_object_of_another_interface_is_refused_by_name(house: Any) -> None:
    other = function_of("house.Function", "compute", lambda x: x)
    with pytest.raises(Py4JError, match=r"Python object house\.Function.*add\(house\.Listener"):
        house.Thermostat().add(other)


@pytest.mark.parametrize(
    ("interface", "method"),
    [
        ("house.Function", "compute"),
        ("java.util.function.Function", "apply"),
        ("java.util.function.UnaryOperator", "apply"),
        ("java.util.concurrent.Callable", "call"),
    ],
)
def test_a_function_calls_the_method_of_its_interface(
    house: Any, interface: str, method: str
) -> None:
    assert house.Calls.apply(function_of(interface, method, lambda x: x * 2), 21) == 42


def test_a_plain_function_is_called_as_python_calls_it(house: Any) -> None:
    def double(x: int) -> int:
        return x * 2

    double.Java = type("Java", (), {"implements": ("any.Name",)})  # type: ignore[attr-defined]
    assert house.Calls.apply(double, 21) == 42


def test_none_is_an_empty_function(house: Any) -> None:
    assert house.Calls.apply(None, 1) == -1


def test_a_kept_function_is_called_later(house: Any) -> None:
    heard: list[float] = []
    thermostat = house.Thermostat()
    thermostat.onChange(function_of("java.util.function.Consumer", "accept", heard.append))
    thermostat.setTarget(19)
    assert heard == [19.0]
    thermostat.forget()


def test_a_function_of_two_arguments_orders_numbers(house: Any) -> None:
    descending = function_of("java.util.Comparator", "compare", lambda a, b: b - a)
    assert list(house.Calls.order([1, 3, 2], descending)) == [3, 2, 1]


def test_a_result_of_another_type_is_an_error_that_names_both(house: Any) -> None:
    wrong = function_of("house.Function", "compute", lambda x: "text")
    with pytest.raises(
        Py4JJavaError, match=r"Python's compute returned a java\.lang\.String, which is no int"
    ):
        house.Calls.apply(wrong, 1)


def test_a_python_error_arrives_with_class_message_and_traceback(house: Any) -> None:
    def fail() -> None:
        raise ValueError("no such room")

    told = house.Calls.error_of(function_of("java.lang.Runnable", "run", fail))
    assert list(told) == ["ValueError", "no such room", "Traceback (most recent call last):"]


def test_a_python_error_passes_through_cpp(house: Any) -> None:
    def fail(x: int) -> int:
        raise KeyError("inner")

    with pytest.raises(Py4JJavaError, match="KeyError: 'inner'"):
        house.Calls.apply(function_of("house.Function", "compute", fail), 1)


def test_an_error_of_cpp_passes_through_python(house: Any) -> None:
    def fail(x: int) -> int:
        house.Values.fail("deep")
        return x

    with pytest.raises(Py4JJavaError, match="deep"):
        house.Calls.apply(function_of("house.Function", "compute", fail), 1)


def test_typed_calls_take_and_return_objects_and_constants(house: Any) -> None:
    class Typed:
        """Answers typed calls of C++."""

        def name(self) -> str:
            return "x="

        def at(self, x: int, mode: Any) -> Any:
            assert str(mode) == "HEAT"
            return house.Point(x, 0)

        class Java:
            implements = ("house.Typed",)

    assert house.Calls.typed(Typed()) == "x=1"


def test_a_thread_without_a_connection_may_call(house: Any, client: JavaGateway) -> None:
    function = function_of("house.Function", "compute", lambda x: x + 1)
    if isinstance(client, ClientServer):  # It has no callback server, and its thread is busy.
        with pytest.raises(Py4JJavaError, match="cannot connect to Python's callback server"):
            house.Calls.apply_elsewhere(function, 1)
    else:
        assert house.Calls.apply_elsewhere(function, 1) == 2
