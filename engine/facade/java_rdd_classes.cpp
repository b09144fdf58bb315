// SPDX-License-Identifier: Apache-2.0
//
// JavaRDD and JavaPairRDD: what PySpark builds lineages with, and the few actions that it calls on
// them directly.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"
#include "engine/facade/context_objects.hpp"
#include "engine/facade/java_actions.hpp"
#include "engine/facade/java_rdd.hpp"
#include "engine/facade/record_frames.hpp"
#include "engine/facade/scala_classes.hpp"
#include "engine/job_errors.hpp"
#include "engine/nodes/coalesced_rdd.hpp"
#include "engine/nodes/paired_rdd.hpp"
#include "engine/nodes/piped_rdd.hpp"
#include "engine/nodes/shuffled_rdd.hpp"
#include "engine/nodes/union_rdd.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

/// Marker for `map`: from here on the frames are lines.
struct BytesToString {};

std::string site(CallContext& call, const char* otherwise) {
  return call.session_state<LocalProperties>().site(otherwise);
}

/// The same view of another node.
JavaRdd with_node(const JavaRdd& java, std::shared_ptr<Rdd> rdd) {
  return {std::move(rdd), java.element};
}
JavaPairRdd with_node(const JavaPairRdd& java, std::shared_ptr<Rdd> rdd) {
  return {std::move(rdd), java.width};
}

std::vector<Value> partition_handles(const Rdd& rdd) {
  std::vector<Value> handles(rdd.partition_count());
  for (std::size_t i = 0; i < handles.size(); ++i) handles[i] = static_cast<std::int32_t>(i);
  return handles;
}

template <class Java>
void bind_identity(const Type<Java>& type) {
  type.method("id", [](const Java& java) { return java.rdd->id(); })
      .method("rdd", [](const Java& java) { return java.rdd; })
      .method("name",
              [](const Java& java) {
                std::string name = java.rdd->name();
                return name.empty() ? std::optional<std::string>() : name;
              })
      .method("setName",
              [](const std::shared_ptr<Java>& java, const std::string& name) {
                java->rdd->set_name(name);
                return java;
              })
      .method("toString", [](const Java& java) { return java.rdd->to_string(); })
      .method("toDebugString", [](const Java& java) { return java.rdd->to_debug_string(); })
      .method("partitions",
              [](const Java& java) { return std::make_shared<List>(partition_handles(*java.rdd)); })
      .method("getNumPartitions", [](const Java& java) {
        return static_cast<std::int32_t>(java.rdd->partition_count());
      });
}

void persist(Rdd& rdd, const StorageLevel& level) {
  try {
    rdd.persist(level);
  } catch (const BadArgument& error) {  // the class that PySpark converts
    throw NamedError("org.apache.spark.SparkUnsupportedOperationException", error.what());
  }
}

template <class Java>
void bind_storage(const Type<Java>& type) {
  type.method("persist",
              [](const std::shared_ptr<Java>& java, const StorageLevel& level) {
                persist(*java->rdd, level);
                return java;
              })
      .method("cache",
              [](const std::shared_ptr<Java>& java) {
                persist(*java->rdd, memory_only);
                return java;
              })
      .method("unpersist",
              [](const std::shared_ptr<Java>& java, bool) {
                java->rdd->unpersist();
                return java;
              })
      .method("unpersist",
              [](const std::shared_ptr<Java>& java) {
                java->rdd->unpersist();
                return java;
              })
      .method("getStorageLevel", [](const Java& java) { return java.rdd->storage_level(); })
      .method("checkpoint", [](const Java& java) { checkpoint(*java.rdd); })
      .method("isCheckpointed", [](const Java& java) { return java.rdd->is_checkpointed(); })
      .method("getCheckpointFile",
              [](const Java& java) { return Option::of(java.rdd->checkpoint_path()); });
}

template <class Java, class Other>
void bind_pairing(const Type<Java>& type) {
  type.method("cartesian",
              [](const Java& left, CallContext& call, const Other& right) {
                return JavaPairRdd{make_cartesian(left.rdd, record_width(left), right.rdd,
                                                  record_width(right), site(call, "cartesian")),
                                   record_width(left) + record_width(right)};
              })
      .method("zip", [](const Java& left, CallContext& call, const Other& right) {
        return JavaPairRdd{std::make_shared<ZippedRdd>(left.rdd, right.rdd, site(call, "zip"))};
      });
}

