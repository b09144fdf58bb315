# SPDX-License-Identifier: Apache-2.0
"""The tours of the RDD API give, section by section, what Apache Spark answered when recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from scenarios import TOURS, tour_script
from support import Interpreter, Submitter

EXPECTED = Path(__file__).parent / "expected"
Answers = dict[str, Any]


def answers(lines: str) -> Answers:
    """The results of a tour by section."""
    found = [json.loads(line) for line in lines.splitlines() if line.startswith('{"result"')]
    return {entry["section"]: entry["result"] for entry in found}


def sections(tour: str) -> list[str]:
    """The names of a tour's sections, as recorded."""
    return list(answers((EXPECTED / "4.3" / f"{tour}.jsonl").read_text()))


@pytest.fixture(scope="module")
def toured(
    py4cpp: Path, python: Interpreter, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Answers]:
    """Runs a tour once per release; its sections are then compared one by one."""

    @cache
    def run(tour: str) -> Answers:
        submit = Submitter(py4cpp, python, tmp_path_factory.mktemp(tour))
        work = submit.folder / "work"
        work.mkdir()
        done = submit.run(tour_script(tour), str(work), options=["--master", "local[2]"])
        submit.check_nothing_is_left()
        found = answers(done.stdout)
        if done.returncode or not found:
            found["failure"] = f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return found

    return run


@pytest.mark.parametrize(
    ("tour", "section"), [(tour, name) for tour in TOURS for name in sections(tour)]
)
def test_a_section_answers_as_apache_spark_did(
    toured: Callable[[str], Answers], python: Interpreter, tour: str, section: str
) -> None:
    recorded = answers((EXPECTED / python.release / f"{tour}.jsonl").read_text())
    ours = toured(tour)
    assert section in ours, ours.get("failure", "the tour ended before this section")
    assert ours[section] == recorded[section]
