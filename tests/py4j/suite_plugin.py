# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin: leaves out the tests that $PY4J_EXCLUDED names, which `--deselect` does by their
beginnings only. And it waits at the end until each program that a test has started has written its
last line (lifetimes.hpp), because some tests do not wait for theirs, and because all processes of
a part end with pytest. Programs that were killed never write it, so there is a bound."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

WAIT_SECONDS_MAX = 2.0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Called by pytest before the first test."""
    excluded = os.environ["PY4J_EXCLUDED"].split()
    left_out = [item for item in items if item.nodeid in excluded]
    items[:] = [item for item in items if item.nodeid not in excluded]
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def has_ended(report: Path) -> bool:
    """Whether a program is done, or gone."""
    if report.read_text().endswith("ended\n"):
        return True
    try:
        os.kill(int(report.name), 0)
    except ProcessLookupError:
        return True
    return False


def pytest_sessionfinish() -> None:
    """Called by pytest after the last test."""
    reports = Path(os.environ["PY4J_PEER_REPORTS"])
    end = time.monotonic() + WAIT_SECONDS_MAX
    while not all(map(has_ended, reports.iterdir())) and time.monotonic() < end:
        time.sleep(0.01)
