# SPDX-License-Identifier: Apache-2.0
"""Fixtures of all Python tests: where the build is, which interpreters there are, and a way to run
a driver script that afterwards checks that neither a process nor a temporary file stayed behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Interpreter, Submitter, built

SOURCE_ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = {
    "4.3": ("PY4CPP_ENV_43", "env"),
    "3.5": ("PY4CPP_ENV_35", "env-3.5"),
}


@pytest.fixture(scope="session")
def source_root() -> Path:
    """The top folder of the source tree."""
    return SOURCE_ROOT


@pytest.fixture(scope="session")
def build_dir() -> Path:
    """The build folder: $PY4CPP_BUILD, which meson sets, or build/ for a test run by hand."""
    folder = Path(os.environ.get("PY4CPP_BUILD", SOURCE_ROOT / "build"))
    if not (folder / "build.ninja").exists():
        pytest.fail(f"{folder} is no build folder: run ./test, or set PY4CPP_BUILD")
    return folder


@pytest.fixture(scope="session")
def py4cpp(build_dir: Path) -> Path:
    """The command under test."""
    return built(build_dir, "launcher/py4cpp")


def interpreter(release: str) -> Interpreter:
    """The Python whose site-packages hold that release of pyspark."""
    variable, folder = ENVIRONMENTS[release]
    default = SOURCE_ROOT / "build" / folder / "bin" / "python"
    executable = Path(os.environ.get(variable, default))
    if not executable.exists():
        pytest.fail(f"{executable} is missing: run ./test, or set {variable}")
    return Interpreter(str(executable), release)


@pytest.fixture(
    scope="session", params=list(ENVIRONMENTS), ids=lambda release: f"pyspark-{release}"
)
def python(request: pytest.FixtureRequest) -> Interpreter:
    """Each test that asks for this runs once with either release of pyspark."""
    return interpreter(request.param)


@pytest.fixture(scope="session")
def newest_python() -> Interpreter:
    """The interpreter with the newest pyspark, for what does not depend on the release."""
    return interpreter("4.3")


@pytest.fixture
def submit(py4cpp: Path, python: Interpreter, tmp_path: Path) -> Iterator[Submitter]:
    """Runs driver scripts with `py4cpp run`; fails the test when one leaves anything behind."""
    submitter = Submitter(py4cpp, python, tmp_path)
    yield submitter
    submitter.check_nothing_is_left()
