// SPDX-License-Identifier: Apache-2.0
//
// The statics of PythonRDD that run jobs and answer with a socket: the driver reads the frames from
// there, as the workers wrote them.
#include <future>
#include <numeric>
#include <optional>
#include <vector>

#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"
#include "engine/facade/context_objects.hpp"
#include "engine/facade/java_rdd.hpp"
#include "engine/facade/results.hpp"
#include "engine/nodes/python_rdd.hpp"

namespace py4cpp::engine {
namespace {

/// What the driver's local iterator says and hears; see pyspark's PyLocalIterable.
constexpr std::int32_t partition_follows = 1;
constexpr std::int32_t no_more_partitions = 0;
constexpr std::int32_t partition_failed = -1;
constexpr std::int32_t end_of_partition = -1;
constexpr std::int32_t next_partition_wanted = 1;

void write_block(const Block& block, DriverConnection& driver) {
  auto source = block.open();
  for (auto run = source->next(); !run.empty(); run = source->next()) driver.write(run);
}

Block run_partition(const std::shared_ptr<Rdd>& rdd, std::size_t partition,
                    const Properties& properties) {
  Block result;
  rdd->context().run_job(rdd, {partition}, properties,
                         [&](std::size_t, Block block) { result = std::move(block); });
  return result;
}

/// Partitions one at a time, at the driver's request; with `prefetch` the next one is computed
/// while the driver works on the one before.
class PartitionFeed {
 public:
  PartitionFeed(std::shared_ptr<Rdd> rdd, Properties properties, bool prefetch)
      : rdd_(std::move(rdd)),
        properties_(std::move(properties)),
        count_(rdd_->partition_count()),
        prefetch_(prefetch) {}

  /// The next partition, or nothing at the end.
  std::optional<Block> next() {
    if (index_ == count_) return std::nullopt;
    std::size_t index = index_++;
    Block block = ahead_.valid() ? ahead_.get() : run_partition(rdd_, index, properties_);
    if (prefetch_ && index_ < count_) {
      ahead_ = std::async(std::launch::async, [this, following = index_] {
        return run_partition(rdd_, following, properties_);
      });
    }
    return block;
  }

 private:
  const std::shared_ptr<Rdd> rdd_;
  const Properties properties_;
  const std::size_t count_;
  const bool prefetch_;
  std::size_t index_ = 0;
  std::future<Block> ahead_;  // destroyed first: waits for the job that uses the rest
};

void serve_iterator(PartitionFeed& feed, DriverConnection& driver) {
  while (driver.read_int() == next_partition_wanted) {
    std::optional<Block> block;
    try {
      block = feed.next();
    } catch (...) {
      driver.write_int(partition_failed);
      throw;
    }
    if (!block) return driver.write_int(no_more_partitions);
    driver.write_int(partition_follows);
    write_block(*block, driver);
    driver.write_int(end_of_partition);
  }
}

Array<Value> run_python_job(CallContext& call, const ScalaSparkContext& context,
                            const JavaRdd& java, const std::vector<int>& partitions) {
  std::vector<std::size_t> wanted(partitions.begin(), partitions.end());
  std::vector<Block> blocks(wanted.size());
  context.application->context().run_job(
      java.rdd, wanted, call.session_state<LocalProperties>().values,
      [&](std::size_t index, Block block) { blocks[index] = std::move(block); });
  return serve_blocks(*context.application, std::move(blocks));
}

Array<Value> collect_in_group(Host& host, CallContext& call, const std::shared_ptr<Rdd>& rdd,
                              const std::string& group, const std::string& description,
                              bool interrupt) {
  Properties& values = call.session_state<LocalProperties>().values;
  values["spark.jobGroup.id"] = group;
  values["spark.job.description"] = description;
  values["spark.job.interruptOnCancel"] = interrupt ? "true" : "false";
  return collect_and_serve(*host.require(), rdd, values);
}

}  // namespace

Array<Value> socket_array(const std::shared_ptr<DriverSocket>& socket) {
  Array<Value> array{{}, "java.lang.Object"};
  if (socket->path().empty()) {
    array.values = {static_cast<std::int32_t>(socket->port()), socket->secret(), socket};
  } else {
    array.values = {socket->path(), nullptr, socket};
  }
  return array;
}

Array<Value> serve_blocks(Application& application, std::vector<Block> blocks) {
  return socket_array(
      application.sockets().serve([blocks = std::move(blocks)](DriverConnection& driver) {
        for (const Block& block : blocks) write_block(block, driver);
      }));
}

Array<Value> collect_and_serve(Application& application, const std::shared_ptr<Rdd>& rdd,
                               const Properties& properties) {
  return serve_blocks(application, application.context().collect(rdd, properties));
}

Array<Value> serve_local_iterator(Application& application, const std::shared_ptr<Rdd>& rdd,
                                  const Properties& properties, bool prefetch) {
  auto feed = std::make_shared<PartitionFeed>(rdd, properties, prefetch);
  return socket_array(application.sockets().serve(
      [feed = std::move(feed)](DriverConnection& driver) { serve_iterator(*feed, driver); }));
}

void bind_result_methods(Registry& registry, const SharedHost& host) {
  registry.type<DriverSocket>("org.apache.spark.security.SocketFuncServer")
      .method("getResult", &DriverSocket::get_result);
  registry.type<PythonRdd>("org.apache.spark.api.python.PythonRDD")
      .static_method("collectAndServe",
                     [host](CallContext& call, const std::shared_ptr<Rdd>& rdd) {
                       return collect_and_serve(*host->require(), rdd,
                                                call.session_state<LocalProperties>().values);
                     })
      .static_method(
          "collectAndServeWithJobGroup",
          [host](CallContext& call, const std::shared_ptr<Rdd>& rdd, const std::string& group,
                 const std::string& description, bool interrupt) {
            return collect_in_group(*host, call, rdd, group, description, interrupt);
          })
      .static_method("toLocalIteratorAndServe",
                     [host](CallContext& call, const std::shared_ptr<Rdd>& rdd, bool prefetch) {
                       return serve_local_iterator(*host->require(), rdd,
                                                   call.session_state<LocalProperties>().values,
                                                   prefetch);
                     })
      .static_method("runJob", &run_python_job);
}

}  // namespace py4cpp::engine
