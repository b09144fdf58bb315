# SPDX-License-Identifier: Apache-2.0
"""The names of java.lang and java.util that py4j and its users ask for."""

from __future__ import annotations

import math
import time

import pytest
from py4j.java_gateway import JavaGateway, is_instance_of, java_import
from py4j.protocol import Py4JError, Py4JJavaError


def test_lists_behave_like_pythons(gateway: JavaGateway) -> None:
    java_list = gateway.jvm.java.util.ArrayList()
    java_list.extend([3, 1, 2])
    java_list.append("x")
    assert list(java_list) == [3, 1, 2, "x"]
    assert len(java_list) == 4
    assert java_list[-1] == "x"
    assert list(java_list[1:3]) == [1, 2]
    del java_list[3]
    java_list.sort()
    assert list(java_list) == [1, 2, 3]
    java_list.reverse()
    assert str(java_list) == "[3, 2, 1]"
    assert 2 in java_list
    assert java_list.index(2) == 1
    assert java_list.count(3) == 1
    java_list[0] = 9
    assert list(java_list + java_list) == [9, 2, 1, 9, 2, 1]
    assert list(java_list * 2) == [9, 2, 1, 9, 2, 1]
    assert max(java_list) == 9
    with pytest.raises(IndexError):
        java_list[10]


def test_maps_behave_like_pythons(gateway: JavaGateway) -> None:
    java_map = gateway.jvm.java.util.HashMap()
    java_map["a"] = 1
    java_map["b"] = 2.5
    assert len(java_map) == 2
    assert "a" in java_map
    assert java_map["b"] == 2.5
    assert sorted(java_map) == ["a", "b"]
    del java_map["a"]
    assert dict(java_map) == {"b": 2.5}
    assert java_map["a"] is None


def test_sets_behave_like_pythons(gateway: JavaGateway) -> None:
    java_set = gateway.jvm.java.util.HashSet()
    java_set.add("a")
    java_set.add("a")
    java_set.add("b")
    assert len(java_set) == 2
    assert "a" in java_set
    java_set.remove("a")
    assert list(java_set) == ["b"]


def test_arrays_of_a_type_hold_only_that_type(gateway: JavaGateway) -> None:
    numbers = gateway.new_array(gateway.jvm.int, 2)
    numbers[0] = 5
    assert list(numbers) == [5, 0]
    with pytest.raises(Py4JError):
        numbers[1] = "x"
    table = gateway.new_array(gateway.jvm.java.lang.String, 2, 3)
    table[1][2] = "cell"
    assert table[1][2] == "cell"
    assert len(table[0]) == 3


def test_properties_are_shared_by_all_connections(gateway: JavaGateway) -> None:
    system = gateway.jvm.System
    assert system.getProperty("my.key") is None
    assert system.getProperty("my.key", "default") == "default"
    assert system.setProperty("my.key", "value") is None
    assert system.getProperty("my.key") == "value"
    assert system.clearProperty("my.key") == "value"
    assert abs(system.currentTimeMillis() / 1000 - time.time()) < 60


def test_numbers_are_parsed_as_java_does(gateway: JavaGateway) -> None:
    lang = gateway.jvm.java.lang
    assert lang.Integer.parseInt("-12") == -12
    assert lang.Double.parseDouble("1.5") == 1.5
    assert lang.Double.parseDouble("+1.5E3") == 1500.0
    assert lang.Double.parseDouble("-Infinity") == -math.inf
    assert math.isnan(lang.Double.parseDouble("NaN"))
    assert lang.String.valueOf(1.0) == "1.0"
    assert lang.Math.max(2**40, 3) == 2**40
    for text in ("x", "", "+-1", "1 ", "0x10", "2147483648"):
        with pytest.raises(Py4JJavaError, match=r"java\.lang\.NumberFormatException"):
            lang.Integer.valueOf(text)
    with pytest.raises(Py4JError, match="valueOf2"):
        _ = lang.Integer.valueOf2


def test_a_builder_returns_itself(gateway: JavaGateway) -> None:
    builder = gateway.jvm.java.lang.StringBuilder("a")
    assert builder.append(1).append(2.5).append(True).toString() == "a12.5true"


def test_instances_are_recognised_by_name_class_and_object(gateway: JavaGateway) -> None:
    java_list = gateway.jvm.java.util.ArrayList()
    assert is_instance_of(gateway, java_list, "java.util.List")
    assert is_instance_of(gateway, java_list, gateway.jvm.java.util.Collection)
    assert is_instance_of(gateway, java_list, java_list)
    assert not is_instance_of(gateway, java_list, "java.util.Map")


def test_classes_can_be_found_by_name(gateway: JavaGateway) -> None:
    class_object = gateway.jvm.Class.forName("test.Peer")
    assert class_object.getSimpleName() == "Peer"
    assert str(class_object) == "class test.Peer"
    with pytest.raises(Py4JJavaError, match=r"java\.lang\.ClassNotFoundException: no\.Such"):
        gateway.jvm.Class.forName("no.Such")
    loader = gateway.jvm.Thread.currentThread().getContextClassLoader()
    assert loader.loadClass("test.Peer").getName() == "test.Peer"


def test_every_object_has_text_hash_and_equality(gateway: JavaGateway) -> None:
    first, second = gateway.jvm.test.Peer(), gateway.jvm.test.Peer()
    same = gateway.entry_point.echo(first)
    assert same == first
    assert hash(same) == hash(first)
    assert first != second
    assert str(first).startswith("test.Peer@")
    assert first.getClass().getName() == "test.Peer"


def test_imports_give_simple_names(gateway: JavaGateway) -> None:
    java_import(gateway.jvm, "test.*")
    assert gateway.jvm.Peer.twice(2) == 4
    view = gateway.new_jvm_view("other")
    java_import(view, "java.util.ArrayList")
    assert len(view.ArrayList()) == 0
    java_import(gateway.jvm, "no.such.Thing")


def test_dir_and_help_know_the_members(gateway: JavaGateway) -> None:
    peer = gateway.jvm.test.Peer()
    assert {"greet", "echo", "toString"} <= set(dir(peer))
    assert {"LIMIT", "Nested", "twice"} <= set(dir(gateway.jvm.test.Peer))
    dir(gateway.jvm)
    page = gateway.help(peer, display=False)
    assert "Help on class Peer in package test:" in page
    assert "greet(String) : String" in page
    assert "echo" not in gateway.help(peer.greet, display=False)


def test_iterators_end(gateway: JavaGateway) -> None:
    iterator = iter(gateway.entry_point.strings(2))
    assert list(iterator) == ["0", "1"]
    java_iterator = gateway.entry_point.strings(1).iterator()
    assert list(java_iterator) == ["0"]


def test_the_server_object_tells_its_port(gateway: JavaGateway) -> None:
    server = gateway.java_gateway_server
    assert server.getListeningPort() == gateway.gateway_parameters.port
    assert server.getGateway().getBindings().size() > 0
