# SPDX-License-Identifier: Apache-2.0
"""Arrays of Python whose memory C++ shares, and the memory of copies, which serves again."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import numpy as np
import py4cpp
import pytest
from py4cpp import bulk, shared_memory
from py4j.protocol import Py4JJavaError


def test_an_array_in_shared_memory_goes_to_cpp_without_a_copy(gateway: Any, lab: Any) -> None:
    array = py4cpp.shared_array(gateway, (2, 3))
    assert array.shape == (2, 3)
    assert array.dtype == np.float64
    assert (array == 0).all()
    array[:] = [[1, -2, 3], [4, 5, 6]]
    assert lab.sum(bulk.from_numpy(gateway, array)) == 17.0
    lab.negate(bulk.from_numpy(gateway, array))
    assert array.tolist() == [[-1, 2, -3], [-4, -5, -6]]


def test_contiguous_parts_of_it_need_no_copy_either(gateway: Any, lab: Any) -> None:
    array = bulk.shared_array(gateway, (4, 5))
    array[:] = np.arange(20).reshape(4, 5)
    rows = bulk.from_numpy(gateway, array[1:3])
    assert lab.sum(rows) == array[1:3].sum()
    lab.negate(rows)
    assert array[1].tolist() == [-5, -6, -7, -8, -9]
    assert array[0].tolist() == [0, 1, 2, 3, 4]
    flat = bulk.from_numpy(gateway, array.reshape(-1)[7:])
    assert lab.sum(flat) == array.reshape(-1)[7:].sum()
    assert bulk.to_numpy(flat).tolist() == array.reshape(-1)[7:].tolist()
    as_longs = bulk.from_numpy(gateway, bulk.shared_array(gateway, 4, "i8")[2:])
    assert lab.sum_of_longs(as_longs) == 0


def test_other_parts_are_copied(gateway: Any, lab: Any) -> None:
    array = bulk.shared_array(gateway, (4, 5))
    array[:] = 1
    column = bulk.from_numpy(gateway, array[:, 1])
    lab.negate(column)
    assert lab.sum(column) == -4.0
    assert (array == 1).all()


def test_it_lives_as_long_as_a_view_of_it(gateway: Any, lab: Any) -> None:
    array = bulk.shared_array(gateway, 10)
    part = array[5:]
    part[:] = 2
    del array
    gc.collect()
    assert lab.sum(bulk.from_numpy(gateway, part)) == 10.0


def test_an_array_of_another_gateway_is_copied(gateway: Any, lab: Any) -> None:
    array = bulk.shared_array(gateway, 3)
    mapping = array.base
    while not isinstance(mapping, shared_memory.SharedMapping):
        mapping = mapping.obj if isinstance(mapping, memoryview) else mapping.base

    class OtherBuffer:
        _gateway_client = None

    held, mapping.buffer = mapping.buffer, OtherBuffer()
    lab.negate(bulk.from_numpy(gateway, array))
    assert array.tolist() == [0, 0, 0]
    mapping.buffer = held


def test_without_a_mapping_it_is_an_ordinary_array(
    gateway: Any, lab: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "boot_id"
    elsewhere.write_text("not-this-machine\n")
    monkeypatch.setattr(shared_memory, "BOOT_ID", elsewhere)
    array = bulk.shared_array(gateway, 1000, "f8")
    array[:] = 3
    assert lab.sum(bulk.from_numpy(gateway, array)) == 3000.0


def test_empty_arrays_and_wrong_types_are_as_numpy_has_them(gateway: Any) -> None:
    assert bulk.shared_array(gateway, (0, 3)).shape == (0, 3)
    with pytest.raises(TypeError, match="have no form in C"):
        bulk.shared_array(gateway, 3, "U5")


def place(buffer: Any) -> tuple[int, bytes]:
    """Which memory a buffer has, without a promise to keep a mapping of it."""
    description = shared_memory.Description.of(buffer, to_fill=True)
    return description.fd, description.nonce


def test_the_memory_of_a_copy_serves_the_next_one(gateway: Any, lab: Any) -> None:
    values = np.ones(100_000)
    first = bulk.from_numpy(gateway, values)
    memory = place(first)
    total = lab.sum(first)
    del first
    gc.collect()  # With auto_convert the client makes a ring of what is passed.
    second = bulk.from_numpy(gateway, values[:60_000] * 2)
    assert place(second) == memory
    assert total == 100_000
    assert lab.sum(second) == 120_000
    assert place(bulk.from_numpy(gateway, values)) != memory  # It is in use.


def test_the_memory_of_a_copy_does_not_wait_for_the_garbage_collector(gateway: Any) -> None:
    gc.disable()
    try:
        memory = place(bulk.from_numpy(gateway, np.ones(300_000)))
        assert place(bulk.from_numpy(gateway, np.ones(300_000))) == memory
    finally:
        gc.enable()


def test_memory_that_python_may_have_mapped_is_not_used_again(gateway: Any) -> None:
    first = bulk.from_numpy(gateway, np.ones(200_000))
    memory, array = place(first), bulk.to_numpy(first)
    del first
    gc.collect()
    second = bulk.from_numpy(gateway, np.zeros(200_000))
    assert place(second)[1] != memory[1]
    assert array.sum() == 200_000


def test_a_part_outside_of_its_buffer_is_refused(gateway: Any) -> None:
    buffer = gateway.jvm.py4cpp.SharedBuffer(16, "<f8", "")
    for offset, size in ((8, 16), (17, 0), (4, 8), (-8, 8), (0, -1)):
        with pytest.raises(Py4JJavaError):
            buffer.view(offset, size, "<f8", "")
    assert buffer.view(8, 8, "<f8", "").size() == 8
