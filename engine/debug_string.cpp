// SPDX-License-Identifier: Apache-2.0
//
// `RDD.toDebugString`: one line for each node, children below parents, a new indentation for each
// shuffle. The text is Spark's, character by character.

#include "engine/context.hpp"
#include "engine/rdd.hpp"
#include "engine/scheduler/failure_text.hpp"
#include "engine/storage/block_store.hpp"

namespace py4cpp::engine {
namespace {

std::string level_text(const StorageLevel& level) {
  if (!level.valid()) return "";
  std::string text;
  if (level.use_disk) text += "Disk ";
  if (level.use_memory || level.use_off_heap) {
    text += level.use_off_heap ? "Memory (off heap) " : "Memory ";
  }
  text += level.deserialized ? "Deserialized " : "Serialized ";
  return text + std::to_string(level.replication) + "x Replicated";
}

class LineageText {
 public:
  explicit LineageText(const Rdd& root) : level_(level_text(root.storage_level())) {
    const std::string count = "(" + std::to_string(root.partition_count()) + ")";
    const std::string next = below(count);
    describe(root, count + " ", next);
    describe_parents(root, next);
  }

  std::string text() const { return text_; }

 private:
  static std::string below(const std::string& count) {
    const std::size_t left = (count.size() - 1) / 2;
    return std::string(left, ' ') + "|" + std::string(count.size() - left, ' ');
  }

  void line(const std::string& text) { text_ += (text_.empty() ? "" : "\n") + text; }

  void describe(const Rdd& rdd, const std::string& first, const std::string& next) {
    // Every line shows the level of the node that was asked; that is what Spark does.
    line(first + rdd.to_string() + " [" + level_ + "]");
    const CacheUsage usage = rdd.context().blocks().usage(rdd.id());
    if (usage.partitions == 0) return;
    line(next + "     CachedPartitions: " + std::to_string(usage.partitions) + "; MemorySize: " +
         size_text(usage.memory_bytes) + "; DiskSize: " + size_text(usage.disk_bytes));
  }

  void describe_parents(const Rdd& rdd, const std::string& prefix) {
    const auto edges = rdd.dependencies();
    for (std::size_t at = 0; at < edges.size(); ++at) {
      const Rdd& parent = *edges[at].parent;
      if (edges[at].shuffle) {
        describe_shuffle(parent, prefix, at + 1 == edges.size());
      } else {
        describe(parent, prefix, prefix);
        describe_parents(parent, prefix);
      }
    }
  }

  void describe_shuffle(const Rdd& rdd, const std::string& prefix, bool last) {
    const std::string count = "(" + std::to_string(rdd.partition_count()) + ")";
    // The bar that the prefix ends with gives way to the branch.
    std::string here = prefix;
    const std::size_t bar = here.find_last_not_of(' ');
    if (bar != std::string::npos && bar + 1 < here.size() && here[bar] == '|') here.resize(bar);
    const std::string next = here + (last ? "  " : "| ") + below(count);
    describe(rdd, here + "+-" + count + " ", next);
    describe_parents(rdd, next);
  }

  const std::string level_;
  std::string text_;
};

}  // namespace

std::string Rdd::to_debug_string() const { return LineageText(*this).text(); }

}  // namespace py4cpp::engine
