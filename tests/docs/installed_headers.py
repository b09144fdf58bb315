# SPDX-License-Identifier: Apache-2.0
"""Looks whether every installed header finds what it includes, by itself: as a program has it after
`meson install` and, those of the gateway, in a project that has ours as its subproject.
installed_headers.py BUILD_ROOT SOURCE_ROOT FLAG... -- COMPILER..."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

IN_SUBPROJECT = ("base", "gateway")  # The folders that a subproject has.


def put_in_place(build: Path, folder: Path) -> dict[str, Path]:
    """Copies the headers to where an installation has them below its include folder. Returns what
    they are copies of, by the names in `#include <...>`."""
    plan = json.loads((build / "meson-info" / "intro-installed.json").read_text())
    headers = {}
    for source, place in plan.items():
        before, _, name = place.partition("/include/")
        if name and before:
            headers[name] = Path(source)
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    return headers


def main(build: Path, root: Path, flags: list[str], compiler: list[str]) -> int:
    """Prints what the preprocessor says, which costs a tenth of what compiling does."""

    def complaints(name: str, options: list[str]) -> str:
        command = [*compiler, "-std=c++20", "-E", *options, *flags, "-xc++", "-", "-o", os.devnull]
        done = subprocess.run(
            command,
            input=f"#include <{name}>\n",
            capture_output=True,
            text=True,
            check=False,
        )
        return "" if done.returncode == 0 else f"{' '.join(options)}: <{name}>\n{done.stderr}"

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as threads:
        headers = put_in_place(build, Path(folder))
        below = {name: source.relative_to(root).parts[0] for name, source in headers.items()}
        assert set(IN_SUBPROJECT) <= set(below.values()), below
        jobs = [(name, [f"-I{folder}"]) for name in headers]
        subproject = [f"-I{build / 'gateway' / 'include'}", f"-I{root}"]
        jobs += [(name, subproject) for name in headers if below[name] in IN_SUBPROJECT]
        errors = list(threads.map(lambda job: complaints(*job), jobs))
    print("".join(errors), end="")
    return 1 if any(errors) else 0


if __name__ == "__main__":
    words = sys.argv[1:]
    end = words.index("--")
    sys.exit(main(Path(words[0]), Path(words[1]), words[2:end], words[end + 1 :]))
