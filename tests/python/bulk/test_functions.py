# SPDX-License-Identifier: Apache-2.0
"""Plain Python callables as arguments of C++ functions."""

from __future__ import annotations

import gc
import tomllib
import weakref
from pathlib import Path
from typing import Any

import py4cpp
import pytest
from py4j.protocol import Py4JJavaError


def test_a_lambda_is_called_by_cpp(lab: Any) -> None:
    assert lab.twice(py4cpp.function(lambda x: x * 3), 2.0) == 18.0


def test_an_interface_method_of_any_name_calls_the_function(lab: Any) -> None:
    upper = py4cpp.function(str.upper, interface="test.Op")
    assert lab.apply(upper, "text") == "TEXT"


def test_what_the_function_raises_arrives_with_its_text(lab: Any) -> None:
    def fail(_: str) -> None:
        raise ValueError("not today")

    with pytest.raises(Py4JJavaError, match="not today"):
        lab.apply(py4cpp.function(fail, "test.Op"), "text")


def test_it_is_still_a_callable_in_python() -> None:
    add = py4cpp.function(lambda a, b: a + b, ("one.A", "two.B"))
    assert add(1, 2) == 3
    assert add.Java.implements == ["one.A", "two.B"]
    assert "lambda" in repr(add)


def test_private_names_are_no_methods_of_the_interface() -> None:
    with pytest.raises(AttributeError):
        py4cpp.function(len)._hidden  # noqa: B018


def test_only_callables_are_taken() -> None:
    with pytest.raises(TypeError, match="cannot be called"):
        py4cpp.function(3)  # type: ignore[arg-type]


def test_the_function_is_let_go_when_cpp_is_done_with_it(gateway: Any, lab: Any) -> None:
    class Callee:
        def __call__(self, text: str) -> str:
            return text

    callee = Callee()
    gone = weakref.ref(callee)
    lab.apply(py4cpp.function(callee, "test.Op"), "text")
    del callee
    gateway.jvm.System.gc()  # Tells Python of the proxies that C++ dropped.
    gc.collect()
    assert gone() is None


def test_the_package_has_the_version_of_the_library(source_root: Path) -> None:
    project = tomllib.loads((source_root / "python" / "pyproject.toml").read_text())
    version = project["project"]["version"]
    assert f"version: '{version}'" in (source_root / "meson.build").read_text()
