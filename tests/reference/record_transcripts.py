# SPDX-License-Identifier: Apache-2.0
"""Records what a real py4j client and a real JVM say, for our gateway to say the same.

    python tests/reference/record_transcripts.py

needs py4j and a JDK, here and nowhere else. Each scenario has a JVM of its own, so that ids count
from zero, and a file tests/gateway/transcripts/<scenario>.txt: `> ` and what the client sent, `< `
and what it was answered, backslashes and control characters escaped. An error's text is the JVM's
own affair (mostly a stack trace) and is recorded as `*`; of a traceback the last line is kept.
Where we deliberately say more than a JVM (why there is no such member, the name of a nested class)
there is a `*` as well."""

from __future__ import annotations

import re
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from py4j.clientserver import ClientServer, JavaParameters, PythonParameters
from py4j.java_gateway import (
    GatewayParameters,
    JavaGateway,
    find_jar_path,
    get_field,
    get_java_class,
    set_field,
)
from py4j.protocol import Py4JError

HERE = Path(__file__).resolve().parent
TRANSCRIPTS = HERE.parent / "gateway" / "transcripts"
Client = Any


def use(*_values: Any) -> None:
    """Takes what was only to be asked for."""


def plain_values(client: Client) -> None:
    house = client.entry_point
    for value in (None, True, 0, -(2**31), 2**31, 2**63 - 1, 1.5, -1e300, float("inf"), "", "é🐍"):
        house.echo(value)
    house.echo("line\nbreak\rand \\ backslash")
    house.echo(Decimal("1E+3"))
    house.echo(b"\x00\xff bytes")
    house.half(3.0)
    house.half(0.001)
    house.small()
    house.letter()
    house.invert(False)
    house.rest()
    house.nothing()
    house.price()


def objects(client: Client) -> None:
    house = client.entry_point.self()
    other = client.jvm.reference.House("mine")
    house.echo(other).greet("you")
    other.echo(house).greet("me")
    for value in (1, 2**40, "x", 1.5, house):
        house.pick(value)
    client.jvm.reference.House.twice(21)
    use(client.jvm.reference.House.Room.NAME, client.jvm.reference.House.LIMIT)
    get_java_class(client.jvm.reference.House)


def fields(client: Client) -> None:
    house = client.jvm.reference.House()
    get_field(house, "rooms")
    get_field(house, "stones")
    get_field(house, "name")
    set_field(house, "rooms", 4)
    set_field(house, "name", "new name")
    house.greet("you")


def containers(client: Client) -> None:
    house = client.entry_point
    items = house.list()
    use(items[1], len(items))
    items.append("d")
    use(items[1:3])
    items.insert(0, "z")
    items.remove("c")
    items.count("a")
    items.reverse()
    items.sort()
    use(items * 2, items + items)
    del items[0]
    entries = house.map()
    use(entries["key"])
    entries["other"] = 8
    use("other" in entries)
    del entries["key"]
    numbers = house.set()
    numbers.add(6)
    use(6 in numbers)
    numbers.remove(5)
    len(numbers)
    array = house.array()
    use(array[0], len(array))
    array[1] = 9
    use(array[0:2])
    new = client.new_array(client.jvm.int, 2, 3)
    new[1][2] = 5
    use(new[1][2])


def names(client: Client) -> None:
    from py4j.java_gateway import java_import

    java_import(client.jvm, "java.util.*")
    java_import(client.jvm, "reference.House")
    client.jvm.ArrayList()
    client.jvm.House("imported")
    use(client.jvm.no.such.thing)
    view = client.new_jvm_view("view")
    java_import(view, "java.util.HashMap")
    view.HashMap()


def errors(client: Client) -> None:
    house = client.entry_point
    for mistake in (
        lambda: house.fail("on purpose"),
        lambda: house.no_such_method(1),
        lambda: house.greet(1, 2),
        lambda: client.jvm.java.lang.Object.no_member,
        lambda: client.jvm.reference.House(1.5),
        lambda: get_field(house, "no_field"),
    ):
        try:
            mistake()
        except Py4JError:
            continue
    house.greet("after all")


