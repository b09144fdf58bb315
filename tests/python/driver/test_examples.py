# SPDX-License-Identifier: Apache-2.0
"""PySpark's own example scripts, unmodified, give the results that Apache Spark gave."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenarios import EXAMPLES, Example
from support import Submitter

EXPECTED = Path(__file__).parent / "expected"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_prints_what_apache_spark_printed(submit: Submitter, example: Example) -> None:
    recorded = EXPECTED / submit.python.release / f"{example.name}.txt"
    script, *arguments = example.command(submit.python.pyspark)
    settings = [part for setting in example.settings for part in ("--conf", setting)]
    output = submit.output(script, *arguments, options=["--master", "local[2]", *settings])
    assert example.result_of(output) == recorded.read_text().splitlines()


def test_an_example_without_its_arguments_ends_with_its_own_exit_code(submit: Submitter) -> None:
    done = submit.run(submit.python.example("wordcount.py"))
    assert done.returncode == 255
    assert "Usage: wordcount <file>" in done.stdout + done.stderr
