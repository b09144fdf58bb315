# SPDX-License-Identifier: Apache-2.0
"""Arrays between C++ and numpy: mapped on one machine, sent elsewhere, alive for long enough."""

from __future__ import annotations

import gc
import os
from typing import Any

import numpy as np
import pytest
from py4cpp import bulk, shared_memory
from py4j.protocol import Py4JError, Py4JJavaError

DTYPES = ["?", "i1", "u1", "<i2", "<u4", "<i8", "<f4", "<f8", "<c16"]


def test_a_vector_of_doubles_arrives_as_an_array(lab: Any, way: str) -> None:
    buffer = lab.ramp(100_000)
    array = bulk.to_numpy(buffer)
    assert array.dtype == np.float64
    assert array.shape == (100_000,)
    assert (array == np.arange(100_000)).all()
    assert bulk.is_shared(buffer) == (way == "mapped")


def test_a_matrix_keeps_its_shape_and_type(lab: Any, way: str) -> None:
    array = bulk.to_numpy(lab.matrix())
    assert array.dtype == np.int32
    assert array.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_an_empty_vector_is_an_empty_array(lab: Any, way: str) -> None:
    array = bulk.to_numpy(lab.ramp(0))
    assert array.shape == (0,)
    assert array.dtype == np.float64


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_array_of_any_number_type_goes_to_cpp_and_back(
    gateway: Any, way: str, dtype: str
) -> None:
    array = np.arange(24).astype(dtype).reshape(2, 3, 4)
    back = bulk.to_numpy(bulk.from_numpy(gateway, array))
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert (back == array).all()


def test_cpp_reads_the_array_that_python_made(gateway: Any, lab: Any, way: str) -> None:
    values = np.linspace(0, 1, 1001)
    assert lab.sum(bulk.from_numpy(gateway, values)) == pytest.approx(values.sum())
    assert lab.count_copied(bulk.from_numpy(gateway, values)) == 1001
    assert lab.sum_of_longs(bulk.from_numpy(gateway, np.arange(10))) == 45


def test_an_array_of_another_layout_arrives_in_order(gateway: Any, way: str) -> None:
    for array in (
        np.arange(12.0).reshape(3, 4).T,
        np.arange(20)[::-2],
        np.arange(5, dtype=">i4"),
        np.array(7.5),
        np.zeros((0, 3)),
    ):
        back = bulk.to_numpy(bulk.from_numpy(gateway, array))
        assert back.tolist() == (array.tolist() if array.ndim else [array.item()])


def test_what_cpp_writes_shows_in_a_mapped_array_and_the_other_way_round(
    gateway: Any, lab: Any
) -> None:
    buffer = bulk.from_numpy(gateway, np.array([1.0, -2.0]))
    array = bulk.to_numpy(buffer, writable=True)
    lab.negate(buffer)
    assert array.tolist() == [-1.0, 2.0]
    array[0] = 5.0
    assert lab.sum(buffer) == 7.0


def test_a_mapped_array_is_read_only_unless_asked_for(lab: Any) -> None:
    with pytest.raises(ValueError, match="read-only"):
        bulk.to_numpy(lab.ramp(3))[0] = 1.0


def test_an_array_that_came_as_a_copy_cannot_be_asked_for_writable(
    lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_memory, "start_time", lambda pid: "0")
    with pytest.raises(ValueError, match="out of reach"):
        bulk.to_numpy(lab.ramp(3), writable=True)


def test_an_array_outlives_the_cpp_object(gateway: Any, lab: Any) -> None:
    array = bulk.to_numpy(lab.ramp(1_000_000))
    gc.collect()  # The client tells the gateway that nobody needs the buffer any more.
    lab.ramp(1_000_000)
    assert array[-1] == 999_999
    assert array.sum() == 999_999 * 500_000


def test_a_file_with_another_nonce_is_not_mapped(lab: Any) -> None:
    buffer = lab.ramp(10)
    description = shared_memory.Description.of(buffer)
    wrong = shared_memory.Description(**{**vars(description), "nonce": bytes(16)})
    assert shared_memory.open_memory(wrong) is None
    fd = shared_memory.open_memory(description)
    assert fd is not None
    os.close(fd)


