// SPDX-License-Identifier: Apache-2.0
//
// The runners do the tasks that Apache Spark recorded, with a worker that answers as a real one
// did: what they send must be what Spark sent, and what they give back what the worker wrote.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "base/error.hpp"
#include "base/temp_dir.hpp"
#include "hex.hpp"
#include "recording.hpp"
#include "runner/pool/handshake.hpp"
#include "runner/python_udf_runner.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

constexpr const char* profiler_key = "spark.sql.pyspark.udf.profiler";

class AnyUdfRunner final : public BasePythonUdfRunner {
 public:
  AnyUdfRunner(WorkerFactories& factories, std::vector<ChainedPythonFunctions> functions,
               EvalType type, std::vector<std::vector<Argument>> arguments, RunnerOptions options)
      : BasePythonUdfRunner(factories, std::move(functions), type, std::move(arguments),
                            std::move(options)) {}
};

class AnyUdtfRunner final : public BasePythonUdtfRunner {
 public:
  AnyUdtfRunner(WorkerFactories& factories, PythonTableFunction function, EvalType type,
                RunnerOptions options)
      : BasePythonUdtfRunner(factories, std::move(function), type, std::move(options)) {}
};

// Says what Spark's own server was.
class RecordedServer final : public BroadcastServer {
 public:
  explicit RecordedServer(LocalServer place) : place_(std::move(place)) {}

  LocalServer offer(const std::vector<std::shared_ptr<const Broadcast>>&) override {
    return place_;
  }

 private:
  LocalServer place_;
};

// True when `result` is the data section of the recorded answer, or the traceback in its place.
bool is_data_of(const std::string& result, const Recording& recording) {
  constexpr std::string_view timing = "\xff\xff\xff\xfd";
  constexpr std::string_view raised = "\xff\xff\xff\xfe";
  const std::string_view answer = as_text(recording.answer);
  const std::size_t failure = answer.rfind(raised);
  if (failure != std::string_view::npos && answer.substr(failure + 8) == result) return true;
  const std::size_t begin = is_arrow(recording.header.eval_type) && !result.empty() ? 4 : 0;
  return answer.substr(begin, result.size()) == result &&
         answer.substr(begin + result.size(), timing.size()) == timing;
}

// One task done again.
class Replay {
 public:
  explicit Replay(const Recording& recording)
      : recording_(recording),
        header_(recording.header),
        folder_(default_temp_root(), "py4cpp-replay-"),
        factories_({.release = recording.release}) {}

