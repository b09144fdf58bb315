# SPDX-License-Identifier: Apache-2.0
"""Runs py4j's own tests, unmodified, against the C++ peer, and compares what passed with the list
in the tree, which may only grow: `run_suite.py RELEASE --suites DIR --peer DIR`. Only the tests of
TLS are given another version of it: they ask for TLS 1.0, which today's OpenSSL refuses.

Each test starts a program of its own, which says at its end what it left (lifetimes.hpp): a test
that leaves a C++ object or a Python proxy has failed, unless it is on the list of those that do so
on purpose. So has one whose program a sanitizer complained about. Only the tests that are racy in
py4j itself, listed with the time that they give, are run again when they fail.

The tests use fixed ports, so each part of them runs in a network namespace of its own, several at a
time, because they mostly sleep. Where the system gives no namespaces the parts run one by one."""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
PARTS_AT_A_TIME = 6
PART_SECONDS_MAX = 300
TEST_SECONDS_MAX = 150
TIMED_ATTEMPTS_MAX = 3
"""A test that gives a program a few milliseconds, which a busy machine may not keep."""
SANITIZERS = ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS")
TLS_TESTS = "java_tls_test"
TLS_CERTIFICATE = "selfsigned.pem"
SPLIT_FROM_CLASSES = 5
"""A file with as many test classes is run class by class."""

NAMESPACE = [
    "unshare",
    "--map-root-user",
    "--net",
    "--pid",
    "--mount-proc",
    "--fork",
    "--kill-child",
]
LOOPBACK = 'ip link set lo up && exec "$@"'


class Case(NamedTuple):
    """One test: `java_list_test ListTest.testList`, or without a class."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module} {self.name}"


class Part(NamedTuple):
    """What one pytest process runs."""

    module: str
    test_class: str | None


class Result(NamedTuple):
    """What became of the tests of a part, and what was found wrong afterwards."""

    outcomes: dict[Case, str]
    output: str
    left: list[tuple[Case, str]]
    findings: list[str]


def read_list(path: Path) -> dict[Case, str]:
    """The tests of a list, each with the remark behind its `#`."""
    cases = {}
    for line in path.read_text().splitlines():
        case, _, remark = line.partition("#")
        if case.strip():
            cases[Case(*case.split())] = remark.strip()
    return cases


def parts_of(tests: Path) -> list[Part]:
    """The test files, the longest first; large ones class by class."""
    parts = []
    files = [*tests.glob("*_test.py"), tests / "multithreadtest.py"]
    for file in sorted(files, key=lambda file: file.stat().st_size, reverse=True):
        classes = re.findall(r"^class (\w+)\((?:unittest\.)?TestCase\)", file.read_text(), re.M)
        split = len(classes) >= SPLIT_FROM_CLASSES
        parts += [Part(file.stem, name) for name in (classes if split else [None])]
    return parts


def has_namespaces() -> bool:
    """Whether this system lets us make a network of our own."""
    command = [*NAMESPACE, "sh", "-c", LOOPBACK, "sh", "true"]
    try:
        return subprocess.run(command, capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def read_report(path: Path, module: str) -> dict[Case, str]:
    """What pytest's junit file says of each test: passed, failed, error or skipped."""
    outcomes = {}
    for element in ET.parse(path).iter("testcase"):
        test_class = element.get("classname", "").rpartition(module)[2].lstrip(".")
        name = element.get("name", "")
        states = [child.tag for child in element if child.tag in ("failure", "error", "skipped")]
        case = Case(module, f"{test_class}.{name}" if test_class else name)
        outcomes[case] = states[0] if states else "passed"
    return outcomes


def read_left(folder: Path) -> list[tuple[Case, str]]:
    """What the programs of a part left behind, by the test that started them."""
    left = []
    for file in sorted(folder.iterdir()):
        words = [line.partition(" ")[::2] for line in file.read_text().splitlines()]
        report = dict(words)
        test = re.match(r"(?:.*/)?(\w+)\.py::(\S+)", report.get("test", ""))
        case = Case(test[1], test[2].replace("::", ".")) if test else Case("no", "test")
        program = report.get("program", "?")
        left += [(case, f"{program} left {text}") for word, text in words if word == "left"]
        if "ended" not in report:
            left.append((case, f"{program} did not end by itself"))
    return left


def with_todays_tls(tests: Path, folder: Path) -> Path:
    """The file of the TLS tests in a folder of its own, with the certificate that it looks for
    beside it and the one change: any version of TLS that OpenSSL takes."""
    text = (tests / f"{TLS_TESTS}.py").read_text()
    changed = text.replace("ssl.PROTOCOL_TLSv1)", "ssl.PROTOCOL_TLS)")
    assert changed != text
    folder.mkdir()
    (folder / TLS_CERTIFICATE).symlink_to(tests / TLS_CERTIFICATE)
    file = folder / f"{TLS_TESTS}.py"
    file.write_text(changed)
    return file


