# SPDX-License-Identifier: Apache-2.0
"""Prints where the wheel of pyarrow keeps Arrow's C++ headers and its library."""

from __future__ import annotations

from pathlib import Path

import pyarrow

library = next(Path(pyarrow.get_library_dirs()[0]).glob("libarrow.so.*"))
print(pyarrow.get_include())
print(library)
