// SPDX-License-Identifier: Apache-2.0
//
// The vocabulary of the engine's tests: an engine whose Python functions are C++ lambdas with
// names, data as lists of texts, and gates that hold a task where a test wants it.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/temp_dir.hpp"
#include "engine/context.hpp"
#include "engine/rdd.hpp"
#include "engine/task_run.hpp"

namespace py4cpp::engine::test {

using Texts = std::vector<std::string>;
using Settings = std::map<std::string, std::string>;

/// Frames of texts, and the texts of frames.
runner::Bytes frames(const Texts& texts);
Texts texts(std::span<const std::byte> frames);
Texts read_all(runner::ByteSource& source);

/// A source that hands out each text as a run of its own.
std::unique_ptr<runner::ByteSource> one_by_one(Texts texts);

/// A key frame as Python makes it for a shuffle: eight bytes.
std::string key(std::int64_t number);

/// Holds threads that `pass` until somebody says `open`. Opened by its destructor.
class Gate {
 public:
  ~Gate() { open(); }
  void pass();
  void open();
  /// Returns once `count` threads have come to the gate.
  void wait_for_arrivals(int count);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrivals_ = 0;
};

/// "Python functions" by name. A body gets the texts of its input and returns those of its output.
class FakeFunctions final : public FunctionRunner {
 public:
  using Body = std::function<Texts(const Texts& input, TaskRun& task)>;

  void define(const std::string& name, Body body);
  /// How often a function's body ran.
  int calls(const std::string& name) const;

  std::unique_ptr<runner::ByteSource> run(const runner::PythonFunction& function,
                                          std::size_t partition,
                                          std::unique_ptr<runner::ByteSource> input,
                                          TaskRun& task) override;

 private:
  mutable std::mutex mutex_;  // guards both maps
  std::map<std::string, Body> bodies_;
  std::map<std::string, int> calls_;
};

/// A function as a driver would send it; the fakes look at the command only.
runner::PythonFunction function(const std::string& name);

/// An engine with fakes, in a folder of its own.
class Engine {
 public:
  explicit Engine(Settings settings = {});
  ~Engine();

  Context& context() { return *context_; }
  const std::shared_ptr<Context>& shared() { return context_; }
  void define(const std::string& name, FakeFunctions::Body body);
  int calls(const std::string& name) const { return functions_->calls(name); }
  std::string log() const;
  const std::filesystem::path& folder() const { return folder_.path(); }

  std::shared_ptr<Rdd> parallelize(const Texts& texts, std::size_t slices);
  static std::shared_ptr<Rdd> map(std::shared_ptr<Rdd> parent, const std::string& name,
                                  bool preserves_partitioning = false);
  /// Every text goes to the partition that is its first character's digit, modulo `partitions`.
  std::shared_ptr<Rdd> by_first_digit(std::shared_ptr<Rdd> parent, std::size_t partitions,
                                      std::int64_t function_id = 1);

  /// The texts of each partition.
  std::vector<Texts> collect(const std::shared_ptr<Rdd>& rdd, const Properties& properties = {});
  /// What `collect` throws, as text; empty when it does not throw.
  std::string failure(const std::shared_ptr<Rdd>& rdd, const Properties& properties = {});

 private:
  TempDir folder_;
  std::shared_ptr<FakeFunctions> functions_ = std::make_shared<FakeFunctions>();
  mutable std::mutex mutex_;  // guards log_
  std::string log_;
  int next_file_ = 0;
  std::shared_ptr<Context> context_;
};

}  // namespace py4cpp::engine::test
