# SPDX-License-Identifier: Apache-2.0
"""What the Python tests share: an interpreter with a release of pyspark, and a runner of driver
scripts that can tell every process which a script started, however deep, from all others."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import textwrap
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

MARK = "PY4CPP_TEST_MARK"
LEAVE_SECONDS_MAX = 5.0
RUN_SECONDS_MAX = 120.0

# Mounts a file system on the temporary folder in a namespace of its own, which needs no privilege,
# runs a command there, and prints what is left where nobody else can look.
IN_SMALL_TEMP = """
mount -t tmpfs -o "$1" tmpfs "$TMPDIR" || exit 77
shift
"$@"
code=$?
ls -A "$TMPDIR" | sed 's/^/left behind: /'
exit $code
"""


def small_temp(mount_options: str) -> list[str]:
    """A command that runs the rest of its command line with a small file system as $TMPDIR."""
    namespace = ["unshare", "--user", "--map-root-user", "--mount"]
    return [*namespace, "sh", "-c", IN_SMALL_TEMP, "sh", mount_options]


def built(build_dir: Path, program: str) -> Path:
    """A program of the build, by its path there; without it the test fails."""
    path = build_dir / program
    if not path.exists():
        pytest.fail(f"{path} is missing: build it with ninja -C {build_dir}")
    return path


@dataclass(frozen=True)
class Interpreter:
    """A Python executable and the release of pyspark that it imports."""

    executable: str
    release: str

    @cached_property
    def pyspark(self) -> Path:
        """The folder of the pyspark package."""
        code = "import importlib.util as u; print(u.find_spec('pyspark').origin)"
        answer = subprocess.run(
            [self.executable, "-c", code], capture_output=True, text=True, check=True
        )
        return Path(answer.stdout.strip()).parent

    def example(self, name: str) -> Path:
        """One of the example scripts that the pyspark package ships."""
        return self.pyspark / "examples" / "src" / "main" / "python" / name


def marked_processes(mark: str) -> dict[int, str]:
    """The command lines of all processes, zombies left out, whose environment carries the mark."""
    wanted = f"{MARK}={mark}".encode()
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(folder.name)] = line.decode(errors="replace").strip()
        except OSError:
            continue
    return found


def wait_until_gone(
    mark: str, seconds_max: float = LEAVE_SECONDS_MAX, staying: int | None = None
) -> dict[int, str]:
    """Waits until no process but the one that may stay carries the mark; returns those that are
    still there at the end."""
    end = time.monotonic() + seconds_max
    while True:
        left = marked_processes(mark)
        left.pop(staying or 0, None)
        if not left or time.monotonic() >= end:
            return left
        time.sleep(0.02)


class Terminal:
    """A program on a terminal of its own, and what it has shown there."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.output = b""
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.execve(command[0], list(command), dict(env))

    def read_until(self, text: bytes) -> None:
        """Waits until the text was shown; OSError when the program ends before."""
        while text not in self.output:
            self.output += os.read(self._terminal, 4096)

    def write(self, text: bytes) -> None:
        """What a person would type."""
        os.write(self._terminal, text)

    def finish(self) -> int:
        """Reads what is left and returns the exit code."""
        try:
            while piece := os.read(self._terminal, 4096):
                self.output += piece
        except OSError:  # The terminal is gone when its last user is.
            pass
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])


class Submitter:
    """Runs scripts with `py4cpp run` in an environment of their own: a private temporary folder,
    the given interpreter for driver and workers, and a mark by which their processes are found."""

    def __init__(self, command: Path, python: Interpreter, folder: Path) -> None:
        self.command = command
        self.python = python
        self.folder = folder
        self.temp = folder / "temp"
        self.temp.mkdir()
        self.mark = uuid.uuid4().hex
        self.prefix: list[str] = []  # A command that runs the rest of its command line.

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a run: ours without any Python or Spark setting of the caller."""
        drop = ("PYTHON", "PYSPARK", "SPARK", "PY4CPP", "_PYSPARK")
        env = {key: value for key, value in os.environ.items() if not key.startswith(drop)}
        env.update(TMPDIR=str(self.temp), PYSPARK_PYTHON=self.python.executable)
        env[MARK] = self.mark
        env.update(extra or {})
        return env

    def write(self, text: str, name: str = "script.py") -> Path:
        """Writes a driver script (its common indent removed) into the test's folder."""
        path = self.folder / name
        path.write_text(textwrap.dedent(text))
        return path

    def start(
        self,
        script: Path | str,
        *args: str,
        options: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[str]:
        """Starts `py4cpp run options script args` in a process group of its own."""
        return subprocess.Popen(
            # Whoever runs the tests may ignore signals, which would be inherited.
            ["env", "--default-signal", *self.prefix]
            + [str(self.command), "run", *options, str(script), *args],
            env=self.environment(env),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def finish(
        self, process: subprocess.Popen[str], seconds_max: float = RUN_SECONDS_MAX
    ) -> subprocess.CompletedProcess[str]:
        """Waits for the end and returns output and exit code; past the time it kills the group."""
        try:
            out, err = process.communicate(timeout=seconds_max)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            raise AssertionError(
                f"still running after {seconds_max:g} s\n--- stdout\n{out}\n--- stderr\n{err}"
            ) from None
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def run(
        self,
        script: Path | str,
        *args: str,
        options: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        seconds_max: float = RUN_SECONDS_MAX,
    ) -> subprocess.CompletedProcess[str]:
        """Runs a script to its end, whatever its exit code."""
        return self.finish(self.start(script, *args, options=options, env=env), seconds_max)

    def output(self, script: Path | str, *args: str, options: Sequence[str] = ()) -> str:
        """Runs a script that has to succeed and returns what it printed."""
        done = self.run(script, *args, options=options)
        assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def check_nothing_is_left(self) -> None:
        """Fails when a process or a temporary file of any run is still there."""
        left = wait_until_gone(self.mark)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert not left, f"processes stayed behind: {left}"
        files = sorted(str(path.relative_to(self.temp)) for path in self.temp.rglob("*"))
        assert not files, f"temporary files stayed behind: {files}"
