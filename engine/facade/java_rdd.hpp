// SPDX-License-Identifier: Apache-2.0
//
// The Java views of a node that PySpark holds as `rdd._jrdd`.
#pragma once

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

/// org.apache.spark.api.java.JavaPairRDD: frames come in pairs.
struct JavaPairRdd {
  std::shared_ptr<Rdd> rdd;
};

}  // namespace py4cpp::engine
