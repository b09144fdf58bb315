# SPDX-License-Identifier: Apache-2.0
"""Runs a command as a user would and tells its wall time and the peak memory of its engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ENGINES = ("java", "py4cpp")
SAMPLE_SECONDS = 0.1
WITHOUT_SPARK = "no Java here, so no comparison with Apache Spark"


@dataclass(frozen=True)
class Run:
    """What one run took: seconds from start to exit, and the engine's peak resident memory."""

    wall_s: float
    engine_peak_mb: float
    output: str


def java_is_there() -> bool:
    """Whether Apache Spark can be run beside us."""
    return shutil.which("java") is not None or "JAVA_HOME" in os.environ


def engine_peak_kb(session: int) -> int:
    """The largest VmHWM (a peak that the kernel keeps) of the engine processes of a session."""
    peak = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if os.getsid(int(folder.name)) != session:
                continue
            if Path(os.readlink(folder / "exe")).name not in ENGINES:
                continue
            for line in (folder / "status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    peak = max(peak, int(line.split()[1]))
        except OSError:
            continue
    return peak


def run(command: list[str], env: dict[str, str]) -> Run:
    """Runs the command to its end in a session of its own; fails when it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    peaks = [0]
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            peaks.append(engine_peak_kb(process.pid))

    sampler = threading.Thread(target=sample)
    sampler.start()
    output, errors = process.communicate()
    wall_s = time.perf_counter() - start
    ended.set()
    sampler.join()
    if process.returncode:
        raise SystemExit(f"{command} failed with {process.returncode}:\n{output}\n{errors}")
    return Run(wall_s, max(peaks) / 1024, output)


def report(**fields: Any) -> None:
    """Prints one JSON line."""
    print(json.dumps(fields), flush=True)


def middle(values: list[float]) -> float:
    """The median, to three places."""
    return round(median(values), 3)
