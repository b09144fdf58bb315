// SPDX-License-Identifier: Apache-2.0
//
// Every setting that the engine reads, with its default and how it is checked at the start. Names
// that begin with `spark.py4cpp.` are our own bounds; all others are Spark's, with Spark's
// defaults.
#include <array>
#include <limits>

#include "engine/conf.hpp"

namespace py4cpp::engine {
namespace {

enum class Kind { text, size, size_kib, size_mib, buffer, duration_s, boolean, count };

struct Setting {
  const char* key;
  const char* value;
  Kind kind;
};

constexpr std::array settings{
    Setting{"spark.master", "local[*]", Kind::text},
    Setting{"spark.app.name", "py4cpp", Kind::text},
    // Sizes of what is kept in memory before it goes to disk.
    Setting{"spark.py4cpp.storage.memory", "256m", Kind::size},
    Setting{"spark.py4cpp.shuffle.memory", "32m", Kind::size},
    Setting{"spark.py4cpp.result.memory", "32m", Kind::size},
    Setting{"spark.driver.maxResultSize", "1g", Kind::size},
    Setting{"spark.task.maxFailures", "4", Kind::count},
    Setting{"spark.task.cpus", "1", Kind::count},
    Setting{"spark.stage.maxConsecutiveAttempts", "4", Kind::count},
    Setting{"spark.ui.retainedJobs", "1000", Kind::count},
    Setting{"spark.ui.retainedStages", "1000", Kind::count},
    // Python workers.
    Setting{"spark.buffer.size", "65536", Kind::buffer},
    Setting{"spark.python.use.daemon", "true", Kind::boolean},
    Setting{"spark.python.worker.reuse", "true", Kind::boolean},
    Setting{"spark.python.daemon.module", "pyspark.daemon", Kind::text},
    Setting{"spark.python.worker.module", "pyspark.worker", Kind::text},
    Setting{"spark.python.unix.domain.socket.enabled", "true", Kind::boolean},
    Setting{"spark.python.worker.faulthandler.enabled", "false", Kind::boolean},
    Setting{"spark.python.task.killTimeout", "2s", Kind::duration_s},
    Setting{"spark.python.worker.idleTimeoutSeconds", "0", Kind::duration_s},
    Setting{"spark.python.worker.killOnIdleTimeout", "false", Kind::boolean},
    Setting{"spark.python.worker.tracebackDumpIntervalSeconds", "0", Kind::duration_s},
    Setting{"spark.python.factory.idleWorkerMaxPoolSize", "128", Kind::count},
    Setting{"spark.files.overwrite", "false", Kind::boolean},
    // Read by others, checked here so that a wrong value is reported at the start.
    Setting{"spark.driver.memory", "1g", Kind::size_mib},
    Setting{"spark.executor.memory", "1g", Kind::size_mib},
    Setting{"spark.python.worker.memory", "512m", Kind::size_mib},
    Setting{"spark.network.timeout", "120s", Kind::duration_s},
    Setting{"spark.python.authenticate.socketTimeout", "15s", Kind::duration_s},
    Setting{"spark.broadcast.UDFCompressionThreshold", "1048576", Kind::size},
    Setting{"spark.shuffle.compress", "true", Kind::boolean},
    Setting{"spark.shuffle.file.buffer", "32k", Kind::size_kib},
};

/// Settings that have no default but are checked when they are there.
constexpr std::array optional_settings{
    Setting{"spark.default.parallelism", "", Kind::count},
    Setting{"spark.executor.cores", "", Kind::count},
    Setting{"spark.executor.pyspark.memory", "", Kind::size_mib},
};

/// What counts and sizes of buffers are made into, here and in Python.
constexpr int int_max = std::numeric_limits<int>::max();

void require(const Conf& conf, const Setting& setting, bool holds, const char* otherwise) {
  if (holds) return;
  throw BadSetting(std::string(setting.key) + ": '" + conf.text(setting.key) + "' " + otherwise);
}

void check(const Conf& conf, const Setting& setting) {
  switch (setting.kind) {
    case Kind::text:
      break;
    case Kind::size:
      conf.size(setting.key);
      break;
    case Kind::size_kib:
      conf.size(setting.key, SizeUnit::kib);
      break;
    case Kind::size_mib:
      require(conf, setting, conf.size(setting.key, SizeUnit::mib) >> 20 <= int_max,
              "is too large; the most is 2147483647m");
      break;
    case Kind::buffer:
      require(conf, setting, conf.size(setting.key) <= int_max,
              "is too large; the most is 2147483647 bytes");
      break;
    case Kind::duration_s:
      conf.duration(setting.key, TimeUnit::second);
      break;
    case Kind::boolean:
      conf.boolean(setting.key);
      break;
    case Kind::count:
      require(conf, setting, conf.integer(setting.key) >= 1 && conf.integer(setting.key) <= int_max,
              "is not a number from 1 to 2147483647");
      break;
  }
}

}  // namespace

const std::map<std::string, std::string>& default_settings() {
  static const std::map<std::string, std::string> map = [] {
    std::map<std::string, std::string> made;
    for (const Setting& setting : settings) made.emplace(setting.key, setting.value);
    return made;
  }();
  return map;
}

void Conf::validate() const {
  for (const Setting& setting : settings) check(*this, setting);
  for (const Setting& setting : optional_settings) {
    if (contains(setting.key)) check(*this, setting);
  }
  parse_master(text("spark.master"));
}

}  // namespace py4cpp::engine
