# SPDX-License-Identifier: Apache-2.0
"""Prints script and argument of what `./run` runs by itself, a line each: PySpark's own wordcount
over the sources of Python's standard library, as one glob that leaves installed packages out."""

import importlib.util
import sysconfig
from pathlib import Path

LEFT_OUT = {"site-packages", "dist-packages", "__pycache__"}


def source_folders(top: Path, folder: Path) -> list[str]:
    """The folders under top, itself included, that hold Python sources."""
    found = [f"{folder.relative_to(top)}/"] if any(folder.glob("*.py")) else []
    for child in sorted(folder.iterdir()):
        if child.is_dir() and not child.is_symlink() and child.name not in LEFT_OUT:
            found += source_folders(top, child)
    return found


def main() -> None:
    """Prints the two lines."""
    spec = importlib.util.find_spec("pyspark")
    assert spec is not None and spec.origin is not None
    library = Path(sysconfig.get_path("stdlib"))
    folders = [name.removeprefix("./") for name in source_folders(library, library)]
    print(Path(spec.origin).parent / "examples/src/main/python/wordcount.py")
    print(f"{library}/{{{','.join(f'{folder}*.py' for folder in folders)}}}")


if __name__ == "__main__":
    main()
