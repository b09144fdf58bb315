# SPDX-License-Identifier: Apache-2.0
"""A bare `./run` counts the words of the standard library, as Python counts them."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

from support import Submitter

LINE_END = re.compile(r"\r\n|\r|\n")


def files_of(pattern: str) -> list[Path]:
    """The files that a pattern of the form FOLDER/{a/*.py,b/*.py} matches."""
    folder, alternatives = pattern.removesuffix("}").split("{")
    return [path for one in alternatives.split(",") for path in Path(folder).glob(one)]


def words_of(file: Path) -> list[str]:
    """The words of a file, cut at single spaces and line ends."""
    lines = LINE_END.split(file.read_bytes().decode("utf-8-sig", errors="replace"))
    if lines[-1] == "":
        lines.pop()
    return [word for line in lines for word in line.split(" ")]


def test_the_bare_command_counts_the_words_of_the_standard_library(
    submit: Submitter, source_root: Path
) -> None:
    job = subprocess.run(
        [submit.python.executable, str(source_root / "tools" / "default_job.py")],
        capture_output=True,
        text=True,
        check=True,
    )
    files = files_of(job.stdout.splitlines()[1])
    assert len(files) > 100
    expected = Counter(word for file in files for word in words_of(file))

    run = [str(source_root / "run")]
    done = subprocess.run(
        run, env=submit.environment(), capture_output=True, text=True, timeout=150
    )
    assert done.returncode == 0, done.stderr
    printed = [line.rpartition(": ") for line in done.stdout.split("\n")[:-1]]
    counted = {word: int(count) for word, _, count in printed}
    # How many marks replace a byte that is no UTF-8 is up to the decoder.
    for words in (expected, counted):
        for word in [word for word in words if not word.isascii()]:
            del words[word]
    assert counted == dict(expected)
