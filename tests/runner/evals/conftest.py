# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests of eval types. They run in the environment that has pandas and Arrow, with
one release of PySpark from another one, and so do the workers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

BUILD = Path(os.environ.get("PY4CPP_BUILD", Path(__file__).resolve().parents[3] / "build"))
PYSPARK = Path(os.environ.get("PY4CPP_PYSPARK", BUILD / "env"))
for packages in PYSPARK.glob("lib/python3*/site-packages"):
    sys.path.append(str(packages))
    os.environ["PYTHONPATH"] = str(packages)
if not PYSPARK.exists():
    pytest.exit(f"{PYSPARK} is missing: run ./test --all-releases", 1)

import pyspark  # noqa: E402
from evals import tasks  # noqa: E402
from evals.peer import KNOWN, OFFERED, Peer  # noqa: E402
from pyspark import cloudpickle  # noqa: E402


def pytest_report_header() -> str:
    """Which PySpark the workers have."""
    return f"pyspark {pyspark.__version__} of {Path(pyspark.__file__).parent}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects the cases of eval types that this release lacks, which test_pool.py has refused; it
    also runs each type that the release offers."""
    kept: list[pytest.Item] = []
    lacking: list[pytest.Item] = []
    for item in items:
        call = getattr(item, "callspec", None)
        wanted = call.params.get("eval_type") if call else None
        if wanted is not None and wanted not in KNOWN:
            raise pytest.UsageError(f"{item.nodeid} is of an eval type that no release has")
        (kept if wanted is None or wanted in OFFERED else lacking).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=lacking)


@pytest.fixture(scope="module", autouse=True)
def functions_by_value(request: pytest.FixtureRequest) -> Iterator[None]:
    """Pickles functions of tests as what they are: workers cannot import their modules."""
    modules = [sys.modules[request.module.__name__], tasks]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    yield
    for module in modules:
        cloudpickle.unregister_pickle_by_value(module)


@pytest.fixture(scope="session")
def peer() -> Iterator[Peer]:
    """The program that runs the tasks of all tests, one after the other, in one pool of workers."""
    program = BUILD / "tests" / "runner" / "evals" / "evals_peer"
    if not program.exists():
        pytest.fail(f"{program} is missing: Arrow's C++ headers were not found by the build")
    started = Peer(program, sys.executable)
    yield started
    started.close()
