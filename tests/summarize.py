# SPDX-License-Identifier: Apache-2.0
"""Counts test cases, not test programs: reads the logs that `meson test --logbase cases` left in
the given build folders, prints a line per test program and ends with `N passed, N failed` over all
of them. A case that was skipped counts as failed, and so does a program that failed without naming
a case, and a folder whose programs did not run."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

DOCTEST = re.compile(r"^\[doctest\] test cases: +\d+ \| +(\d+) passed \| +(\d+) failed", re.M)
PYTEST = re.compile(r"^=+ (.*) in [\d.]+s.*=+$", re.M)
PYTEST_PASSED = {"passed"}
PYTEST_FAILED = {"failed", "error", "errors", "skipped", "xfailed", "xpassed"}


def cases(entry: dict[str, Any]) -> tuple[int, int]:
    """How many cases of one test program passed and failed."""
    output = entry.get("stdout", "")
    passed = failed = 0
    if closing := DOCTEST.search(output):
        passed, failed = int(closing[1]), int(closing[2])
    elif closings := PYTEST.findall(output):
        for count, word in re.findall(r"(\d+) (\w+)", closings[-1]):
            passed += int(count) if word in PYTEST_PASSED else 0
            failed += int(count) if word in PYTEST_FAILED else 0
    elif entry["result"] == "OK":
        passed = 1
    if entry["result"] != "OK" and not failed:
        failed = 1
    return passed, failed


def main() -> None:
    """Prints the table and the sum; exits with 1 when a case failed or none was run."""
    total_passed = total_failed = 0
    for folder in map(Path, sys.argv[1:]):
        logs = list((folder / "meson-logs").glob("cases*.json"))
        if not logs:
            print(f"{folder.name}: its tests did not run")
            total_failed += 1
        for entry in (json.loads(line) for log in logs for line in log.open()):
            passed, failed = cases(entry)
            total_passed += passed
            total_failed += failed
            where = f"{folder.name} {entry['name']}"
            print(f"{where:48} {passed:5} passed {failed:4} failed {entry['duration']:8.1f} s")
    print(f"{total_passed} passed, {total_failed} failed")
    sys.exit(1 if total_failed or not total_passed else 0)


if __name__ == "__main__":
    main()
