# SPDX-License-Identifier: Apache-2.0
"""`py4cpp run`: what reaches the driver, and what comes back from it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from support import Submitter, Terminal

SHOW = """
    import json, os, sys
    keys = [key for key in os.environ if key.startswith(("PY", "SPARK", "_PY"))]
    print(json.dumps({"argv": sys.argv, "path": sys.path, "executable": sys.executable,
                      "env": {key: os.environ[key] for key in keys}}))
"""


def show(launch: Submitter, *args: str, **kwargs: object) -> dict:
    """What a driver sees of its arguments, module path and environment."""
    done = launch.run(launch.write(SHOW), *args, **kwargs)  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
    seen: dict = json.loads(done.stdout)
    return seen


def test_arguments_after_the_script_are_the_scripts_own(launch: Submitter) -> None:
    args = ["a b", "--master", "x", "--help", "", "--", "ä"]
    seen = show(launch, *args, options=["--name", "n"])
    assert seen["argv"] == [str(launch.folder / "script.py"), *args]


def test_a_relative_script_is_found_from_the_working_directory(launch: Submitter) -> None:
    launch.write("print('here')", "relative.py")
    assert launch.output("relative.py") == "here\n"


def test_the_environment_of_the_driver(launch: Submitter, py4cpp: Path) -> None:
    env = show(launch)["env"]
    assert int(env["PYSPARK_GATEWAY_PORT"]) > 0
    assert len(env["PYSPARK_GATEWAY_SECRET"]) == 64
    assert env["PYTHONUNBUFFERED"] == "YES"
    assert env["PYTHONHASHSEED"] == "0"
    assert env["PYSPARK_PYTHON"] == launch.python.executable
    assert Path(env["SPARK_HOME"]).samefile(py4cpp.parent / "home")
    assert "_PYSPARK_DRIVER_CONN_INFO_PATH" not in env
    assert "PY4CPP_RUN" not in env


def test_a_hash_seed_of_the_user_is_kept(launch: Submitter) -> None:
    assert show(launch, env={"PYTHONHASHSEED": "7"})["env"]["PYTHONHASHSEED"] == "7"


@pytest.mark.parametrize("named_by", ["--conf", "PYSPARK_DRIVER_PYTHON", "PYSPARK_PYTHON", "PATH"])
def test_the_driver_runs_the_interpreter_that_is_named(
    launch: Submitter, tmp_path: Path, named_by: str
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nNAMED=yes exec {launch.python.executable} "$@"\n')
    python.chmod(0o755)
    script = launch.write("import os; print(os.environ.get('NAMED'), os.environ['PYSPARK_PYTHON'])")
    env = launch.environment()
    options: list[str] = []
    if named_by == "--conf":
        options = ["--conf", f"spark.pyspark.driver.python={python}"]
    elif named_by == "PATH":
        env["PATH"] = f"{folder}:{env['PATH']}"
        del env["PYSPARK_PYTHON"]
    else:
        env[named_by] = str(python)
    done = subprocess.run(
        [str(launch.command), "run", *options, str(script)], env=env, capture_output=True, text=True
    )
    workers = (
        launch.python.executable if named_by in ("--conf", "PYSPARK_DRIVER_PYTHON") else python
    )
    assert done.stdout == f"yes {workers}\n", done.stderr


def test_python_is_python3_where_there_is_no_python(launch: Submitter, tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python3").symlink_to(launch.python.executable)
    env = launch.environment({"PATH": str(folder)})
    del env["PYSPARK_PYTHON"]
    script = launch.write("print('ran')")
    done = subprocess.run(
        [str(launch.command), "run", str(script)], env=env, capture_output=True, text=True
    )
    assert done.stdout == "ran\n", done.stderr


def test_py_files_come_first_on_the_module_path(launch: Submitter) -> None:
    launch.write("NAME = 'module'", "one.py")
    launch.write("raise SystemExit('a neighbour of one.py was imported')", "neighbour.py")
    for name in ("two.zip", "three.egg"):
        with zipfile.ZipFile(launch.folder / name, "w") as archive:
            archive.writestr(f"in_{name[:-4]}.py", f"NAME = {name!r}")
    other = launch.folder / "elsewhere"
    other.mkdir()
    (other / "script.py").write_text(
        "import sys, one, in_two, in_three\n"
        "print(one.NAME, in_two.NAME, in_three.NAME)\n"
        "try:\n    import neighbour\nexcept ImportError:\n    print('no neighbour')\n"
        "print(sys.path.index('/inherited') > 3)\n"
    )
    files = "one.py,two.zip"
    done = launch.run(
        other / "script.py",
        options=["--py-files", files, "--py-files", "three.egg"],
        env={"PYTHONPATH": "/inherited"},
    )
    assert done.stdout == "module two.zip three.egg\nno neighbour\nTrue\n", done.stderr


def test_py_files_of_each_kind_reach_the_workers(launch: Submitter) -> None:
    launch.write("NAME = 'module'", "one.py")
    for name in ("two.zip", "three.egg"):
        with zipfile.ZipFile(launch.folder / name, "w") as archive:
            archive.writestr(f"in_{name[:-4]}.py", f"NAME = {name!r}")
    script = launch.write(
        """
        from importlib import import_module
        from pyspark import SparkContext
        names = SparkContext().parallelize(["one", "in_two", "in_three"], 2)
        print(*names.map(lambda name: import_module(name).NAME).collect())
        """
    )
    done = launch.run(script, options=["--py-files", "one.py,*.zip,three.egg"])
    assert done.stdout == "module two.zip three.egg\n", done.stderr


def test_output_of_both_streams_keeps_its_order(launch: Submitter) -> None:
    script = launch.write(
        """
        import os, sys
        for i in range(200):
            print("out", i)
            print("err", i, file=sys.stderr)
            os.system(f"echo sub {i}")
        """
    )
    done = launch.run(script)
    wanted = "".join(f"out {i}\nerr {i}\nsub {i}\n" for i in range(200))
    assert done.stdout == wanted
    assert done.stderr == ""


def test_output_comes_while_the_driver_runs(launch: Submitter) -> None:
    script = launch.write("print('first'); input(); print('second')")
    process = subprocess.Popen(
        [str(launch.command), "run", str(script)],
        env=launch.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    assert process.stdout.readline() == "first\n"
    assert process.communicate("\n")[0] == "second\n"
    assert process.returncode == 0


def test_standard_input_reaches_the_driver(launch: Submitter) -> None:
    script = launch.write("import sys; print(sys.stdin.read().upper(), end='')")
    done = subprocess.run(
        [str(launch.command), "run", str(script)],
        env=launch.environment(),
        input="some\ntext\n",
        stdout=subprocess.PIPE,
        text=True,
    )
    assert done.stdout == "SOME\nTEXT\n"


def test_a_terminal_stays_a_terminal(launch: Submitter) -> None:
    script = launch.write(
        "import os, sys; print([os.isatty(i) for i in range(3)], os.tcgetpgrp(0) == os.getpgrp())"
    )
    terminal = Terminal([str(launch.command), "run", str(script)], launch.environment())
    assert terminal.finish() == 0
    assert terminal.output.decode().strip() == "[True, True, True] True"


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_exit_code_is_the_drivers(launch: Submitter, code: int) -> None:
    script = launch.write(f"raise SystemExit({code})")
    assert launch.run(script).returncode == code


def test_an_uncaught_exception_shows_and_is_exit_code_1(launch: Submitter) -> None:
    done = launch.run(launch.write("1 / 0"))
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stdout
    assert done.stderr == ""


def test_verbose_shows_what_was_understood(launch: Submitter) -> None:
    script = launch.write("")
    done = launch.run(
        script,
        "arg",
        options=[
            "-v",
            "-c",
            "spark.x=1",
            "-c",
            "spark.my.password=hunter2",
            "--master",
            "local[3]",
        ],
    )
    assert done.returncode == 0
    for text in (f"Script: {script}", "Arguments: arg", "spark.x=1", "spark.master=local[3]"):
        assert text in done.stderr
    assert "hunter2" not in done.stderr


def test_settings_reach_the_driver(submit: Submitter) -> None:
    submit.write("# mine\nspark.file.only = f\nspark.both f\nother.key 1\n", "p.conf")
    script = submit.write(
        """
        from pyspark import SparkContext
        sc = SparkContext()
        conf = sc.getConf()
        for key in ("spark.app.name", "spark.master", "spark.file.only", "spark.both",
                    "spark.driver.memory", "spark.submit.deployMode", "other.key"):
            print(key, conf.get(key))
        print(sc.appName, sc.master, sc.defaultParallelism)
        """
    )
    options = ["--properties-file", "p.conf", "--conf", "spark.both=c", "--driver-memory", "2g"]
    done = submit.run(script, options=[*options, "--master", "local[3]"])
    assert done.stdout.splitlines() == [
        "spark.app.name script.py",
        "spark.master local[3]",
        "spark.file.only f",
        "spark.both c",
        "spark.driver.memory 2g",
        "spark.submit.deployMode client",
        "other.key None",
        "script.py local[3] 3",
    ], done.stderr
    assert "Ignoring non-Spark config property: other.key" in done.stderr


def test_the_folder_for_temporary_files_is_shown_as_it_was_given(submit: Submitter) -> None:
    folder = submit.folder / "spark_local"
    script = submit.write(
        """
        from pyspark import SparkContext, SparkFiles
        print(SparkContext().getConf().get("spark.local.dir"))
        print(SparkFiles.getRootDirectory())
        """
    )
    shown, root = submit.output(script, options=["--conf", f"spark.local.dir={folder}"]).split()
    assert shown == str(folder)
    assert root.startswith(f"{folder}/py4cpp-")
    shown, root = submit.output(script).split()
    assert shown == "None"
    assert root.startswith(f"{submit.temp}/py4cpp-")


def test_files_and_python_files_reach_the_workers(submit: Submitter) -> None:
    submit.write("def twice(x):\n    return 2 * x\n", "helper.py")
    with zipfile.ZipFile(submit.folder / "packed.zip", "w") as archive:
        archive.writestr("packed_module.py", "def thrice(x):\n    return 3 * x\n")
    with zipfile.ZipFile(submit.folder / "archive.zip", "w") as archive:
        archive.writestr("inside.txt", "43")
    submit.write("42", "data.txt")
    script = submit.write(
        """
        from pyspark import SparkContext, SparkFiles

        def work(x):
            import helper, packed_module
            with open(SparkFiles.get("data.txt")) as file:
                data = file.read()
            with open(SparkFiles.get("unpacked") + "/inside.txt") as file:
                return helper.twice(x), packed_module.thrice(x), data, file.read()

        sc = SparkContext()
        print(sc.parallelize([1, 2], 2).map(work).collect())
        """
    )
    options = ["--py-files", "helper.py,packed.zip", "--files", "data.txt"]
    output = submit.output(script, options=[*options, "--archives", "archive.zip#unpacked"])
    assert output == "[(2, 3, '42', '43'), (4, 6, '42', '43')]\n"


def test_archives_are_unpacked_by_the_drivers_interpreter(submit: Submitter) -> None:
    """There is no other Python on the PATH."""
    with tarfile.open(submit.folder / "archive.tar.gz", "w:gz") as archive:
        archive.add(submit.write("43", "inside.txt"), "inside.txt")
    folder = submit.folder / "bin"
    folder.mkdir()
    (folder / "env").symlink_to("/usr/bin/env")
    script = submit.write(
        """
        from pyspark import SparkContext, SparkFiles
        SparkContext()
        print(open(SparkFiles.get("archive.tar.gz") + "/inside.txt").read())
        """
    )
    env = {"PATH": str(folder)}
    done = submit.run(script, options=["--archives", "archive.tar.gz"], env=env)
    assert done.stdout == "43\n", done.stderr


def test_workers_run_the_drivers_own_interpreter(submit: Submitter) -> None:
    script = submit.write(
        """
        import sys
        from pyspark import SparkContext
        print(SparkContext().range(1).map(lambda _: sys.executable).collect() == [sys.executable])
        """
    )
    env = submit.environment()
    del env["PYSPARK_PYTHON"]
    env["PATH"] = f"{Path(submit.python.executable).parent}:{env['PATH']}"
    done = subprocess.run(
        [str(submit.command), "run", str(script)], env=env, capture_output=True, text=True
    )
    assert done.stdout == "True\n", done.stderr


@pytest.mark.parametrize("pinned", ["true", "false"])
def test_both_kinds_of_gateway_work(submit: Submitter, pinned: str) -> None:
    script = submit.write(
        "from pyspark import SparkContext\nprint(SparkContext().range(4).map(str).collect())"
    )
    done = submit.run(script, env={"PYSPARK_PIN_THREAD": pinned})
    assert done.stdout == "['0', '1', '2', '3']\n", done.stderr


def test_help_and_version_need_no_script(py4cpp: Path, source_root: Path) -> None:
    def shown(*args: str) -> str:
        done = subprocess.run([str(py4cpp), *args], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    assert "\n  --py-files FILES " in shown("run", "--help")
    assert "py4cpp run [options] script.py" in shown("--help")
    found = re.search(r"version: '(.+?)'", (source_root / "meson.build").read_text())
    assert found
    assert shown("run", "--version") == shown("--version") == f"py4cpp {found[1]}\n"


def test_the_command_is_small_before_it_works(launch: Submitter) -> None:
    script = launch.write(
        """
        import os
        with open(f"/proc/{os.getppid()}/status") as file:
            print(next(line.split()[1] for line in file if line.startswith("VmRSS")))
        """
    )
    assert int(launch.output(script)) < 15 * 1024


def test_home_prints_a_complete_spark_home(py4cpp: Path) -> None:
    done = subprocess.run([str(py4cpp), "home"], capture_output=True, text=True, check=True)
    home = Path(done.stdout.strip())
    assert os.access(home / "bin" / "spark-submit", os.X_OK)
    assert (home / "python" / "pyspark" / "shell.py").exists()
