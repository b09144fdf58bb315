# SPDX-License-Identifier: Apache-2.0
"""Runs the snippets of the page on binding: its C++ blocks as one program, in their order, and its
Python blocks against that program: run_docs.py PAGE INCLUDE_FOLDER SOURCE_ROOT LIBRARY COMPILER...
"""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

STANDARD_HEADERS = ("algorithm", "functional", "iostream", "memory", "stdexcept", "string")
EXPECTED = "18.0\n1.0\n1.0\n"


def blocks(page: str, language: str) -> str:
    """The fenced blocks of a language, one after the other."""
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL))


def program_of(page: str) -> str:
    """The page's C++ with a main that binds all it shows and serves it."""
    code = blocks(page, "cpp")
    headers = "".join(f"#include <{name}>\n" for name in STANDARD_HEADERS)
    binders = re.findall(r"^void (bind_\w+)", code, re.MULTILINE)
    calls = "".join(f"{name}(registry);" for name in [*binders, "serve"])
    return f"{headers}{code}\nint main() {{ py4cpp::Registry registry; {calls} }}\n"


def drive(program: Path, names: dict[str, Any]) -> str:
    """Does with the program what the page's Python does; returns what that printed."""
    with subprocess.Popen(
        [str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        port, token = int(process.stdout.readline()), process.stdout.readline().strip()
        gateway = names["connect"](port, token)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            names["drive"](gateway)
            gateway.jvm.home.Tools.tell(names["Told"]())
            names["typed"](gateway)
            names["use_function"](gateway)
        gateway.close()
        process.communicate()
        assert process.returncode == 0
    return printed.getvalue()


def main(page: str, include: str, root: str, library: str, *compiler: str) -> None:
    """Any mistake in the page is an exception here."""
    text = Path(page).read_text()
    names: dict[str, Any] = {}
    exec(compile(blocks(text, "python"), page, "exec"), names)
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program"
        command = [
            *compiler,
            "-std=c++20",
            "-Wall",
            "-Wextra",
            "-Werror",
            f"-I{include}",
            f"-I{root}",
        ]
        command += ["-o", str(program), "-xc++", "-", "-xnone", library]
        command += [f"-Wl,-rpath,{Path(library).parent}"]
        subprocess.run(command, input=program_of(text), text=True, check=True)
        printed = drive(program, names)
    assert printed == EXPECTED, printed


if __name__ == "__main__":
    main(*sys.argv[1:])
