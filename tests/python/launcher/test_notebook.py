# SPDX-License-Identifier: Apache-2.0
"""Notebooks: a Jupyter kernel that finds us through SPARK_HOME."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support import Submitter

HERE = Path(__file__).parent


def test_cells_of_a_notebook_run_and_an_interrupt_ends_one_alone(
    launch: Submitter, build_dir: Path
) -> None:
    kernel_python = build_dir / "env-notebook/bin/python"
    if not kernel_python.exists():
        pytest.fail(f"{kernel_python} is missing: run ./test")
    env = launch.environment(
        {
            "SPARK_HOME": str(launch.command.parent / "home"),
            "PYTHONPATH": str(launch.python.pyspark.parent),
            "HOME": str(launch.folder),
            "IPYTHONDIR": str(launch.folder / "ipython"),
            "JUPYTER_RUNTIME_DIR": str(launch.folder / "runtime"),
        }
    )
    del env["PYSPARK_PYTHON"]
    done = subprocess.run(
        ["env", "--default-signal", str(kernel_python), str(HERE / "notebook_cells.py")]
        + [str(launch.folder)],
        env=env,
        cwd=launch.folder,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.stdout.splitlines() == ["ok  ", "ok  55", "error KeyboardInterrupt ", "ok  45"], (
        done.stderr
    )
