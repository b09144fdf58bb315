# SPDX-License-Identifier: Apache-2.0
"""The examples of the runner are built by a project of its own on the installed libraries, and do
what they say: with pyspark's Python files and pyarrow for batches, and in an environment that has
nothing but pyspark, or the small pyspark-client, for pickled rows. Every installed header can be
included alone."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("PY4CPP_BUILD", ROOT / "build"))
ARRAYS_PYTHON = BUILD / "env-arrays" / "bin" / "python"
PYSPARK = Path(os.environ.get("PY4CPP_PYSPARK", BUILD / "env"))
IS_CLIENT = bool(list(PYSPARK.glob("lib/python3*/site-packages/pyspark_client-*")))

BATCHES = """\
fahrenheit [
  32,
  41,
  50,
  59
]
fahrenheit [
  68,
  77,
  86,
  95
]
fahrenheit [
  104,
  113,
  122,
  131
]
"""
ROWS = """\
partition 0: Ada will be 37
partition 0: Grace will be 86
"""


def run(*command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """Runs a command that has to succeed and returns what it printed."""
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Installed:
    """The libraries as installed somewhere, and the environment in which they are found."""

    include: Path
    env: dict[str, str]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    root = tmp_path_factory.mktemp("root")
    run("meson", "install", "--no-rebuild", "--quiet", "-C", BUILD, "--destdir", root)
    (package,) = root.rglob("py4cpp-runner-arrow.pc")
    for file in package.parent.glob("*.pc"):
        file.write_text(file.read_text().replace("prefix=", f"prefix={root}", 1))
    (header,) = root.rglob("arrow_runner.hpp")
    env = {
        **os.environ,
        "PKG_CONFIG_PATH": str(package.parent),
        "LD_LIBRARY_PATH": str(package.parents[1]),
    }
    env.pop("PYTHONPATH", None)
    return Installed(header.parents[2], env)


@pytest.fixture(scope="module")
def project(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, built far from our tree."""
    copy = Path(shutil.copytree(ROOT / "examples/runner", tmp_path_factory.mktemp("p") / "runner"))
    run("meson", "setup", "--buildtype=plain", "build", env=installed.env, cwd=copy)
    run("ninja", "-C", "build", env=installed.env, cwd=copy)
    return copy


def test_batches_come_back_as_they_are_made(project: Path, installed: Installed) -> None:
    (packages,) = PYSPARK.glob("lib/python3*/site-packages")
    env = {**installed.env, "PYTHONPATH": str(packages)}
    command = [project / "build" / "batches", ARRAYS_PYTHON, project]
    assert run(*command, env=env) == BATCHES


def test_pickled_rows_need_pyspark_alone(project: Path, installed: Installed) -> None:
    python = PYSPARK / "bin" / "python"
    if IS_CLIENT:
        others = "[name for name in ('numpy', 'pandas', 'pyarrow', 'py4j') if find_spec(name)]"
        code = f"from importlib.util import find_spec; print({others})"
        assert run(python, "-c", code, env=installed.env) == "[]\n"
    run(python, project / "make_command.py", project / "command", env=installed.env)
    command = [project / "build" / "rows", python, project / "command"]
    assert run(*command, env=installed.env) == ROWS
    assert "libarrow" not in run("ldd", project / "build" / "rows", env=installed.env)


def test_workers_can_be_borrowed_with_the_installed_headers(
    installed: Installed, tmp_path: Path
) -> None:
    flags = run("pkg-config", "--cflags", "--libs", "py4cpp-runner", env=installed.env).split()
    source = Path(__file__).with_name("lease.cpp")
    run("c++", "-std=c++20", source, "-o", tmp_path / "lease", *flags, env=installed.env)
    said = run(tmp_path / "lease", PYSPARK / "bin" / "python", env=installed.env)
    assert said.splitlines() == [
        "stream 1, reused 0",
        "held 0, idle 1",
        "same 1, reused 1",
        "live 0, killed 1",
    ]


def test_every_installed_header_stands_alone(installed: Installed, tmp_path: Path) -> None:
    flags = run("pkg-config", "--cflags", "py4cpp-runner-arrow", env=installed.env).split()
    folder = installed.include / "py4cpp"
    ours = [*(ROOT / "runner").glob("*.hpp"), *(ROOT / "runner/arrow").glob("*.hpp")]
    names = [path.relative_to(ROOT / "runner") for path in ours]
    found = [name for name in names if (folder / name).exists()]
    assert len(found) > 15
    source = tmp_path / "all.cpp"
    for name in found:
        source.write_text(f"#include <py4cpp/{name}>\n")
        run("c++", "-std=c++20", "-fsyntax-only", *flags, source)
