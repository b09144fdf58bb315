// SPDX-License-Identifier: Apache-2.0
//
// The Java views of a node that PySpark holds as `rdd._jrdd`.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "engine/rdd.hpp"

namespace py4cpp::engine {

/// What the frames of a node are on the Java side: byte arrays (pickles) or strings (lines).
enum class Element { bytes, text };

/// org.apache.spark.api.java.JavaRDD.
struct JavaRdd {
  std::shared_ptr<Rdd> rdd;
  Element element = Element::bytes;
};

/// org.apache.spark.api.java.JavaPairRDD: each record is a pair of frames, or, when it pairs pairs,
/// as many frames as there are leaves.
struct JavaPairRdd {
  std::shared_ptr<Rdd> rdd;
  std::size_t width = 2;
};

/// The number of frames that make one record.
inline std::size_t record_width(const JavaRdd&) { return 1; }
inline std::size_t record_width(const JavaPairRdd& pairs) { return pairs.width; }

}  // namespace py4cpp::engine
