# SPDX-License-Identifier: Apache-2.0
"""What a bound class offers: constructors, methods, fields, nested classes, constants, operators,
and what help() says of it."""

from __future__ import annotations

import pydoc
from typing import Any

import py4j.java_gateway
import pytest
from py4j.java_gateway import JavaGateway, get_field, is_instance_of, set_field
from py4j.protocol import Py4JError, Py4JJavaError


def test_constructors_take_defaults(house: Any) -> None:
    assert house.Thermostat().target() == 20.0
    assert house.Thermostat(18).target() == 18.0
    assert str(house.Point(1)) == "(1, 0)"
    assert str(house.Point(1, 2)) == "(1, 2)"
    with pytest.raises(Py4JError, match=r"Point\(int x, int y = 0\)"):
        house.Point(1, 2, 3)


def test_calls_take_defaults_and_any_number_of_arguments(house: Any) -> None:
    assert house.Calls.scale(4) == 8.0
    assert house.Calls.scale(4, 0.5) == 2.0
    assert house.Calls.sum() == 0
    assert house.Calls.sum(1, 2, 3) == 6
    assert house.Calls.sum([4, 5]) == 9
    assert house.Calls.sum("a", "b") == "a+b"
    assert house.Calls.log("f") == "f1"
    assert house.Calls.log("f", 2, "x", "y") == "f2x,y"


def test_the_overload_that_fits_best_is_called(house: Any) -> None:
    assert house.Calls.pick(1) == "int"
    assert house.Calls.pick(1.5) == "double"
    assert house.Calls.pick(2**40) == "double"
    assert house.Calls.pick("x") == "text"
    assert house.Calls.pick(1, 2) == "two ints"
    with pytest.raises(Py4JError, match=r"it takes: pick\(int\) pick\(double\)"):
        house.Calls.pick(None)
    with pytest.raises(Py4JError, match="does not exist"):
        house.Calls.small(200)


def test_fields_are_read_and_written_unless_they_are_read_only(house: Any) -> None:
    thermostat = house.Thermostat(20)
    set_field(thermostat, "room", "bath")
    assert get_field(thermostat, "room") == "bath"
    set_field(thermostat, "celsius", 25.0)
    assert thermostat.target() == 25.0
    assert get_field(thermostat, "serial") == 42
    point = house.Point(1, 2)
    for target, name in ((thermostat, "serial"), (point, "y")):
        with pytest.raises(Py4JError):
            set_field(target, name, 1)
    set_field(point, "x", 7)
    assert str(point) == "(7, 2)"


def test_a_field_of_a_bound_class_is_the_part_itself(house: Any) -> None:
    line = house.Line()
    end = get_field(line, "end")
    set_field(end, "x", 30)
    assert get_field(get_field(line, "end"), "x") == 30
    set_field(line, "start", end)
    assert str(get_field(line, "start")) == "(30, 4)"
    del line
    assert str(end) == "(30, 4)"


def test_statics_and_nested_classes_belong_to_the_class(house: Any) -> None:
    assert house.Thermostat.MAX == 35
    before = house.Thermostat.made
    assert house.Thermostat.make(2) == before + 2
    assert house.Thermostat.made == before + 2
    assert house.Thermostat.Limits.LOWEST == 5


def test_a_derived_class_has_what_its_base_has(house: Any, client: JavaGateway) -> None:
    thermostat = house.Thermostat(20)
    assert thermostat.kind() == "thermostat"
    assert get_field(thermostat, "room") == "hall"
    assert is_instance_of(client, thermostat, "house.Device")
    assert not is_instance_of(client, thermostat, "house.Point")


def test_constants_of_an_enumeration_are_static_members(house: Any, client: JavaGateway) -> None:
    mode = house.Mode
    assert str(mode.HEAT) == "HEAT"
    assert mode.HEAT.name() == "HEAT"
    assert mode.HEAT.ordinal() == 1
    assert mode.valueOf("COOL") == mode.COOL
    assert mode.HEAT != mode.COOL
    assert hash(mode.HEAT) == hash(mode.valueOf("HEAT"))
    assert [str(each) for each in mode.values()] == ["OFF", "HEAT", "COOL"]
    assert mode.COOL.compareTo(mode.HEAT) == 1
    assert is_instance_of(client, mode.OFF, "java.lang.Enum")
    with pytest.raises(Py4JJavaError, match=r"No enum constant house\.Mode\.NONE"):
        mode.valueOf("NONE")


