# SPDX-License-Identifier: Apache-2.0
"""Runs functions of any eval type in the workers of a C++ program.

A task is a folder: `task.json`, one file for each pickled command, and `input`. The program reads
the folder's path, runs the task through the public interface of the runner, writes `output` beside
the input and answers with one line of JSON. All tasks of one program share one pool of workers."""

from __future__ import annotations

import json
import pickle
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyspark
from pyspark import cloudpickle
from pyspark.serializers import BatchedSerializer, CPickleSerializer
from pyspark.sql.pandas.types import from_arrow_schema, from_arrow_type

try:
    from pyspark.util import PythonEvalType
except ImportError:  # It moved in 4.0.
    from pyspark.rdd import PythonEvalType

RELEASE = tuple(int(part) for part in pyspark.__version__.split(".")[:2])
OFFERED = frozenset(
    number for name, number in vars(PythonEvalType).items() if not name.startswith("_")
)
"""The eval types that this release of PySpark knows."""
KNOWN = frozenset(
    [0, 100, 101, *range(200, 208), 209, 210, 215, 216, 217, *range(250, 255), 300, 301, 302]
)
"""Those of all releases that the runner offers."""

Argument = int | tuple[int, str]
"""The offset of a column, and the name that it is passed by."""


class TaskError(Exception):
    """What the runner threw: `kind` is the C++ class, `traceback` Python's where it has one."""

    def __init__(self, kind: str, text: str, traceback: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind
        self.traceback = traceback


@dataclass(frozen=True)
class Udf:
    """A function, or a chain of them, of which the first gets the columns at `arguments`."""

    function: Callable[..., Any]
    returns: pa.DataType
    arguments: Sequence[Argument] = (0,)
    then: Sequence[tuple[Callable[..., Any], pa.DataType]] = ()
    spark_returns: Any = None
    """Spark's type, where Arrow's does not tell it; of a function without `then`."""

    def commands(self) -> list[bytes]:
        """The pickles as a driver makes them: pairs of a function and Spark's type."""
        chain = [(self.function, self.spark_returns or spark_type(self.returns))]
        chain += [(function, spark_type(type_)) for function, type_ in self.then]
        return [cloudpickle.dumps(each) for each in chain]


@dataclass(frozen=True)
class RddFunction:
    """A function of an iterator of pickled rows, and the broadcasts that it reads by id."""

    function: Callable[..., Any]
    broadcasts: Mapping[int, Any] = field(default_factory=dict)

    def command(self) -> bytes:
        """The pickle as a driver makes it for an RDD."""
        function, batches = self.function, BatchedSerializer(CPickleSerializer(), 100)
        return bytes(cloudpickle.dumps((lambda _, rows: function(rows), None, batches, batches)))


@dataclass(frozen=True)
class Udtf:
    """A table function: a class with `eval`, and `terminate` if it likes."""

    handler: type
    returns: pa.Schema
    arguments: Sequence[Argument] = (0,)
    name: str = "table_function"
    partition_columns: Sequence[int] = ()
    table_arguments: Sequence[int] = ()
    analyze_result: Any = None
    """What the class's `analyze` would have returned; goes to its `__init__`."""


@dataclass(frozen=True)
class Answer:
    """What a task returned: either pickled frames or one Arrow stream."""

    output: bytes
    is_frames: bool
    worker_pid: int
    worker_reused: bool
    updates: Sequence[bytes] = ()
    """Those of accumulators, pickled."""

    def batches(self) -> list[pa.RecordBatch]:
        """The batches as the worker wrote them."""
        return list(pa.ipc.open_stream(self.output)) if self.output else []

    def table(self) -> pa.Table:
        """All batches; there has to be one."""
        return pa.Table.from_batches(self.batches())

    def rows(self) -> list[dict[str, Any]]:
        """Each row as a dict."""
        return [row for batch in self.batches() for row in batch.to_pylist()]

    def columns(self) -> list[list[Any]]:
        """The values of each column."""
        return [column.to_pylist() for column in self.table().columns]

    def values(self) -> list[Any]:
        """Those of the first column."""
        return [value for batch in self.batches() for value in batch.column(0).to_pylist()]

    def items(self) -> list[Any]:
        """The items of all pickled frames."""
        return [item for frame in split_frames(self.output) for item in pickle.loads(frame)]


@dataclass
class Task:
    """One task. `source` is an Arrow table, or a list of pickled frames, of groups (tables) or of
    pairs of groups; without any group, `schema` says what they would be like."""

    eval_type: int
    functions: Sequence[Udf] | Udtf | RddFunction
    source: Any
    conf: Mapping[str, str] = field(default_factory=dict)
    eval_conf: Mapping[str, str] = field(default_factory=dict)
    windows: Sequence[str] = ()
    """ "bounded" or "unbounded" for each window function."""
    schema: pa.Schema | tuple[pa.Schema, pa.Schema] | None = None
    partition: int = 0
    batch_rows: int = 10_000
    """Larger batches are cut."""
    profiler: str = ""
    """ "perf" or "memory"; the profile of the first function is filed under 1, and so on."""

    def write(self, folder: Path) -> None:
        """Writes the folder that the program reads."""
        (folder / "input").write_bytes(b"".join(encode(self.source, self.schema)))
        commands = Commands(folder)
        description: dict[str, Any] = {
            "eval_type": self.eval_type,
            "partition": self.partition,
            "conf": dict(self.conf),
            "eval_conf": dict(self.eval_conf),
            "windows": list(self.windows),
            "batch_rows": self.batch_rows,
            "profiler": self.profiler,
        }
        if isinstance(self.source, pa.Table):
            description["input_type"] = input_type(self.source.schema)
        if isinstance(self.functions, RddFunction):
            description["command"] = commands.add(self.functions.command())
            description["broadcasts"] = {
                id_: commands.add(pickle.dumps(value))
                for id_, value in self.functions.broadcasts.items()
            }
        elif isinstance(self.functions, Udtf):
            description["udtf"] = {
                "command": commands.add(cloudpickle.dumps(self.functions.handler)),
                "returns": from_arrow_schema(
                    self.functions.returns, prefer_timestamp_ntz=True
                ).json(),
                "name": self.functions.name,
                "arguments": arguments_json(self.functions.arguments),
                "partition_columns": list(self.functions.partition_columns),
                "table_arguments": list(self.functions.table_arguments),
            }
            if self.functions.analyze_result is not None:
                result = cloudpickle.dumps(self.functions.analyze_result)
                description["udtf"]["analyze_result"] = commands.add(result)
        else:
            description["udfs"] = [
                {
                    "arguments": arguments_json(udf.arguments),
                    "commands": [commands.add(command) for command in udf.commands()],
                }
                for udf in self.functions
            ]
        (folder / "task.json").write_text(json.dumps(description))


class Peer:
    """The C++ program with its pool; one task at a time."""

    def __init__(self, program: Path, python: str) -> None:
        self._process = subprocess.Popen(
            [str(program), python], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, task: Task) -> Answer:
        """Runs a task to its end; TaskError when the runner throws."""
        with tempfile.TemporaryDirectory(prefix="py4cpp-evals-") as name:
            folder = Path(name)
            task.write(folder)
            said = self._ask(name)
            if "error" in said:
                raise TaskError(said["error"], said["text"], said.get("traceback", ""))
            output = (folder / "output").read_bytes()
            is_frames = task.eval_type in (0, 100, 300)
            updates = [bytes.fromhex(update) for update in said["accumulator_updates"]]
            return Answer(output, is_frames, said["worker_pid"], said["worker_reused"], updates)

    def close(self) -> None:
        """Ends the program, which ends its workers."""
        assert self._process.stdin
        self._process.stdin.close()
        assert self._process.wait(30) == 0

    def _ask(self, folder: str) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(folder + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the program ended with {self._process.wait(30)}"
        answer: dict[str, Any] = json.loads(line)
        return answer


def spark_type(type_: pa.DataType) -> Any:
    """Spark's type for one of Arrow's; a timestamp without a zone is one without a zone there."""
    return from_arrow_type(type_, prefer_timestamp_ntz=True)


def input_type(schema: pa.Schema) -> str:
    """Spark's JSON for the columns of an input, called _0, _1 and so on as Spark calls them."""
    renamed = [pa.field(f"_{at}", column.type) for at, column in enumerate(schema)]
    return str(from_arrow_schema(pa.schema(renamed), prefer_timestamp_ntz=True).json())


def frame(items: Sequence[Any]) -> bytes:
    """Items as a pickled frame of input."""
    data = pickle.dumps(items, 4)
    return struct.pack(">i", len(data)) + data


def split_frames(output: bytes) -> Iterable[bytes]:
    """The bytes of each frame."""
    at = 0
    while at < len(output):
        (size,) = struct.unpack_from(">i", output, at)
        yield output[at + 4 : at + 4 + size]
        at += 4 + size


def stream(table: pa.Table) -> bytes:
    """One Arrow stream with the table's batches as they are."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        for batch in table.to_batches():
            writer.write_batch(batch)
    return bytes(sink.getvalue())


def encode(source: Any, schema: Any) -> Iterable[bytes]:
    """The bytes of a task's input: frames, or one Arrow stream after the other. Those of groups
    begin with one for each side that has nothing but the schema."""
    if isinstance(source, pa.Table):
        yield stream(source)
        return
    if schema or (source and not isinstance(source[0], bytes)):
        like = schema or [side.schema for side in sides(source[0])]
        yield from (stream(each.empty_table()) for each in sides(like))
    for item in source:
        yield from [item] if isinstance(item, bytes) else map(stream, sides(item))


def sides(group: Any) -> Sequence[Any]:
    """The two sides of a pair, and the one of anything else."""
    return group if isinstance(group, tuple | list) else (group,)


def arguments_json(arguments: Sequence[Argument]) -> list[dict[str, Any]]:
    """Offsets, with names where arguments are passed by name."""
    pairs = [(each, "") if isinstance(each, int) else each for each in arguments]
    return [{"offset": offset, "name": name} for offset, name in pairs]


class Commands:
    """Pickles as files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def add(self, command: bytes) -> str:
        """Writes one and returns the file's name."""
        self._count += 1
        name = f"command-{self._count}"
        (self._folder / name).write_bytes(command)
        return name
