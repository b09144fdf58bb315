# SPDX-License-Identifier: Apache-2.0
"""Compiles the snippets of a page: its C++ blocks as one file in their order, and its Python blocks
as one module: check_docs.py PAGE INCLUDE_FOLDER SOURCE_ROOT COMPILER..."""

import re
import subprocess
import sys
from pathlib import Path

STANDARD_HEADERS = ("algorithm", "functional", "iostream", "memory", "stdexcept", "string")


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def main(page: str, include: str, root: str, *compiler: str) -> int:
    """Returns the compiler's exit code; a Python mistake raises SyntaxError."""
    text = Path(page).read_text()
    compile("\n".join(blocks(text, "python")), page, "exec")
    headers = "".join(f"#include <{name}>\n" for name in STANDARD_HEADERS)
    command = [*compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
    command += [f"-I{include}", f"-I{root}", "-xc++", "-"]
    source = headers + "\n".join(blocks(text, "cpp"))
    return subprocess.run(command, input=source, text=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
