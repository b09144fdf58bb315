// SPDX-License-Identifier: Apache-2.0
//
// See the header for what a test may say.
#include "engine_fixture.hpp"

#include <fstream>

#include "engine/frames.hpp"
#include "engine/nodes/parallel_collection.hpp"
#include "engine/nodes/python_rdd.hpp"
#include "engine/nodes/shuffled_rdd.hpp"

namespace py4cpp::engine::test {
namespace {

/// Runs the body when somebody asks for its output, as a worker does.
class FakeOutput final : public runner::ByteSource {
 public:
  FakeOutput(FakeFunctions::Body body, std::unique_ptr<runner::ByteSource> input, TaskRun& task)
      : body_(std::move(body)), input_(std::move(input)), task_(task) {}

  std::span<const std::byte> next() override {
    if (std::exchange(done_, true)) return {};
    output_ = frames(body_(read_all(*input_), task_));
    return output_;
  }

 private:
  FakeFunctions::Body body_;
  std::unique_ptr<runner::ByteSource> input_;
  TaskRun& task_;
  bool done_ = false;
  runner::Bytes output_;
};

class OneByOne final : public runner::ByteSource {
 public:
  explicit OneByOne(Texts texts) : texts_(std::move(texts)) {}
  std::span<const std::byte> next() override {
    if (next_ == texts_.size()) return {};
    run_ = frames({texts_[next_++]});
    return run_;
  }

 private:
  Texts texts_;
  std::size_t next_ = 0;
  runner::Bytes run_;
};

}  // namespace

runner::Bytes frames(const Texts& texts) {
  runner::Bytes bytes;
  for (const std::string& text : texts) {
    const auto header = big_endian(static_cast<std::uint32_t>(text.size()));
    bytes.insert(bytes.end(), header.begin(), header.end());
    const auto payload = std::as_bytes(std::span(text));
    bytes.insert(bytes.end(), payload.begin(), payload.end());
  }
  return bytes;
}

Texts texts(std::span<const std::byte> frames) {
  Texts list;
  while (!frames.empty()) {
    const auto payload = frame_payload(take_frame(frames));
    list.emplace_back(reinterpret_cast<const char*>(payload.data()), payload.size());
  }
  return list;
}

Texts read_all(runner::ByteSource& source) {
  Texts all;
  for (auto run = source.next(); !run.empty(); run = source.next()) {
    for (std::string& text : texts(run)) all.push_back(std::move(text));
  }
  return all;
}

std::unique_ptr<runner::ByteSource> one_by_one(Texts texts) {
  return std::make_unique<OneByOne>(std::move(texts));
}

std::string key(std::int64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(number >> shift & 0xff));
  }
  return bytes;
}

void Gate::pass() {
  std::unique_lock lock(mutex_);
  ++arrivals_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return open_; });
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::wait_for_arrivals(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return arrivals_ >= count; });
}

void FakeFunctions::define(const std::string& name, Body body) {
  const std::lock_guard lock(mutex_);
  bodies_[name] = std::move(body);
}

int FakeFunctions::calls(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(name);
  return found == calls_.end() ? 0 : found->second;
}

std::unique_ptr<runner::ByteSource> FakeFunctions::run(const runner::PythonFunction& function,
                                                       std::size_t,
                                                       std::unique_ptr<runner::ByteSource> input,
                                                       TaskRun& task) {
  const std::string name(reinterpret_cast<const char*>(function.command->data()),
                         function.command->size());
  const std::lock_guard lock(mutex_);
  ++calls_[name];
  return std::make_unique<FakeOutput>(bodies_.at(name), std::move(input), task);
}

runner::PythonFunction function(const std::string& name) {
  const auto bytes = std::as_bytes(std::span(name));
  return {.command = std::make_shared<runner::Bytes>(bytes.begin(), bytes.end())};
}

Engine::Engine(Settings settings) : folder_(default_temp_root(), "engine-test-") {
  settings.try_emplace("spark.master", "local[2]");
  settings.try_emplace("spark.local.dir", folder_.path().string());
  const Log log = [this](LogLevel, std::string_view component, std::string_view text) {
    const std::lock_guard lock(mutex_);
    log_.append(component).append(": ").append(text).append("\n");
  };
  context_ = Context::start(
      {.conf = Conf(std::move(settings)), .log = log, .function_runner = functions_});
}

Engine::~Engine() { context_->stop(); }

void Engine::define(const std::string& name, FakeFunctions::Body body) {
  functions_->define(name, std::move(body));
}

std::string Engine::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

std::shared_ptr<Rdd> Engine::parallelize(const Texts& texts, std::size_t slices) {
  const auto path = folder_.path() / ("data-" + std::to_string(next_file_++));
  const runner::Bytes bytes = frames(texts);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  auto rdd = std::make_shared<ParallelCollectionRdd>(context_, path, slices);
  std::filesystem::remove(path);  // as the driver does
  return rdd;
}

std::shared_ptr<Rdd> Engine::map(std::shared_ptr<Rdd> parent, const std::string& name,
                                 bool preserves_partitioning) {
  return std::make_shared<PythonRdd>(std::move(parent), function(name), preserves_partitioning);
}

std::shared_ptr<Rdd> Engine::by_first_digit(std::shared_ptr<Rdd> parent, std::size_t partitions,
                                            std::int64_t function_id) {
  define("key by digit", [](const Texts& input, TaskRun&) {
    Texts pairs;
    for (const std::string& text : input) {
      pairs.push_back(key(text.at(0) - '0'));
      pairs.push_back(text);
    }
    return pairs;
  });
  auto pairs = std::make_shared<PairwiseRdd>(map(std::move(parent), "key by digit", true));
  return std::make_shared<ValueOfPairRdd>(
      partition_by(std::move(pairs), {.partition_count = partitions, .function_id = function_id}));
}

std::vector<Texts> Engine::collect(const std::shared_ptr<Rdd>& rdd, const Properties& properties) {
  std::vector<Texts> partitions;
  for (const Block& block : context_->collect(rdd, properties)) {
    partitions.push_back(read_all(*block.open()));
  }
  return partitions;
}

std::string Engine::failure(const std::shared_ptr<Rdd>& rdd, const Properties& properties) {
  try {
    collect(rdd, properties);
    return {};
  } catch (const std::exception& e) {
    return e.what();
  }
}

}  // namespace py4cpp::engine::test
