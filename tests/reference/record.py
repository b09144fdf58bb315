# SPDX-License-Identifier: Apache-2.0
"""Records what Apache Spark itself answers, for the tests to compare with.

    python tests/reference/record.py build/env/bin/python build/env-3.5/bin/python

runs every scenario on the Spark that ships with each interpreter's pyspark (Java 17 is needed, here
and nowhere else) and writes the results under tests/python/driver/expected/<release>/."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scenarios import EXAMPLES, HERE, TOURS, tour_script

EXPECTED = HERE.parent / "python" / "driver" / "expected"
PACKAGE = "import pyspark; print(pyspark.__version__, pyspark.__path__[0])"


def run_on_spark(python: str, command: list[str], settings: tuple[str, ...] = ()) -> str:
    """What the script prints when run on Apache Spark with two task slots and the settings."""
    options = "".join(f"--conf {setting} " for setting in settings)
    env = {key: value for key, value in os.environ.items() if not key.startswith("SPARK")}
    env.update(
        PYSPARK_PYTHON=python,
        PYSPARK_SUBMIT_ARGS=f"--master local[2] {options}pyspark-shell",
        PYTHONHASHSEED="0",
    )
    done = subprocess.run([python, *command], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed with {done.returncode}:\n{done.stderr}")
    return done.stdout


def record(python: str) -> None:
    """Writes one file per scenario for the release of pyspark that the interpreter imports."""
    found = subprocess.run([python, "-c", PACKAGE], capture_output=True, text=True, check=True)
    version, pyspark = found.stdout.split()
    target = EXPECTED / ".".join(version.split(".")[:2])
    target.mkdir(parents=True, exist_ok=True)
    for example in EXAMPLES:
        print(f"{version} {example.name}", flush=True)
        output = run_on_spark(python, example.command(Path(pyspark)), example.settings)
        result = example.result_of(output)
        (target / f"{example.name}.txt").write_text("".join(f"{line}\n" for line in result))
    for tour in TOURS:
        print(f"{version} {tour}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            lines = run_on_spark(python, [str(tour_script(tour)), folder]).splitlines()
        (target / f"{tour}.jsonl").write_text("".join(f"{line}\n" for line in lines))


def main() -> None:
    """Records every interpreter that is given."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if not shutil.which("java") and "JAVA_HOME" not in os.environ:
        sys.exit("Apache Spark needs Java 17: install openjdk-17-jre-headless or set JAVA_HOME")
    for python in sys.argv[1:]:
        record(str(Path(python).absolute()))


if __name__ == "__main__":
    main()
