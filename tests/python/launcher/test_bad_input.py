# SPDX-License-Identifier: Apache-2.0
"""What a user may get wrong: one clear error each, which names the thing and says what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support import Submitter, small_temp


def refused(
    launch: Submitter,
    *options: str,
    script: str = "script.py",
    code: int = 1,
    env: dict[str, str] | None = None,
) -> str:
    """Runs what has to be refused before the driver starts; returns the one error it prints."""
    launch.write("print('the driver ran')")
    done = launch.run(script, options=options, env=env)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("py4cpp: error: ")
    assert done.stderr.count("error:") == 1
    return done.stderr


def test_a_missing_script(launch: Submitter) -> None:
    text = refused(launch, script="nowhere.py", code=2)
    assert f"no script '{launch.folder}/nowhere.py'" in text


def test_no_script_at_all(launch: Submitter) -> None:
    done = subprocess.run([str(launch.command), "run"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no script was given\nTry 'py4cpp run --help'" in done.stderr


def test_an_unknown_command(py4cpp: Path) -> None:
    done = subprocess.run([str(py4cpp), "fly"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "unknown command 'fly'" in done.stderr


def test_a_program_that_is_not_python(launch: Submitter) -> None:
    launch.write("", "program.jar")
    assert "is no Python script" in refused(launch, script="program.jar")


def test_an_unknown_option(launch: Submitter) -> None:
    text = refused(launch, "--bogus")
    assert "unknown option '--bogus'" in text
    assert "--help" in text


def test_an_option_without_its_value(launch: Submitter) -> None:
    done = subprocess.run([str(launch.command), "run", "--master"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "--master needs a value" in done.stderr


def test_a_setting_without_a_value(launch: Submitter) -> None:
    assert "--conf 'spark.x' has no '='; write --conf KEY=VALUE" in refused(
        launch, "--conf", "spark.x"
    )


def test_a_setting_without_a_name(launch: Submitter) -> None:
    text = refused(launch, "--conf", "=x")
    assert "--conf '=x' has no name before the '='; write --conf KEY=VALUE" in text


@pytest.mark.parametrize(
    ("option", "file", "text"),
    [
        ("--properties-file", "no.conf", "'no.conf' cannot be read: No such file"),
        ("--properties-file", ".", "'.' cannot be read: Is a directory"),
        ("--py-files", "no.py", "/no.py); correct the path or put the file there"),
        ("--py-files", "data.txt", "is no .py, .zip or .egg file"),
        ("--files", "no.txt", "/no.txt); correct the path or put the file there"),
        ("--files", "hdfs://host/x", "local files only"),
        ("--plugin", "no.so", "/no.so); correct the path or put the file there"),
    ],
)
def test_a_file_that_cannot_be_used(launch: Submitter, option: str, file: str, text: str) -> None:
    launch.write("", "data.txt")
    assert text in refused(launch, option, file)


@pytest.mark.parametrize("master", ["spark://host:7077", "yarn", "k8s://https://host:6443"])
def test_a_cluster_as_master(launch: Submitter, master: str) -> None:
    text = refused(launch, "--master", master)
    assert f"master '{master}' is a cluster" in text
    assert "local[N]" in text


@pytest.mark.parametrize("master", ["local[0]", "local[", "bogus"])
def test_a_master_that_makes_no_sense(launch: Submitter, master: str) -> None:
    assert f"master '{master}' is not understood" in refused(launch, "--master", master)


def test_the_cluster_deploy_mode(launch: Submitter) -> None:
    assert "--deploy-mode cluster is not supported" in refused(launch, "--deploy-mode", "cluster")


def test_an_interpreter_that_is_not_there(launch: Submitter) -> None:
    text = refused(launch, "--conf", "spark.pyspark.python=/no/python")
    assert "'/no/python' (from --conf spark.pyspark.python)" in text
    text = refused(launch, env={"PYSPARK_DRIVER_PYTHON": "nopython"})
    assert "'nopython' (from PYSPARK_DRIVER_PYTHON)" in text


def test_no_interpreter_at_all(launch: Submitter) -> None:
    env = launch.environment({"PATH": "/nowhere"})
    del env["PYSPARK_PYTHON"]
    launch.write("")
    done = subprocess.run(
        [str(launch.command), "run", "script.py"],
        env=env,
        cwd=launch.folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "neither 'python' nor 'python3' on PATH (/nowhere)" in done.stderr


def test_an_interpreter_without_pyspark(launch: Submitter, tmp_path: Path) -> None:
    env = tmp_path / "venv"
    subprocess.run([launch.python.executable, "-m", "venv", "--without-pip", env], check=True)
    script = launch.write("import pyspark")
    done = launch.run(script, options=["--conf", f"spark.pyspark.python={env}/bin/python"])
    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named 'pyspark'" in done.stdout
    assert f"{env}/bin/python has no pyspark; install it with" in done.stderr


def test_a_script_without_pyspark_needs_none(launch: Submitter, tmp_path: Path) -> None:
    env = tmp_path / "venv"
    subprocess.run([launch.python.executable, "-m", "venv", "--without-pip", env], check=True)
    script = launch.write("print('done')")
    done = launch.run(script, options=["--conf", f"spark.pyspark.python={env}/bin/python"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_a_folder_for_temporary_files_that_is_not_there(launch: Submitter) -> None:
    text = refused(launch, env={"TMPDIR": "/no/such/folder"})
    assert "temporary folder in '/no/such/folder': No such file or directory" in text
    text = refused(launch, "--conf", "spark.local.dir=/dev/null/folder")
    expected = "'/dev/null/folder' (from spark.local.dir) cannot be made: Not a directory"
    assert f"{expected}; name another one" in text
    empty = {"SPARK_LOCAL_DIRS": ""}
    text = refused(launch, "--conf", "spark.local.dir=/dev/null/folder", env=empty)
    assert expected in text
    text = refused(launch, env={"SPARK_LOCAL_DIRS": "/dev/null/folder"})
    assert "'/dev/null/folder' (from SPARK_LOCAL_DIRS) cannot be made" in text


def test_a_full_disk_under_the_temporary_files(launch: Submitter) -> None:
    """A file system without a free inode is the fullest disk that a test can make."""
    launch.prefix = small_temp("nr_inodes=1,size=4k")
    text = refused(launch)
    assert f"temporary folder in '{launch.temp}': No space left on device; free space there" in text


def test_an_address_file_that_cannot_be_written(launch: Submitter) -> None:
    env = launch.environment({"_PYSPARK_DRIVER_CONN_INFO_PATH": "/no/such/folder/info"})
    submit = launch.command.parent / "home" / "bin" / "spark-submit"
    done = subprocess.run(
        [str(submit), "pyspark-shell"], env=env, input="", capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "cannot write the gateway's address to '/no/such/folder/info'" in done.stderr


def test_the_gateway_form_by_hand(launch: Submitter) -> None:
    assert "SPARK_HOME=$(py4cpp home)" in refused(launch, script="pyspark-shell")
