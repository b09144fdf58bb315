// SPDX-License-Identifier: Apache-2.0
//
// What a driver shares with its tasks: functions, broadcast variables, accumulators.
#include <map>
#include <vector>

#include "engine/broadcasts.hpp"
#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"
#include "engine/facade/context_objects.hpp"
#include "engine/facade/shared_objects.hpp"
#include "engine/nodes/python_rdd.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

/// What PySpark asks for when nobody told it of an interpreter.
constexpr const char* unspecified_python = "python3";

/// Where the driver has written, or is about to write, the pickled value.
struct PythonBroadcast {
  std::string path;
};

PythonFunctionObject make_function(
    const Host& host, Bytes command, std::map<std::string, std::string> environment,
    std::vector<std::string> includes, const std::string& executable, std::string version,
    const std::vector<std::shared_ptr<BroadcastVariable>>& variables) {
  runner::PythonFunction function;
  function.command = std::make_shared<const Bytes>(std::move(command));
  function.environment = std::move(environment);
  function.includes = std::move(includes);
  function.python_executable =
      executable == unspecified_python ? host.services().python : executable;
  function.python_version = std::move(version);
  for (const auto& variable : variables) {
    if (variable->destroyed()) {
      throw NamedError("org.apache.spark.SparkException", "Attempted to use Broadcast(" +
                                                              std::to_string(variable->id()) +
                                                              ") after it was destroyed");
    }
    function.broadcasts.push_back(variable->value());
  }
  return {std::move(function)};
}

std::shared_ptr<AccumulatorClient> make_accumulator(const std::string& host, int port,
                                                    const std::string& token) {
  if (host != "127.0.0.1" && host != "localhost") {
    throw NamedError(
        "java.lang.IllegalArgumentException",
        "accumulators of a driver on another host (" + host + ") are not supported by py4cpp");
  }
  return std::make_shared<AccumulatorClient>(static_cast<std::uint16_t>(port), token);
}

void bind_broadcasts(Registry& registry) {
  registry.type<PythonBroadcast>("org.apache.spark.api.python.PythonBroadcast");
  registry.type<PythonRdd>("org.apache.spark.api.python.PythonRDD")
      .static_method("setupBroadcast",
                     [](const std::string& path) { return PythonBroadcast{path}; });
  registry.type<BroadcastVariable>("org.apache.spark.broadcast.TorrentBroadcast")
      .implements("org.apache.spark.broadcast.Broadcast")
      .method("id", &BroadcastVariable::id)
      // Values lie in one file each: there are no copies to drop.
      .method("unpersist", [](const BroadcastVariable&, bool) {})
      .method("unpersist", [](const BroadcastVariable&) {})
      .method("destroy", [](BroadcastVariable& variable, bool) { variable.destroy(); })
      .method("destroy", [](BroadcastVariable& variable) { variable.destroy(); })
      .method("toString", [](const BroadcastVariable& variable) {
        return "Broadcast(" + std::to_string(variable.id()) + ")";
      });
  registry.type<JavaSparkContext>("org.apache.spark.api.java.JavaSparkContext")
      .method("broadcast", [](const JavaSparkContext& context, const PythonBroadcast& value) {
        return context.application->context().broadcasts().create(value.path);
      });
}

}  // namespace

void bind_shared_classes(Registry& registry, const SharedHost& host) {
  bind_broadcasts(registry);
  registry.type<AccumulatorClient>("org.apache.spark.api.python.PythonAccumulatorV2")
      .constructor(&make_accumulator)
      .constructor([](const std::string& unix_path) {
        return std::make_shared<AccumulatorClient>(unix_path);
      });
  registry.type<ScalaSparkContext>("org.apache.spark.SparkContext")
      .method("register", [](const ScalaSparkContext& context,
                             std::shared_ptr<AccumulatorClient> accumulators) {
        context.application->register_accumulator(std::move(accumulators));
      });
  registry.type<PythonFunctionObject>("org.apache.spark.api.python.SimplePythonFunction")
      .constructor([host](Bytes command, std::map<std::string, std::string> environment,
                          std::vector<std::string> includes, const std::string& executable,
                          const std::string& version,
                          const std::vector<std::shared_ptr<BroadcastVariable>>& broadcasts,
                          const std::shared_ptr<AccumulatorClient>&) {
        return make_function(*host, std::move(command), std::move(environment), std::move(includes),
                             executable, version, broadcasts);
      });
}

}  // namespace py4cpp::engine