  std::string received() const {
    std::ifstream file(folder_.path() / "received", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  // The data that the runner gives back; the text of its error in place of it.
  std::string run() {
    if (!header_.removed.empty()) bring_broadcasts();
    const auto runner = make_runner();
    const auto data = recording_.complete() ? recording_.data()
                                            : std::span(recording_.input).subspan(header_.size);
    TaskContext context = header_.context;
    const auto task =
        runner->compute(std::make_unique<BytesSource>(Bytes(data.begin(), data.end())), context);
    std::string all;
    try {
      for (auto run = task->next(); !run.empty(); run = task->next()) all += as_text(run);
    } catch (const PythonError& error) {
      return error.traceback();
    }
    return all;
  }

 private:
  // Has the worker hold what it gives up in the recorded task.
  void bring_broadcasts() {
    PythonFunction function = on_worker({});
    function.command = std::make_shared<const Bytes>(1);
    for (const std::int64_t id : header_.removed) {
      function.broadcasts.push_back(std::make_shared<const Broadcast>(Broadcast{id, "/nowhere"}));
    }
    const PythonRunner runner(factories_, std::move(function));
    CHECK(runner.compute(std::make_unique<EmptySource>(), {})->next().empty());
  }

  PythonFunction complete(PythonFunction function) const {
    function = on_worker(std::move(function));
    function.includes = header_.includes;
    for (const Broadcast& broadcast : header_.added) {
      function.broadcasts.push_back(std::make_shared<const Broadcast>(broadcast));
    }
    return function;
  }

  PythonFunction on_worker(PythonFunction function) const {
    function.python_executable = PY4CPP_REPLAY_WORKER;
    function.python_version = header_.python_version;
    function.environment = {{"PY4CPP_REPLAYED", recording_.path},
                            {"PY4CPP_RELEASE", recording_.release.text()},
                            {"PY4CPP_RECEIVED", (folder_.path() / "received").string()}};
    return function;
  }

  // Only what a caller has to say: the confs that are sent beside it are the runner's own.
  RunnerOptions options() const {
    RunnerOptions made{.files_directory = header_.files_directory};
    made.input_type_json = header_.input_type_json;
    if (const auto found = header_.eval_conf.find("input_type"); found != header_.eval_conf.end()) {
      made.input_type_json = found->second;
    }
    made.udf_profiler = header_.profiler;
    if (const auto found = header_.runner_conf.find(profiler_key);
        found != header_.runner_conf.end()) {
      made.udf_profiler = found->second;
    }
    for (const char* key : {"window_bound_types", "pandas_window_bound_types"}) {
      const auto found = header_.runner_conf.find(key);
      if (found == header_.runner_conf.end()) continue;
      made.window_bounds = {found->second == "bounded" ? WindowBound::bounded
                                                       : WindowBound::unbounded};
    }
    if (header_.broadcast_server) {
      made.broadcast_server = std::make_shared<RecordedServer>(*header_.broadcast_server);
    }
    return made;
  }

  std::unique_ptr<BasePythonRunner> make_runner() {
    switch (eval_type_info(header_.eval_type).payload) {
      case PayloadForm::command: {
        PythonFunction function;
        function.command = std::make_shared<const Bytes>(header_.command);
        return std::make_unique<PythonRunner>(factories_, complete(std::move(function)), options());
      }
      case PayloadForm::udfs: {
        std::vector<ChainedPythonFunctions> functions = header_.functions;
        for (ChainedPythonFunctions& chain : functions) {
          for (PythonFunction& function : chain.functions) function = complete(std::move(function));
        }
        return std::make_unique<AnyUdfRunner>(factories_, std::move(functions), header_.eval_type,
                                              header_.arguments, options());
      }
      case PayloadForm::udtf:
        break;
    }
    PythonTableFunction function = header_.table_function;
    function.handler = complete(std::move(function.handler));
    if (const auto found = header_.eval_conf.find("table_arg_offsets");
        found != header_.eval_conf.end() && !found->second.empty()) {
      function.table_argument_offsets = {std::stoi(found->second)};
    }
    return std::make_unique<AnyUdtfRunner>(factories_, std::move(function), header_.eval_type,
                                           options());
  }

  const Recording& recording_;
  const RecordedHeader& header_;
  TempDir folder_;
  WorkerFactories factories_;
};

}  // namespace

TEST_SUITE("recorded tasks") {
  TEST_CASE("a runner sends what Spark sent, and gives back what the worker answered") {
    int complete = 0;
    int gave_up = 0;
    for (const Recording& recording : read_recordings(PY4CPP_RECORDINGS)) {
      gave_up += recording.header.removed.empty() ? 0 : 1;
      CAPTURE(recording.path);
      Replay replay(recording);
      const std::string result = replay.run();
      CHECK(is_data_of(result, recording));
      const std::string received = replay.received();
      const auto sent = std::as_bytes(std::span(received));
      const RecordedHeader header = decode_header(recording.release, sent);
      CHECK(hex(header.canonical) == hex(recording.header.canonical));
      if (!recording.complete()) continue;
      CHECK(received.size() == recording.input.size());
      CHECK(hex(sent.subspan(header.size)) ==
            hex(std::span(recording.input).subspan(recording.header.size)));
      ++complete;
    }
    CHECK(complete > 200);
    CHECK(gave_up >= 5);
  }
}
