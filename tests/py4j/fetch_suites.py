# SPDX-License-Identifier: Apache-2.0
"""Puts the source archives of py4j, whose tests we run, into a folder: `fetch_suites.py DIR`.

They come from the package index through pip, by the hashes in requirements/py4j-suite-*.txt, and
are unpacked unchanged as DIR/RELEASE/py4j-python. The archive's jar is linked as
DIR/RELEASE/py4j-java, where py4j looks for it when it runs from its sources; nobody reads it. What
is there already is not fetched again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
PREFIX = "py4j-suite-"


def fetch(lock: Path, folder: Path) -> None:
    """Downloads and unpacks one release, unless it is there from the same lock."""
    release = lock.stem.removeprefix(PREFIX)
    target = folder / release
    marker = target / "lock.txt"
    if marker.exists() and marker.read_bytes() == lock.read_bytes():
        return
    print(f"py4cpp: fetching the tests of py4j {release}", file=sys.stderr)
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--no-binary",
                ":all:",
                "--no-build-isolation",
                "--require-hashes",
                "--dest",
                work,
                "--requirement",
                str(lock),
            ],
            check=True,
        )
        (archive,) = Path(work).glob("*.tar.gz")
        shutil.unpack_archive(archive, work)
        archive.unlink()
        (unpacked,) = Path(work).iterdir()
        target.mkdir()
        unpacked.rename(target / "py4j-python")
    os.symlink("py4j-python/py4j-java", target / "py4j-java")
    shutil.copy(lock, marker)


def main() -> None:
    """Fetches every release that has a lock."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for lock in sorted(REQUIREMENTS.glob(f"{PREFIX}*.txt")):
        fetch(lock, folder)


if __name__ == "__main__":
    main()
