# SPDX-License-Identifier: Apache-2.0
"""Arrays, Arrow tables and bytes of C++ in numpy and pyarrow, and back, at the speed of memory.

    prices = py4cpp.bulk.to_numpy(market.prices())
    market.mean(py4cpp.bulk.from_numpy(gateway, prices))

The C++ side returns and takes `py4cpp.SharedBuffer` objects, which `bind_bulk` of
`py4cpp/bulk.hpp` registers. When the gateway runs on this machine as the same user, its memory is
mapped: nothing is copied on the way to Python, and once on the way to C++, or not at all when the
array is a `shared_array`. A `std::vector` of numbers in C++ takes and gives the same data for one
copy more. Otherwise the bytes come as a stream, and go in pieces; nobody has to
choose. numpy and pyarrow are imported when used.
"""

from __future__ import annotations

import math
import mmap
import os
from typing import TYPE_CHECKING, Any

from py4j.java_collections import JavaArray, JavaList
from py4j.java_gateway import JavaClass, JavaPackage, get_method
from py4j.protocol import DEFAULT_JVM_ID

from py4cpp.shared_memory import Description, SharedMapping, map_memory, open_memory

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

__all__ = [
    "from_arrow",
    "from_bytes",
    "from_numpy",
    "is_shared",
    "shared_array",
    "to_arrow",
    "to_bytes",
    "to_memoryview",
    "to_numpy",
]

UPLOAD_BYTES = 8 << 20  # Of one piece; it becomes a third longer as base64.
BUFFER_CLASS = "SharedBuffer"
BYTES_FORMAT = "|u1"
ARROW_FORMAT = "arrow.stream"


def is_shared(buffer: Any) -> bool:
    """Whether the memory of a SharedBuffer can be mapped here, so that nothing is copied."""
    description = Description.of(buffer)
    return description.size == 0 or map_memory(description, writable=False) is not None


def to_memoryview(buffer: Any, *, writable: bool = False) -> memoryview:
    """The bytes of a SharedBuffer.

    A mapping where that is possible: it shows what C++ writes later and, when `writable`, C++ sees
    what is written here. It stays valid without `buffer` and without the gateway. Elsewhere it is a
    copy, and asking for `writable` raises ValueError, since C++ would not see it.
    """
    return _view(buffer, Description.of(buffer), writable)


def to_bytes(buffer: Any) -> bytes:
    """A copy of the bytes of a SharedBuffer."""
    return bytes(to_memoryview(buffer))


def to_numpy(buffer: Any, *, writable: bool = False) -> np.ndarray[Any, Any]:
    """The array that a SharedBuffer holds; see to_memoryview for what `writable` means and for how
    long the array is valid. Raises TypeError when the buffer holds an Arrow table.

    Of a Java list or array of numbers, which a `std::vector` of C++ arrives as, it is a copy."""
    import numpy as np

    if isinstance(buffer, (JavaList, JavaArray)):
        if writable:
            raise ValueError("a list is copied: what is written would not be seen there")
        buffer = _buffer_class(buffer._gateway_client).copy_of(buffer)
    description = Description.of(buffer)
    if description.format == ARROW_FORMAT:
        raise TypeError("the buffer holds an Arrow table: use to_arrow")
    view = _view(buffer, description, writable)
    elements = np.frombuffer(view, np.dtype(description.format))
    array: np.ndarray[Any, Any] = elements.reshape(description.shape)
    return array


def from_numpy(gateway: Any, array: Any) -> Any:
    """A SharedBuffer with a copy of the array, to be passed to C++; that of the array itself when
    it is a `shared_array` of this gateway, or a contiguous part of one. Raises TypeError for arrays
    of Python objects and of compound types."""
    import numpy as np

    array = np.asarray(array)
    dtype = _checked(array.dtype)
    shared = _shared_buffer(gateway, array)
    if shared is not None:
        return shared
    contiguous = np.ascontiguousarray(array, dtype).reshape(-1)
    buffer = _allocate_to_fill(gateway, array.nbytes, dtype.str, array.shape)
    _fill(buffer, contiguous.view(np.uint8).data)
    return buffer


def shared_array(
    gateway: Any, shape: int | tuple[int, ...], dtype: Any = "float64"
) -> np.ndarray[Any, Any]:
    """A zeroed array whose memory C++ shares: `from_numpy` passes it without a copy, as often as
    wanted, and both sides see what the other one writes. So do views of it that are contiguous.
    Where the gateway's memory is out of reach it is an ordinary array, which is copied."""
    import numpy as np

    dtype = _checked(np.dtype(dtype))
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    size = math.prod(shape) * dtype.itemsize
    if size == 0:
        return np.zeros(shape, dtype)
    new_buffer = _buffer_class(gateway._gateway_client)
    buffer = new_buffer(size, dtype.str, ",".join(map(str, shape)))
    mapping = map_memory(Description.of(buffer), writable=True)
    if mapping is None:
        return np.zeros(shape, dtype)
    mapping.buffer = buffer
    array: np.ndarray[Any, Any] = np.frombuffer(mapping, dtype).reshape(shape)
    return array


