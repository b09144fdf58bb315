// SPDX-License-Identifier: Apache-2.0
//
// Writes the nodes that asked for a checkpoint and cuts their lineage.
#pragma once

#include <memory>
#include <vector>

#include "engine/context.hpp"
#include "engine/rdd.hpp"

namespace py4cpp::engine {

class Checkpoints {
 public:
  /// Called after a successful job: writes what its lineage has marked, by further jobs. Throws as
  /// they do, and Error that names the folder when it cannot be written.
  static void write_marked(const std::shared_ptr<Rdd>& rdd, const Properties& properties);

 private:
  static bool marked(const Rdd& rdd);
  static std::vector<Block> collect(const std::shared_ptr<Rdd>& rdd, const Properties& properties);
  static void write(const std::shared_ptr<Rdd>& rdd, const Properties& properties);
};

}  // namespace py4cpp::engine
