# SPDX-License-Identifier: Apache-2.0
"""Helpers for programs that drive C++ through py4j: `function` and `as_callable` for functions of
one language in the other, `bulk` for arrays."""

from py4cpp import bulk
from py4cpp.bulk import shared_array
from py4cpp.functions import CppFunction, Function, as_callable, function

__all__ = ["CppFunction", "Function", "as_callable", "bulk", "function", "shared_array"]
