# SPDX-License-Identifier: Apache-2.0
"""What `meson install` puts in place: it runs from there, and a plugin can be built on it alone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Interpreter, Submitter


@pytest.fixture(scope="module")
def root(build_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that stands for `/` of an installation."""
    folder = tmp_path_factory.mktemp("installed")
    command = ["meson", "install", "--no-rebuild", "--quiet", "-C", str(build_dir)]
    subprocess.run([*command, "--destdir", str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture
def installed(root: Path, newest_python: Interpreter, tmp_path: Path) -> Iterator[Submitter]:
    """Runs scripts with the installed command."""
    (command,) = root.rglob("bin/py4cpp")
    submitter = Submitter(command, newest_python, tmp_path)
    yield submitter
    submitter.check_nothing_is_left()


def test_the_installed_command_runs_a_script(installed: Submitter) -> None:
    script = installed.write(
        "from pyspark import SparkContext\nprint(SparkContext().range(10).sum())"
    )
    assert installed.output(script) == "45\n"


def test_the_installed_home_serves_plain_python(installed: Submitter) -> None:
    home = subprocess.run([str(installed.command), "home"], capture_output=True, text=True)
    script = installed.write(
        "from pyspark import SparkContext\nprint(SparkContext().range(10).sum())"
    )
    done = subprocess.run(
        [installed.python.executable, str(script)],
        env=installed.environment({"SPARK_HOME": home.stdout.strip()}),
        capture_output=True,
        text=True,
    )
    assert done.stdout == "45\n", done.stderr


def test_a_plugin_is_built_on_the_installation_alone(
    installed: Submitter, root: Path, source_root: Path
) -> None:
    example = source_root / "examples" / "plugin"
    (package,) = root.rglob("py4cpp.pc")
    env = {
        **os.environ,
        "PKG_CONFIG_PATH": str(package.parent),
        "PKG_CONFIG_SYSROOT_DIR": str(root),
    }
    build = installed.folder / "build"
    for command in (["meson", "setup", str(build), str(example)], ["ninja", "-C", str(build)]):
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    options = ["--plugin", str(build / "libmymodule.so")]
    assert installed.output(example / "hello.py", options=options) == "Hello from C++\n42\n"
