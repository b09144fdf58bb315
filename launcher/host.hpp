// SPDX-License-Identifier: Apache-2.0
//
// The C++ side of one driver: the registry with plugins and engine, the gateway that serves it, the
// temporary folder, and the janitor that cleans up after a sudden end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/process.hpp"
#include "base/temp_dir.hpp"
#include "launcher/interpreter.hpp"
#include "launcher/janitor.hpp"
#include "launcher/signals.hpp"
#include "launcher/submission.hpp"

namespace py4cpp {
class Gateway;
class Registry;
}  // namespace py4cpp

namespace py4cpp::launcher {

class Host {
 public:
  /// Makes the temporary folder, starts the janitor and blocks signals. Call it from the main
  /// thread, before any other is started. Throws Error.
  Host(const Submission& submission, const Environment& environment);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  /// Stops everything.
  ~Host();

  /// Loads the plugins, binds the engine and starts to serve. `release` is asked for the release of
  /// pyspark when a context is made (see Services). Throws Error.
  void serve(const Submission& submission, const Interpreters& interpreters,
             std::function<std::string()> release);

  std::uint16_t port() const;
  const std::string& token() const;
  Signals& signals() { return signals_; }
  /// The mark for the driver; see driver_mark_variable.
  const std::string& mark() const { return janitor_.mark(); }
  /// A folder that is gone when the process has ended, whatever its end.
  const std::filesystem::path& temp_dir() const { return temp_dir_.path(); }

  /// Ends jobs, workers and connections. When that takes too long the process exits with
  /// `exit_code` and leaves the rest to the janitor.
  void stop(int exit_code);

 private:
  const Log log_;
  const bool pinned_;
  TempDir temp_dir_;
  Janitor janitor_;
  Signals signals_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Gateway> gateway_;
  std::function<void()> stop_engine_;
};

}  // namespace py4cpp::launcher
