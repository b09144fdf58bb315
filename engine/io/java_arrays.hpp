// SPDX-License-Identifier: Apache-2.0
//
// `byte[][]` in Java's serialization format: the one kind of Java object that pickle files hold.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace py4cpp::engine {

/// Appends the serialized `byte[][]` of these arrays to `out`.
void append_java_arrays(std::span<const std::span<const std::byte>> arrays,
                        std::vector<std::byte>& out);

/// The arrays in a serialized `byte[][]`; they point into `bytes`. Throws NamedError
/// java.io.StreamCorruptedException when it is something else or is cut off.
std::vector<std::span<const std::byte>> read_java_arrays(std::span<const std::byte> bytes);

}  // namespace py4cpp::engine
