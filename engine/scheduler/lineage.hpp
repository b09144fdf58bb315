// SPDX-License-Identifier: Apache-2.0
//
// Walks through a lineage: where a stage ends and which shuffles it reads.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/rdd.hpp"
#include "engine/storage/shuffle.hpp"

namespace py4cpp::engine {

/// A shuffle and the node whose partitions its map tasks compute.
struct ShuffleEdge {
  std::shared_ptr<Rdd> parent;
  std::shared_ptr<Shuffle> shuffle;
};

/// The shuffles that a stage ending in `rdd` reads, each once, in the order in which the lineage
/// names them. Nodes for which `is_ready` holds are not looked behind: their partitions need not
/// be computed.
std::vector<ShuffleEdge> stage_inputs(const std::shared_ptr<Rdd>& rdd,
                                      const std::function<bool(const Rdd&)>& is_ready = {});

/// Every node of a lineage, across shuffles, parents before children, each once.
std::vector<std::shared_ptr<Rdd>> all_ancestors(const std::shared_ptr<Rdd>& rdd);

}  // namespace py4cpp::engine
