// SPDX-License-Identifier: Apache-2.0
//
// Jobs on the session's thread.
#include "engine/facade/java_actions.hpp"

#include <atomic>
#include <numeric>

#include "engine/context.hpp"
#include "engine/facade/context_objects.hpp"
#include "engine/frames.hpp"
#include "engine/io/object_file.hpp"
#include "engine/io/output_folder.hpp"
#include "engine/io/text_output.hpp"
#include "gateway/call_context.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

std::vector<std::size_t> all_partitions(const Rdd& rdd) {
  std::vector<std::size_t> partitions(rdd.partition_count());
  std::iota(partitions.begin(), partitions.end(), std::size_t{0});
  return partitions;
}

const Properties& properties_of(CallContext& call) {
  return call.session_state<LocalProperties>().values;
}

/// Appends the contents of at most `count` frames.
void append_frames(const Block& block, std::size_t count, std::vector<Bytes>& frames) {
  FrameReader reader(block.open());
  while (frames.size() < count) {
    auto frame = reader.next();
    if (frame.empty()) return;
    auto payload = frame_payload(frame);
    frames.emplace_back(payload.begin(), payload.end());
  }
}

Value element_value(Bytes frame, Element element) {
  if (element == Element::bytes) return Value(std::move(frame));
  return Value(std::string(reinterpret_cast<const char*>(frame.data()), frame.size()));
}

}  // namespace

std::uint64_t count_frames(Rdd& rdd, CallContext& call) {
  std::vector<std::size_t> partitions = all_partitions(rdd);
  // One place for each partition: a repeated task counts again from 0.
  std::vector<std::atomic<std::uint64_t>> counts(partitions.size());
  auto count = [&counts](runner::ByteSource& frames, TaskRun& task) {
    std::uint64_t seen = 0;
    for (auto run = frames.next(); !run.empty(); run = frames.next()) {
      for (; !run.empty(); ++seen) take_frame(run);
    }
    counts[static_cast<std::size_t>(task.identity().partition_id)] = seen;
    return Block();
  };
  rdd.context().run_job(
      rdd.shared_from_this(), partitions, properties_of(call), [](std::size_t, const Block&) {},
      count);
  std::uint64_t total = 0;
  for (const auto& one : counts) total += one;
  return total;
}

std::vector<Bytes> collect_frames(const std::shared_ptr<Rdd>& rdd, CallContext& call) {
  std::vector<Bytes> frames;
  for (const Block& block : rdd->context().collect(rdd, properties_of(call))) {
    append_frames(block, std::numeric_limits<std::size_t>::max(), frames);
  }
  return frames;
}

std::vector<Bytes> take_frames(const std::shared_ptr<Rdd>& rdd, CallContext& call,
                               std::size_t count) {
  std::vector<Bytes> frames;
  for (std::size_t partition : all_partitions(*rdd)) {
    if (frames.size() >= count) break;
    rdd->context().run_job(
        rdd, {partition}, properties_of(call),
        [&](std::size_t, const Block& block) { append_frames(block, count, frames); });
  }
  return frames;
}

std::shared_ptr<List> element_values(std::vector<Bytes> frames, Element element) {
  std::vector<Value> values;
  values.reserve(frames.size());
  for (Bytes& frame : frames) values.push_back(element_value(std::move(frame), element));
  return std::make_shared<List>(std::move(values));
}

Value first_element(std::vector<Bytes> frames, Element element) {
  if (frames.empty()) {
    throw NamedError("java.lang.UnsupportedOperationException", "empty collection");
  }
  return element_value(std::move(frames.front()), element);
}

void checkpoint(Rdd& rdd) {
  if (!rdd.context().checkpoint_dir()) {
    throw NamedError("org.apache.spark.SparkException",
                     "Checkpoint directory has not been set in the SparkContext");
  }
  rdd.checkpoint();
}

void save_as_object_file(const std::shared_ptr<Rdd>& rdd, CallContext& call,
                         const std::string& path) {
  std::vector<std::size_t> partitions = all_partitions(*rdd);
  OutputFolder output(path);
  auto write = [&output](runner::ByteSource& frames, TaskRun& task) {
    const runner::TaskContext& identity = task.identity();
    output.write_part(static_cast<std::size_t>(identity.partition_id),
                      static_cast<std::size_t>(identity.task_attempt_id), "",
                      [&frames](OutputFile& file) { write_object_file(frames, file); });
    return Block();
  };
  rdd->context().run_job(
      rdd, partitions, properties_of(call), [](std::size_t, const Block&) {}, write);
  output.commit();
}

void save_as_text_file(const std::shared_ptr<Rdd>& rdd, CallContext& call, const std::string& path,
                       const std::string& codec) {
  std::vector<std::size_t> partitions = all_partitions(*rdd);
  TextOutput output(path, codec);
  auto write = [&output](runner::ByteSource& frames, TaskRun& task) {
    const runner::TaskContext& identity = task.identity();
    output.write_part(static_cast<std::size_t>(identity.partition_id),
                      static_cast<std::size_t>(identity.task_attempt_id), frames);
    return Block();
  };
  rdd->context().run_job(
      rdd, partitions, properties_of(call), [](std::size_t, const Block&) {}, write);
  output.commit();
}

}  // namespace py4cpp::engine
