# SPDX-License-Identifier: Apache-2.0
"""How fast data goes through one Python worker: our runner, a bare client that replays the same
bytes (the floor), and Apache Spark on one thread where there is Java; in turn, medians.

    throughput.py RUNNER_THROUGHPUT ENVIRONMENT [SCALE]

It runs under a Python with pandas and pyarrow, takes pyspark from ENVIRONMENT, does SCALE of the
full number of rows, and prints a JSON line per run and one per
job with rows a second, processor seconds of the engine, and their ratios."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from watch import middle, report

ROUNDS = 3
RUNS = 3
ROWS = {"ints": 4_000_000, "text": 1_000_000, "pandas_udf": 30_000_000, "map_in_arrow": 30_000_000}
# The least share of the floor's rows a second.
WANTED = {"ints": 0.95, "text": 0.95, "pandas_udf": 0.90, "map_in_arrow": 0.85}
WORKERS = 2
HERE = Path(__file__).resolve().parent
FIELDS = ("rows_per_s", "engine_cpu_s", "worker_cpu_s", "engine_peak_mb")


def lines_of(command: list[str]) -> list[dict[str, Any]]:
    """The JSON lines that a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout}\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def medians(runs: list[dict[str, Any]]) -> dict[str, float]:
    """The middle of each number."""
    return {field: middle([float(run[field]) for run in runs if field in run]) for field in FIELDS}


def ratio(over: float, under: float) -> float | None:
    """A quotient, where there is one."""
    return round(over / under, 3) if under else None


def compare(job: str, sides: dict[str, list[dict[str, Any]]]) -> None:
    """Prints what came out for one job."""
    middles = {side: medians(runs) for side, runs in sides.items()}
    ours, floor = middles["ours"], middles["floor"]
    fields: dict[str, Any] = {"bench": "runner_throughput", "job": job, **middles}
    fields["of_floor"] = ratio(ours["rows_per_s"], floor["rows_per_s"])
    fields["wanted_of_floor"] = WANTED[job]
    if "spark" in middles:
        fields["of_spark"] = ratio(ours["rows_per_s"], middles["spark"]["rows_per_s"])
        cpu = ratio(ours["engine_cpu_s"], middles["spark"]["engine_cpu_s"])
        fields["engine_cpu_of_spark"] = cpu
    report(**fields)


def main() -> None:
    """Runs all jobs."""
    program, environment = sys.argv[1], Path(sys.argv[2])
    scale = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
    (packages,) = environment.glob("lib/python3*/site-packages")
    os.environ["PYTHONPATH"] = str(packages)
    with_spark = shutil.which("java") is not None or "JAVA_HOME" in os.environ
    with tempfile.TemporaryDirectory() as folder:
        lines_of([sys.executable, str(HERE / "make_jobs.py"), folder])

        def measured(job: str, side: str, workers: int = 1) -> dict[str, Any]:
            rows = str(int(ROWS[job] * scale))
            words = [program, sys.executable, folder, job, side, rows, str(RUNS), str(workers)]
            (line,) = lines_of(words)
            report(**line)
            return line

        for job, full_rows in ROWS.items():
            sides: dict[str, list[dict[str, Any]]] = {}
            for _ in range(ROUNDS):
                for side in ("floor", "ours"):
                    sides.setdefault(side, []).append(measured(job, side))
                if with_spark:
                    script = str(HERE / "spark_jobs.py")
                    rows = str(int(full_rows * scale))
                    (line,) = lines_of([sys.executable, script, folder, job, rows, str(RUNS)])
                    report(**line)
                    sides.setdefault("spark", []).append(line)
            compare(job, sides)
        one = middle([measured("pandas_udf", "ours")["rows_per_s"] for _ in range(ROUNDS)])
        two = [measured("pandas_udf", "ours", WORKERS)["rows_per_s"] for _ in range(ROUNDS)]
        report(bench="runner_throughput", job="two workers", of_one=ratio(middle(two), one))


if __name__ == "__main__":
    main()
