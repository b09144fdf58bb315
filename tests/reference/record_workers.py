# SPDX-License-Identifier: Apache-2.0
"""Records what Apache Spark says to its Python workers and what they answer, task by task.

    python tests/reference/record_workers.py /tmp/spark-4.3/bin/python ...

runs worker_jobs.py on the Spark of each interpreter's pyspark, which needs pandas and pyarrow too
(Java 17 is needed, here and nowhere else), and writes tests/runner/recordings/<release>/<job>.bin.
What a job leaves out because a release lacks it is printed. With `--only JOB[,JOB...]` in front,
those jobs are recorded, and the other recordings stay. Recordings hold the paths that they were
made with: run this from a place whose name may be seen."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

LABEL = "recording.task"

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE.parent / "runner" / "recordings"
VERSION = "import pyspark; print(pyspark.__version__)"
COMMON = {
    "spark.master": "local[1]",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.driver.host": "127.0.0.1",
    "spark.python.daemon.module": "worker_tee",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.pythonUDTF.arrow.enabled": "false",
}
MODES = {"plain": {}, "encrypted": {"spark.io.encryption.enabled": "true"}}


def run_jobs(python: str, mode: str, only: list[str], folder: str) -> None:
    """Runs one driver program; its tasks are written into the folder."""
    settings = COMMON | MODES[mode] | {"spark.local.dir": folder}
    options = " ".join(f"--conf {key}={value}" for key, value in settings.items())
    env = {key: value for key, value in os.environ.items() if not key.startswith("SPARK")}
    env.update(
        PYSPARK_PYTHON=python,
        PYSPARK_SUBMIT_ARGS=f"{options} pyspark-shell",
        PYTHONHASHSEED="0",
        PYTHONPATH=str(HERE),
        RECORDING_DIR=folder,
    )
    command = [python, str(HERE / "worker_jobs.py"), mode, *only]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    print(done.stdout, end="", flush=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed with {done.returncode}:\n{done.stderr}")


def label_of(recording: bytes) -> str | None:
    """The job's name, a local property in the task's header: JSON, or texts with lengths."""
    found = re.search(rb'"%s":"([^"]+)"' % LABEL.encode(), recording)
    if found:
        return found.group(1).decode()
    at = recording.find(LABEL.encode())
    if at < 0:
        return None
    at += len(LABEL)
    (length,) = struct.unpack_from(">i", recording, at)
    return recording[at + 4 : at + 4 + length].decode()


def record(python: str, only: list[str]) -> None:
    """Writes the recordings of one interpreter's pyspark: of those jobs, or of all."""
    found = subprocess.run([python, "-c", VERSION], capture_output=True, text=True, check=True)
    version = found.stdout.strip()
    target = RECORDINGS / ".".join(version.split(".")[:2])
    for old in target.glob("*.bin"):
        if not only or old.stem in only:
            old.unlink()
    target.mkdir(parents=True, exist_ok=True)
    for mode in MODES:
        with tempfile.TemporaryDirectory(prefix="spark-recording-") as folder:
            run_jobs(python, mode, only, folder)
            count = 0
            for file in sorted(
                Path(folder).glob("*.bin"), key=lambda file: file.stat().st_mtime_ns
            ):
                recording = file.read_bytes()
                name = label_of(recording)
                if name is None:
                    continue
                if mode != "plain":
                    name = f"{name}-{mode}"
                # A job may have several tasks, or try one again: the first is kept.
                if not (target / f"{name}.bin").exists():
                    (target / f"{name}.bin").write_bytes(recording)
                    count += 1
        print(f"{version} {mode}: {count} tasks", flush=True)


def main() -> None:
    """Records every interpreter that is given."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if not shutil.which("java") and "JAVA_HOME" not in os.environ:
        sys.exit("Apache Spark needs Java 17: install openjdk-17-jre-headless or set JAVA_HOME")
    pythons, only = sys.argv[1:], []
    if pythons[0] == "--only":
        only, pythons = pythons[1].split(","), pythons[2:]
    for python in pythons:
        record(str(Path(python).absolute()), only)


if __name__ == "__main__":
    main()