template <class Java>
void bind_lineage(const Type<Java>& type) {
  type.method("coalesce",
              [](const Java& java, CallContext& call, int partitions, bool shuffle) {
                auto wanted = static_cast<std::size_t>(std::max(partitions, 0));
                return with_node(java,
                                 make_coalesce(java.rdd, wanted, shuffle, site(call, "coalesce")));
              })
      .method("union", [](const Java& java, CallContext& call, const Java& other) {
        return with_node(java, make_union(java.rdd->shared_context(), {java.rdd, other.rdd},
                                          site(call, "union")));
      });
  bind_pairing<Java, JavaRdd>(type);
  bind_pairing<Java, JavaPairRdd>(type);
}

template <class Java>
void bind_actions(const Type<Java>& type) {
  type.method("count",
              [](const Java& java, CallContext& call) {
                return static_cast<std::int64_t>(count_frames(*java.rdd, call));
              })
      .method("isEmpty", [](const Java& java, CallContext& call) {
        return take_frames(java.rdd, call, 1).empty();
      });
}

JavaRdd pipe(const JavaRdd& java, CallContext& call, std::vector<std::string> command,
             std::map<std::string, std::string> environment) {
  return {std::make_shared<PipedRdd>(java.rdd, std::move(command), std::move(environment),
                                     site(call, "pipe")),
          Element::text};
}

void bind_pipe(const Type<JavaRdd>& type) {
  using Environment = std::map<std::string, std::string>;
  type.method("pipe",
              [](const JavaRdd& java, CallContext& call, const std::string& command) {
                return pipe(java, call, split_command(command), {});
              })
      .method("pipe",
              [](const JavaRdd& java, CallContext& call, std::vector<std::string> command) {
                return pipe(java, call, std::move(command), {});
              })
      .method("pipe", [](const JavaRdd& java, CallContext& call, std::vector<std::string> command,
                         Environment environment) {
        return pipe(java, call, std::move(command), std::move(environment));
      });
}

void bind_values(const Type<JavaRdd>& type) {
  type.method("collect",
              [](const JavaRdd& java, CallContext& call) {
                return element_values(collect_frames(java.rdd, call), java.element);
              })
      .method("take",
              [](const JavaRdd& java, CallContext& call, int count) {
                auto wanted = static_cast<std::size_t>(std::max(count, 0));
                return element_values(take_frames(java.rdd, call, wanted), java.element);
              })
      .method("first",
              [](const JavaRdd& java, CallContext& call) {
                return first_element(take_frames(java.rdd, call, 1), java.element);
              })
      .method("saveAsObjectFile",
              [](const JavaRdd& java, CallContext& call, const std::string& path) {
                save_as_object_file(java.rdd, call, path);
              })
      .method("saveAsTextFile",
              [](const JavaRdd& java, CallContext& call, const std::string& path) {
                save_as_text_file(java.rdd, call, path, {});
              })
      .method("saveAsTextFile", [](const JavaRdd& java, CallContext& call, const std::string& path,
                                   const Value& codec) {
        // `codec` is a java.lang.Class.
        Value name = call.registry().call(call, codec, "getName");
        save_as_text_file(java.rdd, call, path, plain_text(name));
      });
}

}  // namespace

void bind_java_rdd_classes(Registry& registry) {
  registry.type<BytesToString>("org.apache.spark.api.python.BytesToString").constructor<>();
  auto single = registry.type<JavaRdd>("org.apache.spark.api.java.JavaRDD");
  auto pair = registry.type<JavaPairRdd>("org.apache.spark.api.java.JavaPairRDD");
  bind_identity(single);
  bind_identity(pair);
  bind_storage(single);
  bind_storage(pair);
  bind_lineage(single);
  bind_lineage(pair);
  bind_actions(single);
  bind_pipe(single);
  bind_values(single);
  single.static_method("fromRDD", [](const std::shared_ptr<Rdd>& rdd) { return JavaRdd{rdd}; })
      .static_method("toRDD", [](const JavaRdd& java) { return java.rdd; })
      .method("map", [](const JavaRdd& java, const BytesToString&) {
        return JavaRdd{java.rdd, Element::text};
      });
  pair.method("partitionBy",
              [](const JavaPairRdd& java, CallContext& call, const Partitioner& partitioner) {
                return JavaPairRdd{partition_by(java.rdd, partitioner, site(call, "partitionBy"))};
              });
}

}  // namespace py4cpp::engine
