# SPDX-License-Identifier: Apache-2.0
"""Compiles mistakes.cpp and checks that each mistake is answered by its one sentence, and that the
compiler says nothing else: check_mistakes.py SOURCE_ROOT FILE COMPILER..."""

import re
import subprocess
import sys
from pathlib import Path


def expected_sentences(lines: list[str], first: int) -> list[tuple[int, int, str]]:
    """The first and the last line of each case and how its sentence begins."""
    comments = [n for n, line in enumerate(lines, 1) if n > first and line.startswith("  // ")]
    ends = [*(n - 1 for n in comments[1:]), len(lines)]
    return [
        (begin, end, lines[begin - 1].strip()[3:])
        for begin, end in zip(comments, ends, strict=True)
    ]


def reported_errors(output: str, name: str) -> list[tuple[int, str]]:
    """Each error with the line of our file that led to it: gcc names that before, clang after."""
    errors: list[tuple[int, str]] = []
    is_gcc = "required from here" in output
    line = 0
    for text in output.splitlines():
        place = re.search(rf"{re.escape(name)}:(\d+):\d+:", text)
        if place and is_gcc:
            line = int(place[1])
        error = re.search(r"error: (.*)", text)
        if error:
            errors.append((line, error[1]))
        elif place and not is_gcc and errors and errors[-1][0] == 0:
            errors[-1] = (int(place[1]), errors[-1][1])
    return errors


def main(root: str, source: str, *compiler: str) -> int:
    """Returns the number of cases that are not answered as they should be."""
    command = [*compiler, "-std=c++20", "-fsyntax-only", "-ferror-limit=0", f"-I{root}", source]
    if "clang" not in compiler[-1]:
        command.remove("-ferror-limit=0")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    path = Path(source)
    lines = path.read_text().splitlines()
    errors = reported_errors(done.stderr, path.name)
    start = next(n for n, line in enumerate(lines, 1) if line.startswith("void mistakes("))
    wrong = 0
    for begin, end, sentence in expected_sentences(lines, start):
        said = [text for line, text in errors if begin <= line <= end]
        errors = [error for error in errors if not begin <= error[0] <= end]
        text = said[0].replace("static assertion failed due to", "") if said else ""
        if len(said) != 1 or f"py4cpp: {sentence}" not in text:
            wrong += 1
            print(f"{path.name}:{begin}: expected '{sentence}', the compiler said {said}")
    for line, text in errors:
        wrong += 1
        print(f"{path.name}:{line}: unexpected: {text}")
    return wrong


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 1))
