# SPDX-License-Identifier: Apache-2.0
"""A column of each type that Spark SQL of the release and Arrow share, with a null in each but
those whose name says otherwise."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
from evals.peer import RELEASE

UTC = dt.UTC

PERSON = pa.struct([("name", pa.string()), ("age", pa.int32())])
SCORES = pa.map_(pa.string(), pa.float64())
VARIANT = pa.struct(
    [
        pa.field("value", pa.binary(), nullable=False),
        pa.field("metadata", pa.binary(), nullable=False, metadata={"variant": "true"}),
    ]
)


def spatial(kind: str) -> pa.StructType:
    """The type of geometries or geographies of the world's usual coordinates."""
    marks = {kind: "true", "srid": "4326"}
    return pa.struct(
        [
            pa.field("srid", pa.int32(), nullable=False),
            pa.field("wkb", pa.binary(), nullable=False, metadata=marks),
        ]
    )


def is_spatial(type_: pa.DataType) -> bool:
    """Whether a type is one of places."""
    return bool(type_ == spatial("any"))


def is_frame(type_: pa.DataType) -> bool:
    """Whether functions see a frame of pandas for a column of that type: for Spark's own structs,
    and before 4.2 also for places."""
    if is_spatial(type_):
        return RELEASE < (4, 2)
    return bool(pa.types.is_struct(type_) and type_ != VARIANT)


COLUMNS: dict[str, pa.Array] = {
    "bool": pa.array([True, None, False]),
    "byte": pa.array([-128, None, 127], pa.int8()),
    "short": pa.array([-(2**15), None, 2**15 - 1], pa.int16()),
    "int": pa.array([-(2**31), None, 2**31 - 1], pa.int32()),
    # Beside a null, pandas holds integers as doubles.
    "long": pa.array([-(2**53), None, 2**53], pa.int64()),
    "long without nulls": pa.array([-(2**63), 0, 2**63 - 1], pa.int64()),
    "float": pa.array([1.5, None, -0.0], pa.float32()),
    "double": pa.array([1e300, None, float("inf")], pa.float64()),
    "decimal": pa.array([Decimal("-0.01"), None, Decimal("12345678.90")], pa.decimal128(10, 2)),
    "wide decimal": pa.array([Decimal(10) ** 37, None, Decimal(-1)], pa.decimal128(38, 0)),
    "string": pa.array(["", None, "Zoë 𝄞\0"]),
    "binary": pa.array([b"", None, b"\0\xff"], pa.binary()),
    "date": pa.array([dt.date(1, 1, 1), None, dt.date(9999, 12, 31)]),
    "timestamp": pa.array(
        [dt.datetime(1970, 1, 1, tzinfo=UTC), None, dt.datetime(2026, 3, 29, 1, 30, 0, 7, UTC)],
        pa.timestamp("us", "UTC"),
    ),
    "timestamp_ntz": pa.array(
        [dt.datetime(1969, 12, 31, 23), None, dt.datetime(2026, 3, 29, 2, 30, 0, 7)],
        pa.timestamp("us"),
    ),
    "interval": pa.array(
        [dt.timedelta(days=-1, microseconds=1), None, dt.timedelta(days=9, seconds=5)],
        pa.duration("us"),
    ),
    "void": pa.nulls(3),
    "array": pa.array([["a", None], None, []], pa.list_(pa.string())),
    "map": pa.array([[("a", 0.5), ("b", None)], None, []], SCORES),
    "struct": pa.array([{"name": "Ann", "age": 7}, None, {"name": None, "age": 8}], PERSON),
    "array of structs": pa.array([[{"name": "Ann", "age": 7}, None], None, []], pa.list_(PERSON)),
    "map of arrays": pa.array(
        [[("a", [1.5, 2.5])], None, []], pa.map_(pa.string(), pa.list_(pa.float64()))
    ),
    "struct of maps": pa.array(
        [{"scores": [("a", 1.0)], "id": 1}, None, {"scores": None, "id": 2}],
        pa.struct([("scores", SCORES), ("id", pa.int64())]),
    ),
    "required fields without nulls": pa.array(
        [{"id": 1, "name": "a"}, {"id": 2, "name": ""}, {"id": 3, "name": "c"}],
        pa.struct(
            [
                pa.field("id", pa.int64(), nullable=False),
                pa.field("name", pa.string(), nullable=False),
            ]
        ),
    ),
}
LARGE_COLUMNS = [
    COLUMNS["string"].cast(pa.large_string()),
    COLUMNS["binary"].cast(pa.large_binary()),
    pa.array([["a", None], None, []], pa.list_(pa.large_string())),
]
"""Columns with 64-bit offsets, which Spark has no types of their own for."""

if RELEASE >= (4, 0):
    NO_NAMES = b"\1\0\0"  # The metadata of values without keys: a version and two lengths.
    COLUMNS["variant"] = pa.array(
        [
            {"value": b"\x0c\x07", "metadata": NO_NAMES},  # The number 7, in one byte.
            None,
            {"value": b"\x09ab", "metadata": NO_NAMES},  # "ab".
        ],
        VARIANT,
    )
if RELEASE >= (4, 1):
    POINT = bytes.fromhex("0101000000000000000000f03f0000000000000040")
    for kind in ("geometry", "geography"):
        places = [{"srid": 4326, "wkb": POINT}, None, {"srid": 4326, "wkb": POINT}]
        COLUMNS[kind] = pa.array(places, spatial(kind))
    COLUMNS["time"] = pa.array([dt.time(0), None, dt.time(23, 59, 59, 999_999)], pa.time64("ns"))


def column_table(name: str) -> pa.Table:
    """That column as a table of two batches, "_0" its name."""
    column = COLUMNS[name]
    schema = pa.schema([pa.field("_0", column.type)])
    halves = [column.slice(0, 2), column.slice(2)]
    return pa.Table.from_batches([pa.record_batch([half], schema=schema) for half in halves])


def batches_of(table: pa.Table, rows: int) -> list[pa.RecordBatch]:
    """The table in batches of that many rows; the last one may be shorter."""
    batches: list[pa.RecordBatch] = table.combine_chunks().to_batches(max_chunksize=rows)
    return batches
