// SPDX-License-Identifier: Apache-2.0
//
// RDD and the nodes that PySpark makes or meets by name (`rdd._jrdd.rdd()`), and storage levels.
#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"
#include "engine/facade/context_objects.hpp"
#include "engine/facade/java_actions.hpp"
#include "engine/facade/java_rdd.hpp"
#include "engine/facade/scala_classes.hpp"
#include "engine/facade/shared_objects.hpp"
#include "engine/nodes/checkpoint_rdd.hpp"
#include "engine/nodes/coalesced_rdd.hpp"
#include "engine/nodes/input_rdd.hpp"
#include "engine/nodes/paired_rdd.hpp"
#include "engine/nodes/parallel_collection.hpp"
#include "engine/nodes/piped_rdd.hpp"
#include "engine/nodes/python_rdd.hpp"
#include "engine/nodes/shuffled_rdd.hpp"
#include "engine/nodes/union_rdd.hpp"

namespace py4cpp::engine {
namespace {

/// The site of nodes that PySpark makes by `new`, without a line of the script.
constexpr const char* python_site = "RDD at PythonRDD.scala";

std::shared_ptr<PythonRdd> make_python_rdd(CallContext& call, std::shared_ptr<Rdd> parent,
                                           const PythonFunctionObject& function, bool preserves,
                                           bool barrier) {
  return std::make_shared<PythonRdd>(std::move(parent), function.function, preserves, barrier,
                                     call.session_state<LocalProperties>().site(python_site));
}

void bind_rdd(Registry& registry) {
  registry.type<Rdd>("org.apache.spark.rdd.RDD")
      .method("id", &Rdd::id)
      .method("name", &Rdd::name)
      .method("isBarrier", &Rdd::is_barrier)
      .method("toString", &Rdd::to_string)
      .method("toDebugString", &Rdd::to_debug_string)
      .method("getNumPartitions",
              [](const Rdd& rdd) { return static_cast<std::int32_t>(rdd.partition_count()); })
      .method("checkpoint", &checkpoint)
      .method("localCheckpoint",
              [](const std::shared_ptr<Rdd>& rdd) {
                rdd->local_checkpoint();
                return rdd;
              })
      .method("isCheckpointed", &Rdd::is_checkpointed)
      .method("isLocallyCheckpointed", &Rdd::is_locally_checkpointed)
      .method("getCheckpointFile", [](const Rdd& rdd) { return Option::of(rdd.checkpoint_path()); })
      .method("getStorageLevel", &Rdd::storage_level)
      .method("toJavaRDD", [](const std::shared_ptr<Rdd>& rdd) { return JavaRdd{rdd}; });
}

/// Registers what a node is called; everything else comes from RDD.
template <class Node>
Type<Node> bind_node(Registry& registry, const char* name) {
  return registry.type<Node>("org.apache.spark." + std::string(name)).template base<Rdd>();
}

void bind_nodes(Registry& registry) {
  bind_node<ParallelCollectionRdd>(registry, "rdd.ParallelCollectionRDD");
  bind_node<EmptyRdd>(registry, "rdd.EmptyRDD");
  bind_node<InputRdd>(registry, "rdd.HadoopRDD");
  bind_node<MapPartitionsRdd>(registry, "rdd.MapPartitionsRDD");
  bind_node<UnionRdd>(registry, "rdd.UnionRDD");
  bind_node<PartitionerAwareUnionRdd>(registry, "rdd.PartitionerAwareUnionRDD");
  bind_node<CoalescedRdd>(registry, "rdd.CoalescedRDD");
  bind_node<CartesianRdd>(registry, "rdd.CartesianRDD");
  bind_node<ZippedRdd>(registry, "rdd.ZippedPartitionsRDD2");
  bind_node<ShuffledRdd>(registry, "rdd.ShuffledRDD");
  bind_node<ValueOfPairRdd>(registry, "rdd.ValueOfPairRDD");
  bind_node<PipedRdd>(registry, "rdd.PipedRDD");
  bind_node<CheckpointRdd>(registry, "rdd.ReliableCheckpointRDD");
}

void bind_python_nodes(Registry& registry) {
  bind_node<PythonRdd>(registry, "api.python.PythonRDD")
      .constructor(&make_python_rdd)
      .method("asJavaRDD", [](const std::shared_ptr<PythonRdd>& rdd) { return JavaRdd{rdd}; })
      .static_method(
          "readRDDFromFile",
          [](CallContext& call, const JavaSparkContext& context, const std::string& path,
             int slices) {
            const auto& site = call.session_state<LocalProperties>();
            return JavaRdd{std::make_shared<ParallelCollectionRdd>(
                context.application->shared_context(), path,
                static_cast<std::size_t>(std::max(slices, 1)), site.site("readRDDFromFile"))};
          })
      .static_method("valueOfPair", [](const JavaPairRdd& pairs) {
        return JavaRdd{std::make_shared<ValueOfPairRdd>(pairs.rdd)};
      });
  bind_node<PairwiseRdd>(registry, "api.python.PairwiseRDD")
      .constructor([](CallContext& call, const std::shared_ptr<Rdd>& parent) {
        return std::make_shared<PairwiseRdd>(
            parent, call.session_state<LocalProperties>().site(python_site));
      })
      .method("asJavaPairRDD",
              [](const std::shared_ptr<PairwiseRdd>& rdd) { return JavaPairRdd{rdd}; });
  registry.type<Partitioner>("org.apache.spark.api.python.PythonPartitioner")
      .constructor([](int partitions, std::int64_t function_id) {
        return Partitioner{static_cast<std::size_t>(std::max(partitions, 0)), function_id};
      })
      .method("numPartitions", [](const Partitioner& partitioner) {
        return static_cast<std::int32_t>(partitioner.partition_count);
      });
}

void bind_storage_level(Registry& registry) {
  registry.type<StorageLevel>("org.apache.spark.storage.StorageLevel")
      .constructor([](bool disk, bool memory, bool off_heap, bool deserialized, int replication) {
        return StorageLevel{disk, memory, off_heap, deserialized, replication};
      })
      .method("useDisk", [](const StorageLevel& level) { return level.use_disk; })
      .method("useMemory", [](const StorageLevel& level) { return level.use_memory; })
      .method("useOffHeap", [](const StorageLevel& level) { return level.use_off_heap; })
      .method("deserialized", [](const StorageLevel& level) { return level.deserialized; })
      .method("replication", [](const StorageLevel& level) { return level.replication; });
}

}  // namespace

void bind_rdd_classes(Registry& registry, const SharedHost&) {
  bind_rdd(registry);
  bind_nodes(registry);
  bind_python_nodes(registry);
  bind_storage_level(registry);
}

}  // namespace py4cpp::engine
