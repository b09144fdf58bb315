# SPDX-License-Identifier: Apache-2.0
"""Compiles the C++ blocks of the pages, with the headers as an installation has them:
compile_pages.py BUILD_ROOT SOURCE_ROOT FLAG... -- COMPILER...

Each page has a file of its name here, the frame, with what its blocks take for granted: a line
`// block 2` is where the second one goes. The page on binding has a test of its own, which also
runs it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from installed_headers import put_in_place

FRAMES = Path(__file__).parent
RUN_ELSEWHERE = {"docs/binding.md"}
PLACE = re.compile(r"^ *// block (\d+)$", re.MULTILINE)


def blocks_of(page: Path) -> list[tuple[int, str]]:
    """Each C++ block with the number of its first line."""
    text = page.read_text()
    found = re.finditer(r"^```cpp\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [(text.count("\n", 0, block.start(1)) + 1, block[1]) for block in found]


def program_of(page: Path, frame: Path) -> str:
    """The frame with the blocks in their places, where the compiler knows them by the page."""
    blocks = blocks_of(page)
    text = frame.read_text()
    places = [int(number) for number in PLACE.findall(text)]
    assert sorted(places) == list(range(1, len(blocks) + 1)), f"{frame}: blocks {places}"

    def fill(place: re.Match[str]) -> str:
        line, block = blocks[int(place[1]) - 1]
        following = text.count("\n", 0, place.end()) + 2
        return f'#line {line} "{page}"\n{block}#line {following} "{frame}"'

    return f'#line 1 "{frame}"\n' + PLACE.sub(fill, text)


def compile_page(page: Path, command: list[str]) -> str:
    """What the compiler has to say."""
    frame = FRAMES / f"{page.stem}.cpp"
    if not frame.exists():
        return f"{page}: there is no {frame} for its C++ blocks\n"
    program = program_of(page, frame)
    done = subprocess.run(command, input=program, capture_output=True, text=True, check=False)
    return done.stderr or ("" if done.returncode == 0 else f"{page}: {done.returncode}\n")


def main(build: Path, root: Path, flags: list[str], compiler: list[str]) -> int:
    pages = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    pages = [page for page in pages if blocks_of(page)]
    pages = [page for page in pages if str(page.relative_to(root)) not in RUN_ELSEWHERE]
    unused = {frame.stem for frame in FRAMES.glob("*.cpp")} - {page.stem for page in pages}
    command = [*compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as threads:
        put_in_place(build, Path(folder))
        command += [f"-I{folder}", *flags, "-xc++", "-"]
        errors = list(threads.map(lambda page: compile_page(page, command), pages))
    print("".join(errors), end="")
    for name in unused:
        print(f"{FRAMES / name}.cpp belongs to no page")
    return 1 if any(errors) or unused else 0


if __name__ == "__main__":
    words = sys.argv[1:]
    end = words.index("--")
    sys.exit(main(Path(words[0]), Path(words[1]), words[2:end], words[end + 1 :]))
