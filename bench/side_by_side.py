# SPDX-License-Identifier: Apache-2.0
"""Runs one driver script on py4cpp and on Apache Spark, in turn, with two task slots each:

    side_by_side.py BUILD_FOLDER ENVIRONMENT hello|wordcount

Prints a JSON line per run and one with the medians and their ratios. Without Java only our side
runs, and the last line says so."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from watch import WITHOUT_SPARK, Run, java_is_there, middle, report, run
from words import words_file

ROUNDS = {"hello": 7, "wordcount": 3}
LIMITS = {
    "hello": {"wall_of_spark": 1 / 8, "peak_of_spark": 1 / 8, "over_import_s": 0.5},
    "wordcount": {"wall_of_spark": 0.75, "peak_of_spark": 1 / 8},
}
"""What we hold ourselves to; printed beside what was measured."""
HERE = Path(__file__).resolve().parent


def sides(build: Path, environment: Path, case: str) -> dict[str, list[str]]:
    """The command line of each side."""
    script = [str(HERE / "scripts" / f"{case}.py")]
    if case == "wordcount":
        script.append(str(words_file(build / "bench")))
    command = {"py4cpp": [str(build / "launcher/py4cpp"), "run", "--master", "local[2]", *script]}
    if java_is_there():
        command["spark"] = [str(environment / "bin/spark-submit"), "--master", "local[2]", *script]
    if case == "hello":
        command["import"] = [str(environment / "bin/python"), "-c", "import pyspark"]
    return command


def main() -> None:
    """Runs the case given on the command line."""
    build, environment, case = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    env = {key: value for key, value in os.environ.items() if not key.startswith("SPARK")}
    env["PYSPARK_PYTHON"] = str(environment / "bin" / "python")
    commands = sides(build, environment, case)
    runs: dict[str, list[Run]] = {side: [] for side in commands}
    for turn in range(ROUNDS[case]):
        for side, command in commands.items():
            done = run(command, env)
            runs[side].append(done)
            wall, peak = round(done.wall_s, 3), round(done.engine_peak_mb, 1)
            report(bench=case, side=side, turn=turn, wall_s=wall, engine_peak_mb=peak)
    wall_s = {side: middle([one.wall_s for one in all_]) for side, all_ in runs.items()}
    peak_mb = {side: middle([one.engine_peak_mb for one in all_]) for side, all_ in runs.items()}
    summary: dict[str, object] = {"bench": case, "median_wall_s": wall_s, "median_peak_mb": peak_mb}
    if "spark" in commands:
        summary["wall_of_spark"] = round(wall_s["py4cpp"] / wall_s["spark"], 3)
        summary["peak_of_spark"] = round(peak_mb["py4cpp"] / peak_mb["spark"], 3)
    else:
        summary["note"] = WITHOUT_SPARK
    if "import" in commands:
        summary["over_import_s"] = round(wall_s["py4cpp"] - wall_s["import"], 3)
    report(**summary, limits=LIMITS[case])


if __name__ == "__main__":
    main()
