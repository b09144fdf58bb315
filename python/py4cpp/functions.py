# SPDX-License-Identifier: Apache-2.0
"""Functions of one language in the other.

py4j passes a Python object by reference only when its class says which interfaces it implements, in
a class `Java` of its own. A lambda has no such class; `function` gives it one. A `std::function`
that C++ returns is an object with a method `apply`; `as_callable` makes it one to be called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

Result = TypeVar("Result")

if TYPE_CHECKING:
    from typing import ParamSpec, Protocol

    Parameters = ParamSpec("Parameters")
    Applied_co = TypeVar("Applied_co", covariant=True)

    class Applicable(Protocol[Parameters, Applied_co]):
        """What the stubs say of a `std::function` that C++ returned."""

        def apply(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Applied_co: ...


DEFAULT_INTERFACE = "py4cpp.Function"


class Function(Generic[Result]):
    """A callable that C++ can call: under whatever name the interface gives to its one method."""

    def __init__(self, callee: Callable[..., Result], interfaces: tuple[str, ...]) -> None:
        self._callee = callee
        self.Java: Any = type("Java", (), {"implements": list(interfaces)})

    def __call__(self, *arguments: Any) -> Result:
        return self._callee(*arguments)

    def __getattr__(self, name: str) -> Callable[..., Result]:
        # Asked for names that the class does not have: the interface's method.
        if name.startswith("_"):
            raise AttributeError(name)
        return self._callee

    def toString(self) -> str:  # noqa: N802 - Java's name.
        """How C++ shows the proxy, as Java would."""
        return repr(self)

    def __repr__(self) -> str:
        return f"py4cpp.function({self._callee!r})"


def function(
    callee: Callable[..., Result], interface: str | tuple[str, ...] = DEFAULT_INTERFACE
) -> Function[Result]:
    """Makes a callable an argument for C++: a `std::function` parameter takes it as it is.

        sensor.on_change(py4cpp.function(lambda celsius: print(celsius)))

    `interface` is for C++ functions that ask for a certain interface, or for several as a tuple;
    every method of theirs then calls `callee`. The callback server must run, as for any callback
    of py4j. Raises TypeError when `callee` cannot be called.
    """
    if not callable(callee):
        raise TypeError(f"{callee!r} cannot be called")
    return Function(callee, (interface,) if isinstance(interface, str) else tuple(interface))


class CppFunction:
    """A function of C++ that is called as Python's are. Where C++ wants the function back it may be
    passed as it is."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def __call__(self, *arguments: Any) -> Any:
        return self._target.apply(*arguments)

    def _get_object_id(self) -> str:
        # What py4j asks of an argument that is an object of the gateway.
        object_id: str = self._target._get_object_id()
        return object_id

    def __repr__(self) -> str:
        return f"py4cpp.as_callable({self._target!r})"


@overload
def as_callable(target: Applicable[Parameters, Result]) -> Callable[Parameters, Result]: ...
@overload
def as_callable(target: Any) -> Callable[..., Any]: ...
def as_callable(target: Any) -> Callable[..., Any]:
    """Makes a `std::function` that C++ returned a Python callable.

        curve = py4cpp.as_callable(tools.curve())
        curve(0.5)

    It keeps the C++ function alive. Raises TypeError when `target` is no object of a gateway.
    """
    if not hasattr(target, "_get_object_id"):
        raise TypeError(f"{target!r} is no function of C++")
    return CppFunction(target)