def test_a_process_that_is_gone_is_out_of_reach(lab: Any) -> None:
    description = shared_memory.Description.of(lab.ramp(10))
    gone = shared_memory.Description(**{**vars(description), "pid": 2**22 + 1})
    assert shared_memory.open_memory(gone) is None


def test_an_array_of_another_type_is_refused_by_name(gateway: Any, lab: Any) -> None:
    with pytest.raises(Py4JError, match="sum"):
        lab.sum(bulk.from_numpy(gateway, np.arange(3, dtype=np.int32)))


def test_what_has_no_form_in_cpp_is_refused(gateway: Any, lab: Any) -> None:
    with pytest.raises(TypeError, match="no form in C"):
        bulk.from_numpy(gateway, np.array(["a", "b"]))
    with pytest.raises(TypeError, match=r"no py4cpp\.SharedBuffer"):
        bulk.to_numpy(lab)
    with pytest.raises(TypeError, match="Arrow"):
        bulk.to_arrow(lab.ramp(3))


def test_a_client_cannot_take_more_than_the_limit(gateway: Any) -> None:
    buffers = gateway.jvm.py4cpp.SharedBuffer
    held = buffers(1 << 30, "|u1", "")
    with pytest.raises(Py4JJavaError, match="client_bytes_max"):
        buffers((1 << 30) + 1, "|u1", "")
    del held
    gc.collect()
    assert buffers((1 << 30) + 1, "|u1", "").size() == (1 << 30) + 1


@pytest.mark.parametrize(
    ("size", "kind", "shape"),
    [
        (-1, "|u1", ""),
        (8, "<f8", "2"),
        (8, "f", ""),
        (8, "<f8", "x"),
        (0, "<f8", "-1"),
        (8, "<f0", ""),
    ],
)
def test_a_buffer_that_contradicts_itself_is_refused(
    gateway: Any, size: int, kind: str, shape: str
) -> None:
    with pytest.raises(Py4JJavaError):
        gateway.jvm.py4cpp.SharedBuffer(size, kind, shape)


def test_writes_beyond_the_end_are_refused(gateway: Any) -> None:
    buffer = gateway.jvm.py4cpp.SharedBuffer(4, "|u1", "")
    for offset, data in ((5, b""), (-1, b"a"), (2, b"abc"), (2**62, b"a")):
        with pytest.raises(Py4JJavaError, match="do not fit"):
            buffer.write(offset, data)
    buffer.write(1, b"abc")
    assert bulk.to_bytes(buffer) == b"\0abc"


def test_bytes_in_shared_memory_are_taken_where_bytes_are(gateway: Any, lab: Any, way: str) -> None:
    data = bytes(range(256)) * 10
    assert lab.checksum_of(data) == sum(data)
    assert lab.checksum_of(bulk.from_bytes(gateway, data)) == sum(data)
    assert lab.checksum_of(bulk.from_bytes(gateway, b"")) == 0
    assert lab.size_of_bytes(bulk.from_bytes(gateway, data)) == len(data)
    assert lab.checksum_of(bulk.from_numpy(gateway, np.arange(3, dtype="u1"))) == 3
    with pytest.raises(Py4JError, match="SharedBuffer of <f8"):
        lab.checksum_of(bulk.from_numpy(gateway, np.ones(2)))


def test_a_gateway_without_bulk_data_says_what_to_do(
    gateway: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Names of Java that are not registered are packages, as this one is without bind_bulk.
    monkeypatch.setattr(bulk, "BUFFER_CLASS", "Unregistered")
    for use in (
        lambda: bulk.from_numpy(gateway, np.ones(2)),
        lambda: bulk.from_bytes(gateway, b"x"),
        lambda: bulk.shared_array(gateway, 3),
        lambda: bulk.to_numpy(gateway.entry_point.plain_ints()),
    ):
        with pytest.raises(TypeError, match="call bind_bulk"):
            use()


def test_bytes_go_to_cpp_and_back(gateway: Any, lab: Any, way: str) -> None:
    data = bytes(range(256)) * 41_000  # More than one piece of an upload.
    buffer = bulk.from_bytes(gateway, data)
    assert lab.checksum(buffer) == sum(data)
    assert bulk.to_bytes(buffer) == data
    assert bulk.to_bytes(bulk.from_bytes(gateway, b"")) == b""
