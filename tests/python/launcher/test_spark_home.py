# SPDX-License-Identifier: Apache-2.0
"""Without the launcher: programs that find us through SPARK_HOME and start us themselves."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from support import Interpreter, Submitter, Terminal

SUM = """
    from pyspark import SparkContext
    sc = SparkContext()
    print(sc.appName, sc.master, sc.range(10).sum())
"""


class PlainPython(Submitter):
    """Programs in an environment that names our SPARK_HOME and no interpreter."""

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        home = subprocess.run([str(self.command), "home"], capture_output=True, text=True)
        env = super().environment()
        del env["PYSPARK_PYTHON"]
        env["SPARK_HOME"] = home.stdout.strip()
        env.update(extra or {})
        return env


@pytest.fixture
def plain(py4cpp: Path, python: Interpreter, tmp_path: Path) -> Iterator[PlainPython]:
    submitter = PlainPython(py4cpp, python, tmp_path)
    yield submitter
    submitter.check_nothing_is_left()


def run_python(
    plain: PlainPython, *args: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [plain.python.executable, *args],
        env=plain.environment(env),
        cwd=plain.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_plain_python_runs_a_script(plain: PlainPython) -> None:
    done = run_python(plain, str(plain.write(SUM)))
    assert done.stdout == "pyspark-shell local[*] 45\n", done.stderr
    assert done.returncode == 0


def test_plain_python_passes_its_settings_and_submit_arguments(plain: PlainPython) -> None:
    script = plain.write(
        """
        from pyspark import SparkConf, SparkContext
        sc = SparkContext(conf=SparkConf().setAppName("mine").set("spark.x", "a b=c"))
        print(sc.appName, sc.master, sc.getConf().get("spark.x"), sc.getConf().get("spark.y"))
        """
    )
    arguments = "--master local[2] --conf spark.y='1 2' pyspark-shell"
    done = run_python(plain, str(script), env={"PYSPARK_SUBMIT_ARGS": arguments})
    assert done.stdout == "mine local[2] a b=c 1 2\n", done.stderr


def test_wrong_submit_arguments_are_explained(plain: PlainPython) -> None:
    done = run_python(
        plain, str(plain.write(SUM)), env={"PYSPARK_SUBMIT_ARGS": "--bogus pyspark-shell"}
    )
    assert done.returncode == 1
    assert "py4cpp: error: unknown option '--bogus'" in done.stderr


def test_the_workers_of_plain_python_run_its_interpreter(plain: PlainPython) -> None:
    script = plain.write(
        """
        import sys
        from pyspark import SparkContext
        print(SparkContext().range(1).map(lambda _: sys.executable).collect() == [sys.executable])
        """
    )
    done = run_python(plain, str(script), env={"PATH": "/usr/bin:/bin"})
    assert done.stdout == "True\n", done.stderr


def test_an_exit_without_stop_leaves_nothing(plain: PlainPython) -> None:
    script = plain.write(SUM + "    import os; os._exit(3)\n")
    assert run_python(plain, str(script)).returncode == 3


def test_pytest_runs_against_us(plain: PlainPython) -> None:
    plain.write(
        """
        from pyspark.sql import SparkSession

        def test_session():
            spark = SparkSession.builder.getOrCreate()
            assert spark.sparkContext.range(4).count() == 4
        """,
        "test_user.py",
    )
    done = run_python(plain, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_user.py")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_several_python_programs_run_side_by_side(plain: PlainPython) -> None:
    script = plain.write(SUM)
    processes = [
        subprocess.Popen(
            [plain.python.executable, str(script)],
            env=plain.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.communicate(timeout=120)[0] == "pyspark-shell local[*] 45\n"


def test_spark_submit_of_our_home_runs_a_script(plain: PlainPython) -> None:
    env = plain.environment({"PYSPARK_PYTHON": plain.python.executable})
    submit = Path(env["SPARK_HOME"]) / "bin" / "spark-submit"
    done = subprocess.run(
        [str(submit), "--master", "local[2]", "--name", "n", str(plain.write(SUM))],
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "n local[2] 45\n", done.stderr


def test_spark_submit_of_the_pip_package_runs_a_script(plain: PlainPython) -> None:
    env = plain.environment({"PYSPARK_PYTHON": plain.python.executable})
    submit = Path(plain.python.executable).parent / "spark-submit"
    done = subprocess.run(
        [str(submit), "--master", "local[2]", "--name", "n m", str(plain.write(SUM))],
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "n m local[2] 45\n", done.stderr


def test_spark_class_runs_no_other_class(plain: PlainPython) -> None:
    env = plain.environment()
    command = [f"{env['SPARK_HOME']}/bin/spark-class", "org.apache.spark.repl.Main"]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot run 'org.apache.spark.repl.Main': py4cpp runs no Java classes" in done.stderr


SHELL_LINES = """\
print("sum", sc.range(10).sum())
print("version", spark.version)
import os; print("session", spark.sparkContext is sc)
print("found", sc.parallelize([("a", 1), ("b", 2)]).partitionBy(4).lookup("b"))
"""


def shell_command(plain: PlainPython) -> tuple[list[str], dict[str, str]]:
    command = [str(plain.python.pyspark / "bin" / "pyspark"), "--master", "local[2]"]
    return command, plain.environment({"PYSPARK_PYTHON": plain.python.executable})


def test_the_pyspark_shell_on_a_terminal(plain: PlainPython) -> None:
    command, env = shell_command(plain)
    env["PYTHON_HISTORY"] = env["HOME"] = str(plain.folder)
    terminal = Terminal(command, env)
    terminal.read_until(b">>> ")
    for number, line in enumerate(SHELL_LINES.splitlines()):
        terminal.write(line.encode() + b"\n")
        terminal.read_until((b"sum 45", b"version ", b"session True", b"found [2]")[number])
    terminal.write(b"exit()\n")
    assert terminal.finish() == 0, terminal.output.decode()
    text = terminal.output.decode()
    assert "SparkSession available as 'spark'." in text
    assert "master = local[2]" in text


def test_ctrl_c_in_the_pyspark_shell_ends_the_job_and_not_the_engine(plain: PlainPython) -> None:
    command, env = shell_command(plain)
    env["PYTHON_HISTORY"] = env["HOME"] = str(plain.folder)
    terminal = Terminal(command, env)
    terminal.read_until(b">>> ")
    mark = plain.folder / "at_work"
    terminal.write(
        f"import time; sc.range(1).map(lambda _: (open({str(mark)!r}, 'w').close(), "
        "time.sleep(1000))).count()\n".encode()
    )
    while not mark.exists():
        time.sleep(0.02)
    terminal.write(b"\x03")
    # The py4j client of 3.5 cannot send while it waits in the same thread; its own error ends it.
    terminal.read_until(b"KeyboardInterrupt" if plain.python.release == "4.3" else b"Error")
    terminal.write(b'print("sum", sc.range(10).sum())\n')
    terminal.read_until(b"sum 45")
    terminal.write(b"exit()\n")
    assert terminal.finish() == 0, terminal.output.decode()


def test_ctrl_c_goes_to_a_plain_program_alone(plain: PlainPython) -> None:
    script = plain.write(
        """
        import os, signal
        from pyspark import SparkContext
        sc = SparkContext()
        try:
            os.killpg(0, signal.SIGINT)
            signal.pause()
        except KeyboardInterrupt:
            print("sum", sc.range(10).sum())
        """
    )
    done = subprocess.run(
        ["env", "--default-signal", plain.python.executable, str(script)],
        env=plain.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        start_new_session=True,
    )
    assert done.stdout == "sum 45\n", done.stderr


def test_the_pyspark_shell_reads_a_pipe(plain: PlainPython) -> None:
    command, env = shell_command(plain)
    env["PYSPARK_DRIVER_PYTHON_OPTS"] = "-i"
    done = subprocess.run(
        command, env=env, input=SHELL_LINES, capture_output=True, text=True, timeout=120
    )
    assert "sum 45" in done.stdout, done.stderr
    assert "session True" in done.stdout


def test_the_pyspark_shell_needs_no_java(plain: PlainPython, tmp_path: Path) -> None:
    command, env = shell_command(plain)
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("bash", "sh", "env", "dirname", "readlink", "python3"):
        (folder / tool).symlink_to(f"/usr/bin/{tool}")
    env.pop("JAVA_HOME", None)
    env.update(PATH=str(folder), PYSPARK_DRIVER_PYTHON_OPTS="-i")
    done = subprocess.run(
        command, env=env, input=SHELL_LINES, capture_output=True, text=True, timeout=120
    )
    assert "sum 45" in done.stdout, done.stderr


def test_the_pyspark_shell_explains_wrong_options(plain: PlainPython) -> None:
    command, env = shell_command(plain)
    done = subprocess.run([*command, "--bogus"], env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "unknown option '--bogus'" in done.stderr
    done = subprocess.run([*command, "script.py"], env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "runs no script; use 'py4cpp run script.py'" in done.stderr
