# SPDX-License-Identifier: Apache-2.0
"""What Python sends arrives, and comes back as it went."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from py4j.java_gateway import JavaGateway
from py4j.protocol import Py4JError, Py4JJavaError

VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -(2**31),
    2**31 - 1,
    2**31,
    -(2**63),
    2**63 - 1,
    0.0,
    1.5,
    -1e-300,
    1e300,
    0.1 + 0.2,
    math.inf,
    -math.inf,
    Decimal("12345678901234567890.123456789"),
    "",
    "line\nbreak\rand \\ backslash \\n;\t",
    "grüße 🐍 \u0000",
    "x" * 1_000_000,
    b"",
    b"\x00\xff\n",
    bytes(range(256)) * 1000,
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
def test_a_value_comes_back_equal_and_of_the_same_type(gateway: JavaGateway, value: Any) -> None:
    back = gateway.entry_point.echo(value)
    assert back == value
    assert type(back) is type(value)


def test_not_a_number_comes_back_as_such(gateway: JavaGateway) -> None:
    assert math.isnan(gateway.entry_point.echo(math.nan))


def test_a_bytearray_comes_back_as_bytes(gateway: JavaGateway) -> None:
    assert gateway.entry_point.echo(bytearray(b"abc")) == b"abc"


class NumpyFloat(float):
    """Shows itself as numpy's scalars do, which are floats as well."""

    def __repr__(self) -> str:
        return f"np.float64({float(self)!r})"


def test_a_numpy_scalar_is_accepted_as_the_double_it_is(gateway: JavaGateway) -> None:
    assert gateway.entry_point.half(NumpyFloat(1.5)) == 0.75


def test_an_integer_beyond_64_bits_fails_and_the_next_call_works(gateway: JavaGateway) -> None:
    for number in (2**64, -(2**63) - 1):
        with pytest.raises(Py4JError, match="more than 64 bits"):
            gateway.entry_point.echo(number)
    assert gateway.entry_point.echo(2**64 - 1) == 2**64 - 1


def test_overloads_are_chosen_by_the_value(gateway: JavaGateway) -> None:
    pick = gateway.entry_point.pick
    picked = [pick(1), pick(2**40), pick("x"), pick(1.5), pick(None)]
    assert picked == ["int", "long", "String", "Object", "Object"]


def test_an_int_is_accepted_for_a_double(gateway: JavaGateway) -> None:
    assert gateway.entry_point.half(3) == 1.5


def test_fields_are_read_and_set(gateway: JavaGateway) -> None:
    from py4j.java_gateway import get_field, set_field

    peer = gateway.jvm.test.Peer()
    assert get_field(peer, "field10") == 10
    set_field(peer, "field10", 11)
    assert get_field(peer, "field10") == 11
    with pytest.raises(Py4JError, match="no field nothing"):
        get_field(peer, "nothing")


def test_statics_and_nested_classes_are_found(gateway: JavaGateway) -> None:
    peer = gateway.jvm.test.Peer
    assert peer.twice(21) == 42
    assert peer.LIMIT == 100
    assert peer.Nested.NAME == "nested"
    assert gateway.jvm.java.lang.Integer.MAX_VALUE == 2**31 - 1


def test_standard_containers_return_as_javas(gateway: JavaGateway) -> None:
    peer = gateway.entry_point
    assert list(peer.strings(3)) == ["0", "1", "2"]
    assert dict(peer.ages()) == {"ann": 30, "bob": 40}
    numbers = peer.numbers()
    assert len(numbers) == 3
    assert numbers[1] == 2
    assert list(numbers[1:]) == [2, 3]
    with pytest.raises(IndexError):
        numbers[3]


def test_python_containers_are_converted_on_the_way_in(gateway: JavaGateway) -> None:
    assert gateway.entry_point.sum([1, 2.5, 3]) == 6.5
    echoed = gateway.entry_point.echo({"a": [1, {"b": None}]})
    assert echoed["a"][1]["b"] is None
    with pytest.raises(Py4JError, match=r"Method sum.*does not exist"):
        gateway.entry_point.sum(["x"])


def test_exceptions_show_class_message_and_cause(gateway: JavaGateway) -> None:
    with pytest.raises(Py4JJavaError) as caught:
        gateway.entry_point.fail("too far")
    error = caught.value.java_exception
    assert "java.lang.IndexOutOfBoundsException: too far" in str(caught.value)
    assert error.getMessage() == "too far"
    assert error.getClass().getName() == "java.lang.IndexOutOfBoundsException"
    assert len(error.getStackTrace()) == 0

    with pytest.raises(Py4JJavaError) as caught:
        gateway.entry_point.fail_with_cause()
    assert "test.OuterException: outer\nCaused by: test.InnerException: inner" in str(caught.value)
    assert caught.value.java_exception.getCause().toString() == "test.InnerException: inner"


def test_even_a_thrown_number_becomes_an_exception(gateway: JavaGateway) -> None:
    with pytest.raises(Py4JJavaError, match=r"java.lang.Error: C\+\+ threw"):
        gateway.entry_point.fail_strangely()


def test_an_unknown_method_names_class_and_arguments(gateway: JavaGateway) -> None:
    with pytest.raises(Py4JError, match=r"Method fly\(\[class java.lang.String\]\).*test\.Peer"):
        gateway.entry_point.fly("x")


def test_classes_of_a_missing_package_say_that_they_are_not_supported(gateway: JavaGateway) -> None:
    with pytest.raises(Py4JJavaError, match=r"future\.engine\.Thing is not supported"):
        gateway.jvm.future.engine.Thing(1)
    with pytest.raises(Py4JJavaError, match=r"future\.engine\.Thing\.run is not supported"):
        gateway.jvm.future.engine.Thing.run(1)


def test_text_that_is_no_utf_8_is_an_error_that_says_what_to_do(gateway: JavaGateway) -> None:
    for _ in range(2):  # On the same connection.
        with pytest.raises(Py4JJavaError, match=r"no UTF-8: byte 1 is 0xFC.*py4cpp::Bytes"):
            gateway.entry_point.latin1()
    with pytest.raises(Py4JJavaError, match="M\ufffdller") as caught:
        gateway.entry_point.fail_in_latin1()
    assert caught.value.java_exception.getMessage() == "M\ufffdller"
    assert "M\ufffdller" in caught.value.java_exception.toString()


def test_a_char_is_one_ascii_character(gateway: JavaGateway) -> None:
    assert gateway.entry_point.first("x") == "x"
    with pytest.raises(Py4JJavaError, match="one ASCII character"):
        gateway.entry_point.first("\u00fc")


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1E-7", "-0.00"])
def test_every_kind_of_decimal_comes_back(gateway: JavaGateway, text: str) -> None:
    assert str(gateway.entry_point.echo(Decimal(text))) == text
