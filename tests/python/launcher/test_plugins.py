# SPDX-License-Identifier: Apache-2.0
"""Plugins: C++ classes of a shared library that a script calls, and libraries that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import Submitter


@pytest.fixture
def plugins(build_dir: Path) -> Path:
    """Where the build keeps the example plugin and the broken ones."""
    return build_dir / "tests" / "launcher"


def test_the_example_calls_a_plugin(submit: Submitter, plugins: Path, source_root: Path) -> None:
    script = source_root / "examples" / "plugin" / "hello.py"
    output = submit.output(script, options=["--plugin", str(plugins / "libmymodule.so")])
    assert output == "Hello from C++\n42\n"


def test_a_plugin_reaches_plain_python_too(submit: Submitter, plugins: Path) -> None:
    script = submit.write(
        """
        import os
        for name in ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET"):
            del os.environ[name]
        from pyspark import SparkContext
        print(SparkContext()._jvm.com.myJavaModule.hello())
        """
    )
    arguments = f"--plugin {plugins / 'libmymodule.so'} pyspark-shell"
    done = submit.run(script, env={"PYSPARK_SUBMIT_ARGS": arguments})
    assert done.stdout == "Hello from C++\n", done.stderr


def test_a_plugin_that_never_returns_does_not_keep_us_alive(
    launch: Submitter, plugins: Path
) -> None:
    script = launch.write(
        """
        import os, threading
        from pyspark import SparkContext
        sc = SparkContext()
        sc.range(1).count()
        entered = threading.Thread(target=sc._jvm.com.example.Blocking.forever, daemon=True)
        entered.start()
        entered.join(0.5)
        print(entered.is_alive())
        os._exit(5)
        """
    )
    done = launch.run(script, options=["--plugin", str(plugins / "libblocking.so")], seconds_max=30)
    assert (done.returncode, done.stdout) == (5, "True\n"), done.stderr


@pytest.mark.parametrize(
    ("library", "text"),
    [
        ("libwithout_bind.so", "exports no function bind(py4cpp::Registry&)"),
        ("libfailing_bind.so", "failed to register its classes: no licence for this machine"),
        ("libunknown_symbol.so", "cannot be loaded: "),
    ],
)
def test_a_plugin_that_cannot_be_used_is_named(
    launch: Submitter, plugins: Path, library: str, text: str
) -> None:
    path = plugins / library
    done = launch.run(launch.write("print('ran')"), options=["--plugin", str(path)])
    assert (done.returncode, done.stdout) == (1, "")
    assert f"py4cpp: error: the plugin '{path}' {text}" in done.stderr


def test_a_file_that_is_no_library_is_no_plugin(launch: Submitter) -> None:
    path = launch.write("text", "plugin.so")
    done = launch.run(launch.write("print('ran')"), options=["--plugin", str(path)])
    assert (done.returncode, done.stdout) == (1, "")
    assert f"the plugin '{path}' cannot be loaded" in done.stderr
    assert "build the plugin again" in done.stderr


def test_a_plugin_with_another_py4cpp_inside_is_refused(launch: Submitter, plugins: Path) -> None:
    path = plugins / "another" / "libmymodule.so"
    done = launch.run(launch.write("print('ran')"), options=["--plugin", str(path)])
    assert (done.returncode, done.stdout) == (1, "")
    assert f"the plugin '{path}' was built against another py4cpp" in done.stderr
