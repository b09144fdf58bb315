// SPDX-License-Identifier: Apache-2.0
//
// The walks keep their own stacks: lineages of iterative programs are thousands of nodes deep.
#include "engine/scheduler/lineage.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace py4cpp::engine {

std::vector<ShuffleEdge> stage_inputs(const std::shared_ptr<Rdd>& rdd,
                                      const std::function<bool(const Rdd&)>& is_ready) {
  std::vector<ShuffleEdge> inputs;
  std::set<const Rdd*> seen;
  std::set<const Shuffle*> taken;
  std::vector<std::shared_ptr<Rdd>> stack{rdd};
  while (!stack.empty()) {
    const auto node = std::move(stack.back());
    stack.pop_back();
    if (!seen.insert(node.get()).second || (is_ready && is_ready(*node))) continue;
    std::vector<std::shared_ptr<Rdd>> narrow;
    for (const Dependency& edge : node->dependencies()) {
      if (!edge.shuffle) {
        narrow.push_back(edge.parent);
      } else if (taken.insert(edge.shuffle.get()).second) {
        inputs.push_back({edge.parent, edge.shuffle});
      }
    }
    stack.insert(stack.end(), narrow.rbegin(), narrow.rend());
  }
  return inputs;
}

std::vector<std::shared_ptr<Rdd>> all_ancestors(const std::shared_ptr<Rdd>& rdd) {
  std::vector<std::shared_ptr<Rdd>> order;
  std::set<const Rdd*> seen;
  std::vector<std::pair<std::shared_ptr<Rdd>, bool>> stack{{rdd, false}};
  while (!stack.empty()) {
    auto [node, parents_done] = std::move(stack.back());
    stack.pop_back();
    if (parents_done) {
      order.push_back(std::move(node));
      continue;
    }
    if (!seen.insert(node.get()).second) continue;
    stack.emplace_back(node, true);
    for (const Dependency& edge : node->dependencies()) stack.emplace_back(edge.parent, false);
  }
  return order;
}

}  // namespace py4cpp::engine
