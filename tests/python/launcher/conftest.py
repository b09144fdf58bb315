# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the launcher's tests: most of what a launcher does needs no Spark context, so those
tests run once, with the newest release, and their scripts do not import pyspark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Interpreter, Submitter


@pytest.fixture
def launch(py4cpp: Path, newest_python: Interpreter, tmp_path: Path) -> Iterator[Submitter]:
    """Like `submit`, with one interpreter only."""
    submitter = Submitter(py4cpp, newest_python, tmp_path)
    yield submitter
    submitter.check_nothing_is_left()