def run_part(part: Part, suite: Path, peer: Path, excluded: list[str], isolated: bool) -> Result:
    """Runs one part to its end and returns what became of its tests."""
    tests = suite / "src/py4j/tests"
    environment = {name: value for name, value in os.environ.items() if name != "JAVA_HOME"}
    environment["PATH"] = f"{peer}:{environment['PATH']}"
    environment["PYTHONPATH"] = f"{suite / 'src'}:{HERE}"
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment["PY4J_EXCLUDED"] = " ".join(excluded)
    environment["PY4J_PEER_CERTIFICATE"] = str(tests / TLS_CERTIFICATE)
    with tempfile.TemporaryDirectory(prefix="py4j-suite-") as folder:
        report = Path(folder) / "report.xml"
        programs, sanitizers = Path(folder) / "programs", Path(folder) / "sanitizers"
        programs.mkdir()
        sanitizers.mkdir()
        environment["PY4J_PEER_REPORTS"] = str(programs)
        for name in SANITIZERS:
            options = [os.environ.get(name, ""), f"log_path={sanitizers}/{name}"]
            environment[name] = ":".join(filter(None, options))
        file = tests / f"{part.module}.py"
        if part.module == TLS_TESTS:
            file = with_todays_tls(tests, Path(folder) / "tls")
        target = f"{file}::{part.test_class}" if part.test_class else str(file)
        command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", str(file.parent)]
        command += ["-p", "no:cacheprovider", "-p", "suite_plugin", "-v", "-rN"]
        command += [f"--timeout={TEST_SECONDS_MAX}"]
        command += ["-W", "ignore", f"--junitxml={report}", target]
        if isolated:
            command = [*NAMESPACE, "sh", "-c", LOOPBACK, "sh", *command]
        with (Path(folder) / "output").open("w+b") as log:
            try:
                subprocess.run(
                    command,
                    cwd=suite,
                    env=environment,
                    timeout=PART_SECONDS_MAX,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            except subprocess.TimeoutExpired:
                log.write(b"\nended, because it took too long\n")
            log.seek(0)
            output = log.read().decode(errors="replace")
        outcomes = read_report(report, part.module) if report.exists() else {}
        findings = [path.read_text(errors="replace") for path in sorted(sanitizers.iterdir())]
        return Result(outcomes, output, read_left(programs), findings)


def has_passed(result: Result) -> bool:
    """Whether every test of a part passed, or all of them are such as are not run."""
    states = set(result.outcomes.values())
    return states == {"passed"} or (not states and "deselected" in result.output)


def complaints(outcomes: dict[Case, str], expected: dict[Case, str], file: Path) -> list[str]:
    """How the run differs from the list."""
    texts = []
    for case in sorted(expected):
        if case not in outcomes:
            texts.append(f"{case} is on the list of passes but did not run")
        elif outcomes[case] != "passed":
            texts.append(f"{case} is on the list of passes but: {outcomes[case]}")
    for case, outcome in sorted(outcomes.items()):
        if case not in expected:
            texts.append(
                f"{case} passes and is not on the list: add it to {file.name}"
                if outcome == "passed"
                else f"{case} is on no list and: {outcome}"
            )
    return texts


def run_all(parts: list[Part], run: Callable[[Part], Result], at_a_time: int) -> list[Result]:
    """Runs the parts, several at a time, and the tests that were short of time again, alone."""
    with ThreadPoolExecutor(at_a_time) as pool:
        results = list(pool.map(run, parts))
    timed = read_list(HERE / "passes/timed.txt")
    for result in results:
        for case in [case for case in timed if result.outcomes.get(case, "passed") != "passed"]:
            print(f"{case}: again, because it {timed[case]}")
            for _ in range(TIMED_ATTEMPTS_MAX):
                again = run(Part(case.module, case.name.replace(".", "::")))
                result.left[:] = [each for each in result.left if each[0] != case]
                result.outcomes.update(again.outcomes)
                result.left.extend(again.left)
                result.findings.extend(again.findings)
                if has_passed(again):
                    break
    return results


def main() -> None:
    """Runs one release's tests and prints one closing line for all of them, as pytest would."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release")
    parser.add_argument("--suites", type=Path, required=True, help="what fetch_suites.py made")
    parser.add_argument("--peer", type=Path, required=True, help="the folder of our `java`")
    parser.add_argument("--only", default="", help="parts whose name contains this; no comparison")
    parser.add_argument("--sanitized", action="store_true", help="the peer is slower than a test")
    words = parser.parse_args()
    list_file = HERE / "passes" / f"{words.release}.txt"
    expected = read_list(list_file)
    excluded: dict[Case, str] = {}
    if words.sanitized:
        excluded = read_list(HERE / "passes/too_slow_sanitized.txt")
        expected = {case: remark for case, remark in expected.items() if case not in excluded}
    leaving = read_list(HERE / "passes/leaving.txt")
    suite = words.suites.resolve() / words.release / "py4j-python"
    left_out = [f"{case.module}.py::{case.name.replace('.', '::')}" for case in excluded]
    parts = [
        part
        for part in parts_of(suite / "src/py4j/tests")
        if words.only in f"{part.module} {part.test_class}"
    ]

    start = time.monotonic()
    isolated = has_namespaces()
    with (words.suites / "ports.lock").open("w") as lock:
        if not isolated:
            print("no network namespaces here: the parts run one by one")
            fcntl.flock(lock, fcntl.LOCK_EX)
        results = run_all(
            parts,
            lambda part: run_part(part, suite, words.peer.resolve(), left_out, isolated),
            PARTS_AT_A_TIME if isolated else 1,
        )

    outcomes = {case: state for result in results for case, state in result.outcomes.items()}
    for part, result in zip(parts, results, strict=True):
        states = list(result.outcomes.values())
        print(f"{part.module} {part.test_class or ''}: {states.count('passed')} of {len(states)}")
        if not has_passed(result):
            print(result.output)
    texts = [] if words.only else complaints(outcomes, expected, list_file)
    for result in results:
        texts += [f"{case}: {text}" for case, text in result.left if case not in leaving]
        texts += result.findings
    for text in texts:
        print(text)
    passed = list(outcomes.values()).count("passed")
    failed = max(len(texts), len(outcomes) - passed)
    tail = f", {failed} failed" if failed else ""
    print(f"===== {passed} passed{tail} in {time.monotonic() - start:.2f}s =====")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
