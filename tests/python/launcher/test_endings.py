# SPDX-License-Identifier: Apache-2.0
"""Signals and sudden ends: whoever goes, everybody goes within LEAVE_SECONDS_MAX, and nothing stays
behind. (The fixtures check the latter after each test.)"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support import Submitter, Terminal, marked_processes, wait_until_gone

TASK = """
    import os, signal, sys, time
    from pyspark import SparkConf, SparkContext

    def work(path):
        os.system("sleep 1000 &")
        with open(path, "w") as file:
            file.write(str(os.getpid()))
        {forever}

    conf = SparkConf(){settings}
    sc = SparkContext(master="local[2]", conf=conf)
    {before}
    sc.parallelize([sys.argv[1]], 1).foreach(work)
"""
SLEEPING = "time.sleep(1000)"
SPINNING = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n        while True: pass"


def wait_for_file(path: Path, process: subprocess.Popen[str], seconds_max: float = 60) -> str:
    """What the file holds as soon as it holds something."""
    end = time.monotonic() + seconds_max
    while not path.exists() or not path.read_text():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "the task did not start"
        time.sleep(0.01)
    return path.read_text()


def start_task(
    submit: Submitter,
    forever: str = SLEEPING,
    options: tuple[str, ...] = (),
    settings: str = "",
) -> subprocess.Popen[str]:
    """Starts a driver and returns when its task is at work in a Python worker."""
    script = submit.write(TASK.format(forever=forever, settings=settings, before=""))
    process = submit.start(script, str(submit.folder / "at_work"), options=options)
    wait_for_file(submit.folder / "at_work", process)
    return process


def start_plain_task(submit: Submitter, before: str = "") -> subprocess.Popen[str]:
    """The same with plain python: here the launcher is the driver's child."""
    process = subprocess.Popen(
        [
            submit.python.executable,
            str(submit.write(TASK.format(forever=SLEEPING, settings="", before=before))),
            str(submit.folder / "at_work"),
        ],
        env=submit.environment({"SPARK_HOME": str(submit.command.parent / "home")}),
        cwd=submit.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for_file(submit.folder / "at_work", process)
    return process


def child_with(parent: int, argument: str) -> int:
    """The child of a process whose command line has this argument."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            state = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            line = (folder / "cmdline").read_bytes().split(b"\0")
            name = (folder / "comm").read_text()
        except OSError:
            continue
        if int(state[1]) == parent and argument.encode() in line and "janitor" not in name:
            return int(folder.name)
    raise AssertionError(f"process {parent} has no child with the argument {argument}")


@pytest.mark.parametrize("forever", [SLEEPING, SPINNING], ids=["sleeping", "spinning"])
def test_a_killed_launcher_takes_everybody_along(submit: Submitter, forever: str) -> None:
    process = start_task(submit, forever)
    process.kill()
    assert not wait_until_gone(submit.mark)
    submit.finish(process)


def test_a_killed_launcher_cleans_the_folder_that_the_user_named(submit: Submitter) -> None:
    folder = submit.folder / "spark_local"
    process = start_task(submit, options=("--conf", f"spark.local.dir={folder}"))
    assert list(folder.iterdir())
    process.kill()
    assert not wait_until_gone(submit.mark)
    submit.finish(process)
    assert not list(folder.iterdir())


def test_a_killed_launcher_cleans_the_folder_that_the_script_named(submit: Submitter) -> None:
    folder = submit.folder / "spark_local"
    process = start_task(submit, settings=f".set('spark.local.dir', '{folder}')")
    assert list(folder.iterdir())
    process.kill()
    assert not wait_until_gone(submit.mark)
    submit.finish(process)
    assert not list(folder.iterdir())


def test_a_killed_launcher_takes_simple_workers_along(submit: Submitter) -> None:
    process = start_task(submit, options=("--conf", "spark.python.use.daemon=false"))
    process.kill()
    assert not wait_until_gone(submit.mark)
    submit.finish(process)


def test_a_killed_launcher_takes_piped_commands_along(launch: Submitter) -> None:
    command = launch.write("echo $$ > $1\nexec sleep 1000\n", "command.sh")
    script = launch.write(
        f"""
        import sys
        from pyspark import SparkContext
        text = SparkContext().textFile(sys.argv[0], 1)
        text._jrdd.pipe(f"sh {command} {{sys.argv[1]}}").collect()
        """
    )
    process = launch.start(script, str(launch.folder / "at_work"))
    wait_for_file(launch.folder / "at_work", process)
    process.kill()
    assert not wait_until_gone(launch.mark)
    launch.finish(process)


def test_a_killed_driver_ends_everything(submit: Submitter) -> None:
    process = start_task(submit)
    os.kill(child_with(process.pid, str(submit.folder / "script.py")), signal.SIGKILL)
    assert not wait_until_gone(submit.mark)
    assert submit.finish(process).returncode == 137


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_goes_to_the_driver_and_everything_ends(
    submit: Submitter, number: signal.Signals
) -> None:
    process = start_task(submit)
    process.send_signal(number)
    assert not wait_until_gone(submit.mark)
    assert submit.finish(process).returncode == 128 + number


def test_an_interrupt_cancels_the_job_and_ends_the_driver(submit: Submitter) -> None:
    process = start_task(submit)
    process.send_signal(signal.SIGINT)
    assert not wait_until_gone(submit.mark)
    done = submit.finish(process)
    # The py4j client of 3.5 cannot send while it waits in the same thread; its own error ends it.
    assert ("KeyboardInterrupt" if submit.python.release == "4.3" else "Py4JError") in done.stdout
    assert done.returncode in (1, 130)


def test_a_driver_that_handles_a_signal_goes_on(launch: Submitter) -> None:
    script = launch.write(
        """
        import signal, time
        got = []
        signal.signal(signal.SIGTERM, lambda number, frame: got.append(number))
        print("ready")
        while not got:
            time.sleep(0.01)
        print("still here", got)
        """
    )
    process = launch.start(script)
    assert process.stdout and process.stdout.readline() == "ready\n"
    process.terminate()
    done = launch.finish(process)
    assert (done.returncode, done.stdout) == (0, "still here [15]\n")


def test_ctrl_c_on_a_terminal_interrupts_the_driver_once(launch: Submitter) -> None:
    script = launch.write(
        """
        import signal, time
        count = 0
        def interrupted(number, frame):
            global count
            count += 1
        signal.signal(signal.SIGINT, interrupted)
        print("ready")
        while not count:
            time.sleep(0.01)
        time.sleep(0.3)  # A second one would come now.
        print("count", count)
        """
    )
    terminal = Terminal([str(launch.command), "run", str(script)], launch.environment())
    terminal.read_until(b"ready")
    terminal.write(b"\x03")
    assert terminal.finish() == 0
    assert b"count 1" in terminal.output


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_python_inside_a_wrapper_script_goes_with_it(
    launch: Submitter, number: signal.Signals
) -> None:
    wrapper = launch.write(f'#!/bin/sh\n{launch.python.executable} "$@"\n', "wrapper")
    wrapper.chmod(0o755)
    script = launch.write("import time; print('ready'); time.sleep(1000)")
    process = launch.start(script, env={"PYSPARK_DRIVER_PYTHON": str(wrapper)})
    assert process.stdout and process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert not wait_until_gone(launch.mark)
    assert launch.finish(process).returncode in (-number, 128 + number)


def test_the_driver_dies_with_a_launcher_that_is_killed_before_a_context(launch: Submitter) -> None:
    script = launch.write("import time; print('ready'); time.sleep(1000)")
    process = launch.start(script)
    assert process.stdout and process.stdout.readline() == "ready\n"
    process.kill()
    assert not wait_until_gone(launch.mark)
    launch.finish(process)


def test_what_a_script_leaves_running_is_its_own_business(launch: Submitter) -> None:
    script = launch.write(
        """
        import subprocess
        child = subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        print(child.pid)
        """
    )
    pid = int(launch.output(script))
    assert pid in marked_processes(launch.mark)
    os.kill(pid, signal.SIGKILL)


def test_a_killed_plain_driver_takes_everybody_along(submit: Submitter) -> None:
    process = start_plain_task(submit)
    process.kill()
    assert not wait_until_gone(submit.mark)
    process.communicate()


def test_a_killed_plain_driver_that_has_forked_takes_everybody_else_along(
    submit: Submitter,
) -> None:
    """The child holds whatever the driver held, the gateway's standard input among it."""
    fork = """import multiprocessing
    child = multiprocessing.Process(target=time.sleep, args=(1000,))
    child.start()
    print(child.pid, flush=True)"""
    process = start_plain_task(submit, fork)
    assert process.stdout
    child = int(process.stdout.readline())
    process.kill()
    assert not wait_until_gone(submit.mark, staying=child)
    os.kill(child, signal.SIGKILL)
    process.communicate()


def test_a_killed_gateway_ends_its_workers_and_fails_its_driver(submit: Submitter) -> None:
    process = start_plain_task(submit)
    os.kill(child_with(process.pid, "spark-submit"), signal.SIGKILL)
    assert not wait_until_gone(submit.mark)
    _, errors = process.communicate()
    assert process.returncode == 1
    assert "Py4J" in errors or "Connection" in errors
