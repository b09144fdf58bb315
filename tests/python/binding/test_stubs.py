# SPDX-License-Identifier: Apache-2.0
"""`py4cpp stubs`: mypy takes the stubs, follows a right script through them and finds the mistakes
of wrong ones."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[3] / "python"

RIGHT = """
from typing import TYPE_CHECKING

import py4cpp
from py4j.clientserver import ClientServer

if TYPE_CHECKING:
    from jvm import Jvm
    from collections.abc import Sequence
    from jvm.house import Heater, Listener, Mode, Thermostat
    from jvm.house.odd import Watcher

jvm: "Jvm" = ClientServer().jvm

class Heard:
    def changed(self, to: float) -> None: ...
    def name(self) -> str:
        return "heard"

class Looks:
    def kind(self) -> str:
        return "python"
    def seen(self, numbers: "Sequence[int]") -> list[int]:
        return list(numbers)

thermostat = jvm.house.Thermostat()
thermostat = jvm.house.Thermostat(18)
listener: "Listener" = Heard()
thermostat.add(listener)
thermostat.add(Heard())
thermostat.setTarget(21)
room: str = thermostat.room
degrees: float = thermostat.target()
limit: int = jvm.house.Thermostat.MAX
lowest: int = jvm.house.Thermostat.Limits.LOWEST
mode: "Mode" = jvm.house.Values.next("HEAT")
name: str = jvm.house.Mode.HEAT.name()
mode = jvm.house.Mode.valueOf("HEAT")
modes: "Sequence[Mode]" = jvm.house.Mode.values()
heater: "Heater" = jvm.house.Heater(18)
thermostat = heater
bound: int = jvm.house.Thermostat.Bounds.LOWEST
linked = jvm.java.util.LinkedHashMap()
linked["a"] = 1
jvm.house.Values.nothing(())
total: int = jvm.house.Calls.sum(1, 2, 3)
words: str = jvm.house.Calls.sum("a", "b")
scaled: float = jvm.house.Calls.scale(2, 1.5)
values: list[int] = list(jvm.house.Values.array([1, 2, 3]))
text: str | None = jvm.house.Values.parent("/a/b")
maybe = jvm.house.Values.maybe(None)
lists = jvm.house.Values.map({"a": [1]})
first: int = lists["a"][0]
names = jvm.java.util.ArrayList()
names.add("x")
add: int = jvm.house.Functions.adder(2).apply(3)
even: bool = jvm.house.Functions.even().test(3)
jvm.house.Functions.failing().run()
total3: float = jvm.house.Functions.sum3().apply(1, 2, 3.5)
twice: int = jvm.house.Functions.twice(jvm.house.Functions.adder(2), 1)
odd = jvm.house.odd
kind: int = odd.Fancy().kind()
size: str = odd.Fancy().size
glow: str = odd.Dim().glow(1)
no_glow: int = odd.Dim().glow("x")
half: str = odd.Decimal.half(4)
half_of_half: float = odd.Decimal.half(0.5)
watched: "Watcher" = Looks()
called: int = py4cpp.as_callable(jvm.house.Functions.adder(2))(3)
millis: int = jvm.java.lang.System.currentTimeMillis()
again: int = jvm.System.currentTimeMillis()
"""

WRONG = {
    'jvm.house.Thermostat("warm")': "arg-type",
    "jvm.house.Thermostat(1).setTarget()": "call-arg",
    "jvm.house.Thermostat(1).setTargett(2)": "attr-defined",
    "jvm.house.Thermostat(1).setTarget(celsius=2)": "call-arg",
    "jvm.house.Thermostat(1).serial = 2": "misc",
    'jvm.house.Thermostat(1).room = "bath"': "misc",
    "jvm.house.Thermostat(1).add(jvm.house.Point())": "arg-type",
    'jvm.house.Values.next("WARM")': "arg-type",
    "constant: str = jvm.house.Mode.values()[0]": "assignment",
    'jvm.house.Heater("warm")': "arg-type",
    "jvm.house.Values.parent(None)": "arg-type",
    'jvm.house.Values.array(["x"])': "list-item",
    'jvm.house.Calls.sum(1, "x")': "call-overload",
    "text: str = jvm.house.Values.array([1])": "assignment",
    "jvm.house.Values.maybe(None) + 1": "operator",
    'jvm.house.Functions.adder(2).apply("x")': "arg-type",
    "jvm.house.Functions.adder(2).accept(1)": "attr-defined",
    "name: str = jvm.house.Functions.even().test(3)": "assignment",
}


def mypy(folder: Path, stubs: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Checks a script with the stubs on mypy's path."""
    path = folder / "script.py"
    path.write_text(script)
    settings = folder / "mypy.ini"
    settings.write_text(
        f"[mypy]\nstrict = True\nmypy_path = {stubs}:{PACKAGE}\n"
        "[mypy-py4j.*,numpy.*,pyarrow.*]\nignore_missing_imports = True\n"
    )
    command = [sys.executable, "-m", "mypy", "--config-file", str(settings), str(path)]
    cache = ["--cache-dir", str(stubs / ".cache")]
    return subprocess.run([*command, *cache], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def stubs(py4cpp: Path, build_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the stubs of the house."""
    folder = tmp_path_factory.mktemp("stubs")
    plugin = build_dir / "tests" / "binding" / "libhouse_plugin.so"
    command = [str(py4cpp), "stubs", str(plugin), "-o", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def test_a_right_script_has_no_mistakes(stubs: Path, tmp_path: Path) -> None:
    done = mypy(tmp_path, stubs, RIGHT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_has_nothing_to_say_about_the_stubs(stubs: Path, tmp_path: Path) -> None:
    assert "ignore-errors" not in (stubs / "jvm" / "house" / "__init__.pyi").read_text()
    settings = tmp_path / "mypy.ini"
    settings.write_text(f"[mypy]\nstrict = True\nmypy_path = {stubs}\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(settings), "-p", "jvm"]
    cache = ["--cache-dir", str(stubs / ".cache")]
    done = subprocess.run([*command, *cache], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_python_cannot_tell_of_cpp_is_ignored_in_its_line_only(stubs: Path) -> None:
    text = "".join(path.read_text() for path in sorted(stubs.rglob("*.pyi")))
    ignored = [line.strip() for line in text.splitlines() if "# type: ignore" in line]
    assert all("unused-ignore" in line for line in ignored)
    functions = [line for line in ignored if line.startswith("def")]
    assert len(functions) == 5, functions


def test_each_mistake_is_found_in_its_line(stubs: Path, tmp_path: Path) -> None:
    heading = textwrap.dedent("""\
        from typing import TYPE_CHECKING, cast
        if TYPE_CHECKING:
            from jvm import Jvm
        jvm = cast("Jvm", None)
    """)
    done = mypy(tmp_path, stubs, heading + "\n".join(WRONG) + "\n")
    start = heading.count("\n") + 1
    for number, (line, kind) in enumerate(WRONG.items(), start):
        found = [text for text in done.stdout.splitlines() if f"script.py:{number}: error" in text]
        assert len(found) == 1, (line, done.stdout)
        assert f"[{kind}]" in found[0], (line, found)


def test_texts_and_names_are_in_the_stubs(stubs: Path) -> None:
    text = (stubs / "jvm" / "house" / "__init__.pyi").read_text()
    assert '"""At most 35 degrees."""' in text
    assert "def setTarget(self, celsius: float, /) -> None:" in text
    assert "def log(form: str, level: int = 1, /, *words: str) -> str: ..." in text
    assert "HEAT: ClassVar[_house.Mode]" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no library was given"),
        (["x.so"], "no folder was given; add -o FOLDER"),
        (["x.so", "-o"], "option -o needs a value after it"),
        (["--fast"], "unknown option '--fast'"),
        (["/nowhere/x.so", "-o", "out"], "the plugin '/nowhere/x.so' cannot be loaded"),
    ],
)
def test_a_wrong_command_line_is_answered(
    py4cpp: Path, arguments: list[str], message: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [str(py4cpp), "stubs", *arguments], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 1
    assert message in done.stderr


def test_a_folder_that_cannot_be_written_is_named(
    py4cpp: Path, build_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    plugin = build_dir / "tests" / "binding" / "libhouse_plugin.so"
    done = subprocess.run(
        [str(py4cpp), "stubs", str(plugin), "-o", str(tmp_path / "file")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