class Op:
    """Asks C++ (or Java) again, or fails, depending on the value."""

    def __init__(self, house: Any) -> None:
        self.house = house

    def apply(self, value: Any) -> Any:
        if value == "deeper":
            return self.house.ask(self, "bottom")
        if value == "fail":
            raise ValueError("Python says no")
        if value == "rethrow":
            return self.house.fail("through Python")
        return self.house.greet(str(value))

    class Java:
        implements = ["reference.House$Op"]  # noqa: RUF012


def callbacks(client: Client) -> None:
    house = client.entry_point
    op = Op(house)
    house.ask(op, 1)
    house.ask(op, "deeper")
    for value in ("fail", "rethrow"):
        try:
            house.ask(op, value)
        except Py4JError:
            continue
    house.greet("after all")


def deletions(client: Client) -> None:
    for _ in range(3):
        client.jvm.reference.House("short-lived").greet("you")


def farewell(client: Client) -> None:
    client.entry_point.greet("you")
    client.shutdown()


PINNED = (plain_values, objects, fields, containers, names, errors, callbacks)
UNPINNED = (deletions, farewell)


class Recorder:
    """Stands between the client and the JVM and keeps what the first connection says."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lines: list[tuple[str, bytes]] = []
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        is_first = True
        while True:
            client, _ = self.listener.accept()
            try:
                jvm = socket.create_connection(("127.0.0.1", self.target))
            except OSError:  # The JVM is gone; Python lets go of an object late.
                client.close()
                continue
            for source, sink, mark in ((client, jvm, ">"), (jvm, client, "<")):
                arguments = (source, sink, mark if is_first else "")
                threading.Thread(target=self.copy, args=arguments, daemon=True).start()
            is_first = False

    def copy(self, source: socket.socket, sink: socket.socket, mark: str) -> None:
        try:
            while chunk := source.recv(1 << 20):
                with self.lock:
                    if mark and self.lines and self.lines[-1][0] == mark:
                        self.lines[-1] = (mark, self.lines[-1][1] + chunk)
                    elif mark:
                        self.lines.append((mark, chunk))
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def text(self) -> str:
        """The transcript's lines."""
        with self.lock:
            return "".join(f"{mark} {shown(mark, chunk)}\n" for mark, chunk in self.lines)


def shown(mark: str, chunk: bytes) -> str:
    """The bytes with what cannot stand in a line escaped, and stack traces cut off."""
    text = chunk.decode()
    text = re.sub(r"^!xsTraceback.*\\n(\S.*?)(\\n\tat .*)?\n", r"!xsTraceback\\n\1\n", text)
    if mark == "<":
        text = re.sub(r"\\n\tat .*", "*", re.sub(r"^(!xs|!x$|!yc$).*", r"\1*", text))
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def record(scenario: Callable[[Client], None], kind: str, classes: str) -> None:
    """Runs one scenario with a JVM of its own and writes its file."""
    jvm = subprocess.Popen(
        ["java", "-cp", f"{find_jar_path()}:{classes}", "reference.Server", kind],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert jvm.stdout
    recorder = Recorder(int(jvm.stdout.readline()))
    if kind == "pinned":
        client: Client = ClientServer(
            JavaParameters(port=recorder.port, auth_token="secret"),
            PythonParameters(eager_load=False, port=0),
        )
    else:
        client = JavaGateway(
            gateway_parameters=GatewayParameters(port=recorder.port, auth_token="secret")
        )
    scenario(client)
    client.close()
    jvm.kill()
    jvm.wait()
    (TRANSCRIPTS / f"{scenario.__name__}.txt").write_text(recorder.text())


def main() -> None:
    """Records everything."""
    with tempfile.TemporaryDirectory() as classes:
        sources = [str(path) for path in (HERE / "java" / "reference").glob("*.java")]
        subprocess.run(["javac", "-cp", find_jar_path(), "-d", classes, *sources], check=True)
        for scenario in PINNED:
            record(scenario, "pinned", classes)
        for scenario in UNPINNED:
            record(scenario, "unpinned", classes)


if __name__ == "__main__":
    main()
