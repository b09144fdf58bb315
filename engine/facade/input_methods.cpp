// SPDX-License-Identifier: Apache-2.0
//
// The methods of JavaSparkContext that make RDDs: of files, of a union, of nothing. Files are
// looked at when somebody asks for the partitions, as in Spark.
#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"
#include "engine/facade/context_objects.hpp"
#include "engine/facade/java_rdd.hpp"
#include "engine/io/object_file.hpp"
#include "engine/io/text_input.hpp"
#include "engine/nodes/checkpoint_rdd.hpp"
#include "engine/nodes/input_rdd.hpp"
#include "engine/nodes/parallel_collection.hpp"
#include "engine/nodes/union_rdd.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

using Partitions = std::vector<InputPartition>;
using Plan = std::function<Partitions()>;
using Open = std::function<std::unique_ptr<runner::ByteSource>(InputPartition partition)>;

/// A node that reads files: `plan` runs at the first question for partitions.
std::shared_ptr<Rdd> make_input(const JavaSparkContext& context, RddLabel label, Plan plan,
                                Open open) {
  auto partitions = std::make_shared<Partitions>();
  Input input;
  input.count_partitions = [partitions, plan = std::move(plan)] {
    *partitions = plan();
    return partitions->size();
  };
  input.open = [partitions, open = std::move(open)](std::size_t partition, TaskRun&) {
    return open(partitions->at(partition));
  };
  return std::make_shared<InputRdd>(context.application->shared_context(), std::move(label),
                                    std::move(input));
}

std::string site(CallContext& call, const std::string& otherwise) {
  return call.session_state<LocalProperties>().site(otherwise);
}

JavaRdd text_file(const JavaSparkContext& context, CallContext& call, const std::string& path,
                  int min_partitions) {
  auto rdd = make_input(
      context, {"MapPartitionsRDD", site(call, "textFile")},
      [path, min_partitions] { return plan_text_file(path, min_partitions); },
      [](InputPartition partition) { return open_lines(std::move(partition)); });
  rdd->set_name(path);
  return {std::move(rdd), Element::text};
}

JavaPairRdd whole_text_files(const JavaSparkContext& context, CallContext& call,
                             const std::string& path, int min_partitions) {
  auto rdd = make_input(
      context, {"WholeTextFileRDD", site(call, "wholeTextFiles")},
      [path, min_partitions] { return plan_whole_text_files(path, min_partitions); },
      &open_whole_text_files);
  rdd->set_name(path);
  return {std::move(rdd)};
}

JavaPairRdd binary_files(const JavaSparkContext& context, CallContext& call,
                         const std::string& path, int min_partitions) {
  auto parallelism = static_cast<int>(context.application->context().default_parallelism());
  PackingOptions options{.parallelism = std::max(parallelism, min_partitions)};
  auto rdd = make_input(
      context, {"BinaryFileRDD", site(call, "binaryFiles")},
      [path, options] { return plan_binary_files(path, options); }, &open_binary_files);
  rdd->set_name(path);
  return {std::move(rdd)};
}

JavaRdd binary_records(const JavaSparkContext& context, CallContext& call, const std::string& path,
                       int record_length) {
  auto rdd = make_input(
      context, {"MapPartitionsRDD", site(call, "binaryRecords")},
      [path, record_length] { return plan_binary_records(path, record_length); },
      [record_length](InputPartition partition) {
        return open_binary_records(std::move(partition), record_length);
      });
  return {std::move(rdd)};
}

JavaRdd object_file(const JavaSparkContext& context, CallContext& call, const std::string& path,
                    int min_partitions) {
  auto rdd = make_input(
      context, {"MapPartitionsRDD", site(call, "objectFile")},
      [path, min_partitions] { return plan_object_file(path, min_partitions); }, &open_object_file);
  return {std::move(rdd)};
}

/// The common default of Spark's methods that take a number of partitions.
int min_partitions_of(const JavaSparkContext& context) {
  return static_cast<int>(context.application->context().default_min_partitions());
}

template <class Java>
std::vector<std::shared_ptr<Rdd>> nodes_of(const std::vector<std::shared_ptr<Java>>& rdds) {
  std::vector<std::shared_ptr<Rdd>> nodes;
  nodes.reserve(rdds.size());
  for (const auto& rdd : rdds) nodes.push_back(rdd->rdd);
  return nodes;
}

void bind_files(const Type<JavaSparkContext>& type) {
  type.method("textFile", &text_file)
      .method("textFile",
              [](const JavaSparkContext& context, CallContext& call, const std::string& path) {
                return text_file(context, call, path, min_partitions_of(context));
              })
      .method("wholeTextFiles", &whole_text_files)
      .method("wholeTextFiles",
              [](const JavaSparkContext& context, CallContext& call, const std::string& path) {
                return whole_text_files(context, call, path, min_partitions_of(context));
              })
      .method("binaryFiles", &binary_files)
      .method("binaryFiles",
              [](const JavaSparkContext& context, CallContext& call, const std::string& path) {
                return binary_files(context, call, path, min_partitions_of(context));
              })
      .method("binaryRecords", &binary_records)
      .method("objectFile", &object_file)
      .method("checkpointFile", [](const JavaSparkContext& context, const std::string& path) {
        return JavaRdd{std::make_shared<CheckpointRdd>(context.application->shared_context(),
                                                       local_path(path))};
      });
}

}  // namespace

void bind_input_methods(Registry& registry, const SharedHost&) {
  auto type = registry.type<JavaSparkContext>("org.apache.spark.api.java.JavaSparkContext");
  bind_files(type);
  type.method("emptyRDD",
              [](const JavaSparkContext& context) {
                return JavaRdd{std::make_shared<EmptyRdd>(context.application->shared_context())};
              })
      .method("union",
              [](const JavaSparkContext& context, CallContext& call,
                 const std::vector<std::shared_ptr<JavaRdd>>& rdds) {
                Element element = rdds.empty() ? Element::bytes : rdds.front()->element;
                return JavaRdd{make_union(context.application->shared_context(), nodes_of(rdds),
                                          site(call, "union")),
                               element};
              })
      .method("union", [](const JavaSparkContext& context, CallContext& call,
                          const std::vector<std::shared_ptr<JavaPairRdd>>& rdds) {
        std::size_t width = rdds.empty() ? 2 : rdds.front()->width;
        return JavaPairRdd{
            make_union(context.application->shared_context(), nodes_of(rdds), site(call, "union")),
            width};
      });
}

}  // namespace py4cpp::engine
