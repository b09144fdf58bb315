// SPDX-License-Identifier: Apache-2.0
//
// Actions whose result is a value rather than a socket: what a script gets that calls Java's RDD
// API through `rdd._jrdd` itself. Each runs on the session's thread, with its local properties. All
// throw what Context::run_job throws.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/facade/java_rdd.hpp"
#include "gateway/collections.hpp"
#include "gateway/value.hpp"

namespace py4cpp {
class CallContext;
}

namespace py4cpp::engine {

/// The number of frames in all partitions.
std::uint64_t count_frames(Rdd& rdd, CallContext& call);

/// The contents of all frames, in order; of the first `count` ones, partition by partition.
std::vector<Bytes> collect_frames(const std::shared_ptr<Rdd>& rdd, CallContext& call);
std::vector<Bytes> take_frames(const std::shared_ptr<Rdd>& rdd, CallContext& call,
                               std::size_t count);

/// Frames as Java would show them: strings or byte arrays.
std::shared_ptr<List> element_values(std::vector<Bytes> frames, Element element);
/// Throws NamedError java.lang.UnsupportedOperationException ("empty collection") without frames.
Value first_element(std::vector<Bytes> frames, Element element);

/// Rdd::checkpoint. Throws NamedError org.apache.spark.SparkException without a checkpoint folder.
void checkpoint(Rdd& rdd);

/// Writes the frames as Python's pickle files. Throws as OutputFolder too.
void save_as_object_file(const std::shared_ptr<Rdd>& rdd, CallContext& call,
                         const std::string& path);

/// Writes each frame as a line. Throws as TextOutput too.
void save_as_text_file(const std::shared_ptr<Rdd>& rdd, CallContext& call, const std::string& path,
                       const std::string& codec);

}  // namespace py4cpp::engine
