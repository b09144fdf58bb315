// SPDX-License-Identifier: Apache-2.0
//
// `saveAsObjectFile` and `objectFile`, Python's pickle files: Hadoop SequenceFiles whose values are
// serialized arrays of byte arrays, so that Apache Spark reads what we write and the other way
// round.
#pragma once

#include <memory>

#include "engine/io/input_plan.hpp"
#include "runner/byte_source.hpp"

namespace py4cpp::engine {

class OutputFile;

/// Writes the frames as one SequenceFile. Throws what the source and the file throw.
void write_object_file(runner::ByteSource& frames, OutputFile& file);

/// The byte arrays of a partition as frames: those whose records begin after the first sync mark in
/// each split (or at the front of a file). Its `next` throws NamedError java.io.IOException for
/// files that are no such SequenceFiles or are compressed, java.io.EOFException for cut-off ones,
/// java.io.StreamCorruptedException for other values.
std::unique_ptr<runner::ByteSource> open_object_file(InputPartition partition);

}  // namespace py4cpp::engine
