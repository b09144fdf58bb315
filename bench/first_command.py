# SPDX-License-Identifier: Apache-2.0
"""What `./run` adds to a script once everything is set up: the same script by `./run` and by the
launcher that it starts, in turn.

    first_command.py SOURCE_FOLDER

Prints a JSON line per run and one with the medians and their difference. A first `./run`, which may
have something to set up, is not measured."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from watch import middle, report, run

ROUNDS = 7
LIMITS = {"over_launcher_s": 1.0}
"""What we hold ourselves to; printed beside what was measured."""
HERE = Path(__file__).resolve().parent


def main() -> None:
    """Runs both sides."""
    source = Path(sys.argv[1])
    script = str(HERE / "scripts" / "hello.py")
    commands = {
        "run": [str(source / "run"), script],
        "launcher": [str(source / "build/launcher/py4cpp"), "run", script],
    }
    env = {key: value for key, value in os.environ.items() if not key.startswith("SPARK")}
    env["PYSPARK_PYTHON"] = str(source / "build/env/bin/python")
    run(commands["run"], env)
    wall_s: dict[str, list[float]] = {side: [] for side in commands}
    for turn in range(ROUNDS):
        for side, command in commands.items():
            wall_s[side].append(run(command, env).wall_s)
            report(bench="first_command", side=side, turn=turn, wall_s=round(wall_s[side][-1], 3))
    medians = {side: middle(all_) for side, all_ in wall_s.items()}
    over_s = round(medians["run"] - medians["launcher"], 3)
    report(bench="first_command", median_wall_s=medians, over_launcher_s=over_s, limits=LIMITS)


if __name__ == "__main__":
    main()
