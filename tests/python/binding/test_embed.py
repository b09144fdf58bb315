# SPDX-License-Identifier: Apache-2.0
"""The example that embeds the library is built by a project of its own, on the installed library
and with our sources as its subproject, and does what it says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

EXPECTED = """\
C++ says 21.5 degrees
it is set to 21.5
another one is set to 18.0
refused: 35 degrees is the limit
"""


def run(*command: str, env: Mapping[str, str] | None = None) -> str:
    """Runs a command that has to succeed and returns what it printed."""
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def drive(project: Path, env: Mapping[str, str]) -> str:
    """Builds the example and runs its script."""
    build = project / "build"
    run("meson", "setup", "--buildtype=plain", str(build), str(project), env=env)
    run("ninja", "-C", str(build), "thermostat", env=env)
    return run(sys.executable, str(project / "drive.py"), str(build / "thermostat"), env=env)


@pytest.fixture
def project(source_root: Path, tmp_path: Path) -> Path:
    """A copy of the example, far from our tree."""
    return Path(shutil.copytree(source_root / "examples" / "embed", tmp_path / "embed"))


def test_on_the_installed_library(project: Path, build_dir: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    run("meson", "install", "--no-rebuild", "--quiet", "-C", str(build_dir), "--destdir", str(root))
    (package,) = root.rglob("py4cpp.pc")
    env = {
        **os.environ,
        "PKG_CONFIG_PATH": str(package.parent),
        "PKG_CONFIG_SYSROOT_DIR": str(root),
        "LD_LIBRARY_PATH": str(package.parents[1]),
    }
    assert drive(project, env) == EXPECTED


@pytest.mark.timeout(600)  # It compiles the whole library, unless ccache remembers.
def test_with_our_sources_as_a_subproject(project: Path, source_root: Path) -> None:
    (project / "subprojects").mkdir()
    (project / "subprojects" / "py4cpp").symlink_to(source_root)
    env = {**os.environ, "PKG_CONFIG_PATH": "", "CCACHE_NOHASHDIR": "1"}
    assert drive(project, env) == EXPECTED
