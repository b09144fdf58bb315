# SPDX-License-Identifier: Apache-2.0
"""Compiles mistakes.cpp and checks that each mistake is answered by its one sentence, and that the
compiler says nothing else: check_mistakes.py SOURCE_ROOT FILE COMPILER...

Where no function of ours takes the argument, the one error is the compiler's own. What a comment
then begins `note: ` has to stand in the notes below it.
"""

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
    """Each error with the line of our file that led to it: gcc names that before, clang after. The
    notes are part of their error."""
    errors: list[tuple[int, str]] = []
    is_gcc = "required from here" in output
    line = 0
    for text in output.splitlines():
        place = re.search(rf"{re.escape(name)}:(\d+):\d+:", text)
        error = re.search(r"error: (.*)", text)
        if place and is_gcc and not error:
            line = int(place[1])
        if error:
            errors.append((int(place[1]) if place else line, error[1]))
        elif errors:
            if place and not is_gcc and errors[-1][0] == 0:
                errors[-1] = (int(place[1]), errors[-1][1])
            if note := re.search(r"note: (.*)", text):
                errors[-1] = (errors[-1][0], f"{errors[-1][1]}\nnote: {note[1]}")
    return errors


def is_said(sentence: str, error: str) -> bool:
    """Whether the error or, where that is asked for, one of its notes has the sentence."""
    text, *notes = error.splitlines()
    if sentence.startswith("note: "):
        return any(sentence.removeprefix("note: ") in note for note in notes)
    return f"py4cpp: {sentence}" in text


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
        if len(said) != 1 or not is_said(sentence, said[0]):
            wrong += 1
            print(f"{path.name}:{begin}: expected '{sentence}', the compiler said {said}")
    for line, text in errors:
        wrong += 1
        print(f"{path.name}:{line}: unexpected: {text}")
    return wrong


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 1))