def to_arrow(buffer: Any) -> pa.Table:
    """The table that a SharedBuffer holds, whose columns lie in the mapping. Raises TypeError when
    it holds none."""
    import pyarrow as pa

    description = Description.of(buffer)
    if description.format != ARROW_FORMAT:
        raise TypeError("the buffer holds no Arrow table: use to_numpy or to_bytes")
    with pa.ipc.open_stream(pa.py_buffer(_view(buffer, description, False))) as reader:
        return reader.read_all()


def from_arrow(gateway: Any, table: pa.Table) -> Any:
    """A SharedBuffer with the table as an Arrow IPC stream."""
    import pyarrow as pa

    def write(sink: pa.NativeFile) -> None:
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)

    counter = pa.MockOutputStream()
    write(counter)
    buffer = _allocate_to_fill(gateway, counter.size(), ARROW_FORMAT, ())
    mapping = map_memory(Description.of(buffer, to_fill=True), writable=True)
    if mapping is not None:
        write(pa.FixedSizeBufferWriter(pa.py_buffer(mapping)))
    else:
        sink = pa.BufferOutputStream()
        write(sink)
        _upload(buffer, memoryview(sink.getvalue()))
    return buffer


def from_bytes(gateway: Any, data: bytes | bytearray | memoryview) -> Any:
    """A SharedBuffer with a copy of the bytes of any object that has a contiguous buffer."""
    source = memoryview(data).cast("B")
    buffer = _allocate_to_fill(gateway, source.nbytes, BYTES_FORMAT, (source.nbytes,))
    _fill(buffer, source)
    return buffer


def _view(buffer: Any, description: Description, writable: bool) -> memoryview:
    if description.size == 0:
        return memoryview(bytearray() if writable else b"")
    mapping = map_memory(description, writable)
    if mapping is not None:
        return memoryview(mapping)[description.offset :]
    if writable:
        raise ValueError("the gateway's memory is out of reach here: writes would be lost")
    return _download(buffer, description.size)


def _download(buffer: Any, size: int) -> memoryview:
    # An anonymous mapping and not a bytearray, which would be cleared first.
    data = memoryview(mmap.mmap(-1, size))
    received = 0
    with get_method(buffer, "bytes").stream() as connection:
        while received < size:
            piece = connection.read(min(UPLOAD_BYTES, size - received))
            if not piece:
                raise EOFError(f"the gateway sent {received} of {size} bytes")
            data[received : received + len(piece)] = piece
            received += len(piece)
    return data.toreadonly()


def _checked(dtype: Any) -> Any:
    """The type with this machine's byte order: another would not be the one of C++ either."""
    if dtype.kind not in "biufc":
        raise TypeError(f"arrays of {dtype} have no form in C++")
    return dtype.newbyteorder("=")


def _shared_buffer(gateway: Any, array: Any) -> Any:
    """The buffer that the array lies in, or a view of it; None when it lies elsewhere."""
    import numpy as np

    base = array
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, memoryview):
        base = base.obj
    if not isinstance(base, SharedMapping) or base.buffer is None:
        return None
    is_ours = base.buffer._gateway_client is gateway._gateway_client
    if not is_ours or array.size == 0 or not array.flags.c_contiguous or not array.dtype.isnative:
        return None
    start = np.frombuffer(base, np.uint8).ctypes.data
    offset = array.ctypes.data - start
    whole = base.description
    if (offset, array.dtype.str, array.shape) == (0, whole.format, whole.shape):
        return base.buffer
    shape = ",".join(map(str, array.shape))
    return get_method(base.buffer, "view")(offset, array.nbytes, array.dtype.str, shape)


def _allocate_to_fill(gateway: Any, size: int, kind: str, shape: tuple[int, ...]) -> Any:
    buffers = _buffer_class(gateway._gateway_client)
    return buffers.to_fill(size, kind, ",".join(map(str, shape)))


def _buffer_class(client: Any) -> Any:
    """The class that `bind_bulk` registers."""
    found = getattr(JavaPackage("py4cpp", client, DEFAULT_JVM_ID), BUFFER_CLASS)
    if not isinstance(found, JavaClass):
        raise TypeError(
            f"the gateway knows no py4cpp.{BUFFER_CLASS}: let its C++ program "
            "call bind_bulk(registry), of py4cpp/bulk.hpp, before the gateway starts"
        )
    return found


def _fill(buffer: Any, data: memoryview) -> None:
    """Writes the whole buffer, and keeps nothing of its memory."""
    description = Description.of(buffer, to_fill=True)
    fd = open_memory(description)
    if fd is None:
        return _upload(buffer, data)
    try:
        # Not through a mapping: each page of it that is new would interrupt the copy.
        written = 0
        while written < data.nbytes:
            written += os.pwrite(fd, data[written:], description.offset + written)
    finally:
        os.close(fd)
    return None


def _upload(buffer: Any, data: memoryview) -> None:
    for offset in range(0, data.nbytes, UPLOAD_BYTES):
        get_method(buffer, "write")(offset, bytes(data[offset : offset + UPLOAD_BYTES]))
