# SPDX-License-Identifier: Apache-2.0
"""The example that pipes lines through a program; the plugin's example is in test_plugins."""

from __future__ import annotations

import shutil
from pathlib import Path

from support import Submitter


def test_lines_go_through_a_program(submit: Submitter, source_root: Path) -> None:
    for file in (source_root / "examples" / "pipe").iterdir():
        shutil.copy(file, submit.folder)
    names = ["john", "paul", "george", "ringo"]
    assert submit.output("pipe.py").splitlines() == 2 * [f"hello {name}" for name in names]


def test_a_failing_program_is_reported_with_its_exit_code(submit: Submitter) -> None:
    submit.write("one\ntwo\n", "lines.txt")
    submit.write("exit 3\n", "fail.sh")
    script = submit.write(
        """
        from pyspark import SparkContext
        sc = SparkContext()
        lines = sc.textFile("lines.txt")
        for attempt in (lambda: lines._jrdd.pipe("sh fail.sh").collect(),
                        lambda: lines.pipe("sh fail.sh", checkCode=True).collect()):
            try:
                print("no error:", attempt())
            except Exception as error:
                print(error)
        """
    )
    output = submit.output(script)
    assert "Subprocess exited with exit status 3. Command ran: sh fail.sh" in output
    assert "Pipe function `sh fail.sh` exited with error code 3." in output
    assert "no error" not in output
