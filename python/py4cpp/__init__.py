# SPDX-License-Identifier: Apache-2.0
"""Helpers for programs that drive C++ through py4j: `function` for callbacks, `bulk` for arrays."""

from py4cpp import bulk
from py4cpp.functions import Function, function

__all__ = ["Function", "bulk", "function"]
