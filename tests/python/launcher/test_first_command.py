# SPDX-License-Identifier: Apache-2.0
"""`./run`, a newcomer's first command."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support import Submitter

WITHOUT_NETWORK = ["unshare", "--map-root-user", "--net", "sh", "-c"]
WITHOUT_NETWORK += ['ip link set lo up && exec "$@"', "sh"]


def without_network() -> list[str]:
    """What runs the rest of its command line without a network, where the system allows that."""
    try:
        possible = subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True).returncode == 0
    except OSError:
        possible = False
    return WITHOUT_NETWORK if possible else []


def test_a_second_run_needs_neither_root_nor_network(
    launch: Submitter, source_root: Path, tmp_path: Path
) -> None:
    refusing = tmp_path / "refusing"
    refusing.mkdir()
    for name in ("sudo", "apt-get", "pip", "curl"):
        stub = refusing / name
        stub.write_text(f"#!/bin/sh\necho {name} was called >&2\nexit 99\n")
        stub.chmod(0o755)
    script = launch.write(
        """
        import sys
        from pyspark import SparkContext
        print(SparkContext().range(10).sum(), *sys.argv[1:])
        sys.exit(3)
        """
    )
    env = launch.environment()
    del env["PYSPARK_PYTHON"]
    env["PATH"] = f"{refusing}:{env['PATH']}"
    done = subprocess.run(
        [*without_network(), str(source_root / "run"), str(script), "one", "--two"],
        env=env,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert (done.returncode, done.stdout) == (3, "45 one --two\n"), done.stderr
