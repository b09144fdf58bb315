# SPDX-License-Identifier: Apache-2.0
"""`./run`, a newcomer's first command."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from support import Submitter

# Brings up the loopback interface, which a new network does not have, and runs the command.
WITH_LOOPBACK = """
import fcntl, os, socket, struct, sys

SIOCSIFFLAGS, IFF_UP = 0x8914, 1
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
os.execvp(sys.argv[1], sys.argv[1:])
"""
IN_A_NETWORK_OF_ITS_OWN = ["unshare", "--map-root-user", "--net"]
IN_A_NETWORK_OF_ITS_OWN += [sys.executable, "-c", WITH_LOOPBACK]


def with_loopback_alone() -> list[str]:
    """What runs the rest of its command line where no other machine can be reached; nothing where
    the system does not allow that."""
    try:
        trial = subprocess.run([*IN_A_NETWORK_OF_ITS_OWN, "true"], capture_output=True)
    except OSError:
        return []
    return IN_A_NETWORK_OF_ITS_OWN if trial.returncode == 0 else []


def refusing(port: int) -> dict[str, str]:
    """Settings with which pip, apt-get and whatever else heeds proxies fail on every system; nobody
    listens on the port."""
    proxy = f"http://127.0.0.1:{port}"
    settings = {f"{scheme}_proxy": proxy for scheme in ("http", "https", "ftp", "all")}
    return {"PIP_NO_INDEX": "1", "no_proxy": "", "NO_PROXY": ""} | settings


def test_a_second_run_needs_neither_root_nor_network(
    launch: Submitter, source_root: Path, tmp_path: Path
) -> None:
    stubs, called = tmp_path / "stubs", tmp_path / "called"
    stubs.mkdir()
    for name in ("sudo", "apt-get"):
        stub = stubs / name
        stub.write_text(f"#!/bin/sh\necho {name} $* >>{called}\nexit 99\n")
        stub.chmod(0o755)
    script = launch.write(
        """
        import sys
        from pyspark import SparkContext
        print(SparkContext().range(10).sum(), *sys.argv[1:])
        sys.exit(3)
        """
    )
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        env = launch.environment(refusing(closed.getsockname()[1]))
        del env["PYSPARK_PYTHON"]
        env["PATH"] = f"{stubs}:{env['PATH']}"
        done = subprocess.run(
            [*with_loopback_alone(), str(source_root / "run"), str(script), "one", "--two"],
            env=env,
            capture_output=True,
            text=True,
            timeout=150,
        )
    assert not called.exists(), called.read_text()
    assert (done.returncode, done.stdout) == (3, "45 one --two\n"), done.stderr
