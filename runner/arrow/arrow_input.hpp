// SPDX-License-Identifier: Apache-2.0
//
// The data section of a task from batches, groups or cogroups, as each release of PySpark reads it.
// PROTOCOL.md, "The data", has the bytes. Batches are pulled as the worker takes them.
#pragma once

#include <cstddef>
#include <memory>

#include "runner/arrow/arrow_options.hpp"
#include "runner/arrow/batch_source.hpp"
#include "runner/byte_source.hpp"

namespace py4cpp::runner {

/// One stream with all batches; its schema and its end are there without any batch too.
std::unique_ptr<ByteSource> arrow_stream_input(std::unique_ptr<BatchSource> batches,
                                               const ArrowOptions& options, bool in_struct);

/// One stream per group, each with a batch at least.
std::unique_ptr<ByteSource> arrow_group_streams_input(std::unique_ptr<GroupSource> groups,
                                                      const ArrowOptions& options, bool in_struct);

/// One stream in which each batch is a whole group, whatever its size: what releases before 4.1
/// read. A group of several batches is put together in memory; one of more than `group_bytes_max`
/// is Overloaded.
std::unique_ptr<ByteSource> arrow_group_batches_input(std::unique_ptr<GroupSource> groups,
                                                      const ArrowOptions& options, bool in_struct,
                                                      std::size_t group_bytes_max);

/// Two streams per pair of groups, each with a batch at least.
std::unique_ptr<ByteSource> arrow_cogroups_input(std::unique_ptr<CogroupSource> groups,
                                                 const ArrowOptions& options, bool in_struct);

}  // namespace py4cpp::runner