def test_enumerations_are_passed_by_constant_or_by_name(house: Any) -> None:
    assert house.Values.next(house.Mode.OFF) == house.Mode.HEAT
    assert house.Values.next("HEAT") == house.Mode.COOL
    with pytest.raises(Py4JError, match=r"next\(house\.Mode\)"):
        house.Values.next("WARM")
    thermostat = house.Thermostat()
    set_field(thermostat, "mode", house.Mode.COOL)
    assert get_field(thermostat, "mode") == house.Mode.COOL
    with pytest.raises(Py4JJavaError, match=r"house\.Mode has no constant for the number 99"):
        house.Values.unnamed().name()


def test_constants_are_keys_and_values_of_maps(house: Any) -> None:
    modes = house.Values.modes({"a": house.Mode.HEAT})
    assert modes["a"] == house.Mode.HEAT


def test_operators_compare_hash_and_show_by_value(house: Any) -> None:
    assert house.Point(1, 2) == house.Point(1, 2)
    assert house.Point(1, 2) != house.Point(1, 3)
    assert house.Point(1, 2).equals("text") is False
    assert house.Point(1, 2).compareTo(house.Point(2, 0)) == -1
    with pytest.raises(Py4JJavaError, match=r"has no std::hash"):
        hash(house.Point(1, 2))


def test_objects_without_operators_go_by_identity(house: Any) -> None:
    line = house.Line()
    same = line
    assert line == same
    assert line != house.Line()
    assert hash(line) == hash(line)


def test_help_shows_names_defaults_and_texts(house: Any, client: JavaGateway) -> None:
    page = client.help(house.Thermostat, display=False)
    assert "Keeps a room warm." in page
    assert "Thermostat(double celsius = 20.0)" in page
    assert "setTarget(double celsius) : void" in page
    assert "At most 35 degrees." in page
    assert "Where it is." in page
    assert "Limits" in page
    short = client.help(house.Thermostat, pattern="setTarget(*", short_name=True, display=False)
    assert "setTarget" in short
    assert "names" not in short


def test_every_kind_of_thing_has_a_help_page(house: Any, client: JavaGateway) -> None:
    java = client.jvm.java
    with pytest.raises(Py4JJavaError) as caught:
        house.Values.fail("no such room")
    things = {
        "an object": house.Thermostat(),
        "a class": house.Thermostat,
        "a method": house.Thermostat().setTarget,
        "a nested class": house.Thermostat.Limits,
        "an interface": house.Listener,
        "an implementation": house.QuietListener(),
        "an enumeration": house.Mode,
        "a constant": house.Mode.HEAT,
        "a function": house.Functions.even(),
        "a list": house.Values.array([1, 2, 3]),
        "a map": house.Values.map({"a": [1]}),
        "a set": house.Values.set({1}),
        "an iterator": house.Values.set({1}).iterator(),
        "an array": client.new_array(client.jvm.int, 2),
        "a class of Java": java.util.ArrayList,
        "a plain object": java.lang.Object(),
        "a class object": house.Thermostat().getClass(),
        "an exception": caught.value.java_exception,
        "the gateway": client.java_gateway_server,
    }
    for kind, thing in things.items():
        assert client.help(thing, display=False).startswith("Help on class "), kind
    assert house.Thermostat.__doc__.startswith("Help on class Thermostat")
    assert "setTarget(double celsius) : void" in pydoc.render_doc(house.Thermostat())


def test_dir_lists_the_members(house: Any) -> None:
    assert {"setTarget", "names", "kind"} <= set(dir(house.Thermostat()))
    assert {"OFF", "HEAT", "COOL", "valueOf"} <= set(dir(house.Mode))
    assert isinstance(house.Mode, py4j.java_gateway.JavaClass)
