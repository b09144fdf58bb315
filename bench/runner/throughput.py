# SPDX-License-Identifier: Apache-2.0
"""How fast data goes through one Python worker: our runner, a bare client that replays the same
bytes (the floor), and Apache Spark on one thread where there is Java; in turn, medians.

    throughput.py RUNNER_THROUGHPUT ENVIRONMENT [SCALE [JOB...]]

It runs under a Python with pandas and pyarrow, takes pyspark from ENVIRONMENT and does SCALE of the
full number of rows of all jobs, or of those that are named. It prints a JSON line per side and run,
and one per job with rows a second, processor seconds of the engine (and for each GB that it moved),
and their ratios, each beside the limit that is wanted; without Java that line says that Spark was
left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from watch import WITHOUT_SPARK, java_is_there, middle, report

ROUNDS = 3  # of ours and Spark in turn
RUNS = 5  # of each side within a round
SPARK_RUNS = 3
ROWS = {"ints": 16_000_000, "text": 600_000, "pandas_udf": 30_000_000, "map_in_arrow": 60_000_000}
# The least share of the floor's rows a second.
WANTED = {"ints": 0.95, "text": 0.95, "pandas_udf": 0.90, "map_in_arrow": 0.85}
# The most of Spark's processor seconds, the least of one worker's work that two do (where there are
# two processors to spare), and the most that the engine's memory grows with the data.
WANTED_CPU_OF_SPARK = 0.1
WANTED_TWO_OF_ONE = 1.8
WANTED_GROWN_MB = 16
HERE = Path(__file__).resolve().parent


def lines_of(command: list[str]) -> list[dict[str, Any]]:
    """The JSON lines that a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout}\n{done.stderr}")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    for line in lines:
        report(**line)
    return lines


def middles(lines: list[dict[str, Any]], side: str | None) -> dict[str, float]:
    """The middle of each number in the lines of one side."""
    of_side = [line for line in lines if line.get("side") == side]
    fields = [field for field, value in of_side[0].items() if isinstance(value, int | float)]
    return {field: middle([line[field] for line in of_side]) for field in fields}


def compare(job: str, lines: list[dict[str, Any]], with_spark: bool) -> None:
    """Prints what came out for one job."""
    ours = middles(lines, "ours")
    fields: dict[str, Any] = {"bench": "runner_throughput", "job": job, **middles(lines, None)}
    fields["wanted_of_floor"] = WANTED[job]
    fields["wanted_two_of_one"] = WANTED_TWO_OF_ONE
    fields["wanted_engine_grown_mb"] = WANTED_GROWN_MB
    fields |= {"rows_per_s": ours["rows_per_s"], "engine_cpu_s": ours["engine_cpu_s"]}
    if with_spark:
        spark = middles(lines, "spark")
        per_row = [each["engine_cpu_s"] / each["rows"] for each in (ours, spark)]
        fields["of_spark"] = round(ours["rows_per_s"] / spark["rows_per_s"], 2)
        fields["engine_cpu_of_spark"] = round(per_row[0] / per_row[1], 3)
        fields["wanted_engine_cpu_of_spark"] = WANTED_CPU_OF_SPARK
    else:
        fields["note"] = WITHOUT_SPARK
    report(**fields)


def main() -> None:
    """Runs all jobs."""
    program, environment = sys.argv[1], Path(sys.argv[2])
    scale = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
    (packages,) = environment.glob("lib/python3*/site-packages")
    paths = [os.environ.get("PYTHONPATH", ""), str(packages)]
    os.environ["PYTHONPATH"] = ":".join(filter(None, paths))
    os.environ["PYSPARK_PYTHON"] = sys.executable
    with_spark = java_is_there()
    with tempfile.TemporaryDirectory() as folder:
        lines_of([sys.executable, str(HERE / "make_jobs.py"), folder])
        for job in sys.argv[4:] or ROWS:
            rows = str(int(ROWS[job] * scale))
            lines: list[dict[str, Any]] = []
            for _ in range(ROUNDS):
                lines += lines_of([program, sys.executable, folder, job, rows, str(RUNS)])
                if with_spark:
                    spark = [sys.executable, str(HERE / "spark_jobs.py"), folder, job]
                    lines += lines_of([*spark, rows, str(SPARK_RUNS)])
            compare(job, lines, with_spark)


if __name__ == "__main__":
    main()
