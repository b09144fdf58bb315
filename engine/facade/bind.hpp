// SPDX-License-Identifier: Apache-2.0
//
// The engine's one entry point for a launcher: gives a gateway's registry the classes that the
// unmodified `pyspark` driver library asks for. Everything is bound through the public binding API.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/log.hpp"

namespace py4cpp {
class Registry;
}

namespace py4cpp::engine {

/// What the engine needs from the process that hosts it. Every field has a usable default.
struct Services {
  /// The `spark.*` settings of the command line and the properties file. A driver's
  /// `SparkConf()` starts as a copy of them; what the script sets wins.
  std::map<std::string, std::string> conf = {};

  /// The version of the driver's `pyspark` package, such as "4.3.0". Called at most once, when a
  /// context or session is made; may block until a probe that runs meanwhile has finished, and may
  /// throw Error when no pyspark was found. Empty: the newest known release.
  std::function<std::string()> pyspark_release = {};

  /// The interpreter of the Python workers where the driver was not told of one: it then asks for
  /// plain "python3", which this replaces.
  std::string python = "python3";

  /// The driver's own interpreter, which also unpacks archives.
  std::string driver_python = "python3";

  /// Temporary files go into a directory of their own under this one, unless the script sets
  /// `spark.local.dir` to something else than `conf` has. Empty: `spark.local.dir`, else `$TMPDIR`,
  /// else `/tmp`.
  std::string work_dir = {};

  /// Called with the path of each directory that a context makes for its temporary files. The
  /// context removes it when it stops; a host that must leave nothing behind even when it is killed
  /// can have another process know the path.
  std::function<void(const std::string& path)> on_local_dir = {};

  /// Receives what a person may want to read. May be called from any thread.
  Log log = {};
};

/// Binds all classes into `registry`, which must not be frozen yet. No thread or file is made
/// before the driver creates its first context.
///
/// Returns a function that stops the running context, if there is one: its jobs are cancelled, its
/// workers ended and its temporary files removed. Call it when the driver is gone and before the
/// process exits. It may be called from any thread, more than once; it does not throw.
std::function<void()> bind_spark(Registry& registry, Services services);

}  // namespace py4cpp::engine
