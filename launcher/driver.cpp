// SPDX-License-Identifier: Apache-2.0
#include "launcher/driver.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "launcher/janitor.hpp"

namespace py4cpp::launcher {

namespace fs = std::filesystem;

Environment driver_environment(Environment environment, const DriverSettings& settings) {
  environment["PYSPARK_GATEWAY_PORT"] = std::to_string(settings.port);
  environment["PYSPARK_GATEWAY_SECRET"] = settings.token;
  environment["PYSPARK_PYTHON"] = settings.worker_python;
  // Like python -u: what the script prints is seen when it is printed.
  environment["PYTHONUNBUFFERED"] = "YES";
  environment.emplace("PYTHONHASHSEED", "0");
  if (!settings.home.empty()) environment.emplace("SPARK_HOME", settings.home);

  std::string path;
  for (const std::string& entry : settings.python_path) path += (path.empty() ? "" : ":") + entry;
  const std::string inherited = environment["PYTHONPATH"];
  if (!path.empty() && !inherited.empty()) path += ":";
  path += inherited;
  environment["PYTHONPATH"] = path;
  if (path.empty()) environment.erase("PYTHONPATH");

  // These belong to another driver's gateway, or to our own processes only.
  environment.erase("_PYSPARK_DRIVER_CONN_INFO_PATH");
  environment.erase(mark_variable);
  environment[driver_mark_variable] = settings.mark;
  return environment;
}

std::vector<std::string> python_path_of(const std::vector<std::string>& py_files,
                                        const std::string& temp_dir) {
  std::vector<std::string> result;
  const fs::path folder = fs::path(temp_dir) / "py-files";
  for (const std::string& file : py_files) {
    const fs::path path(file);
    if (path.extension() != ".py") {
      result.push_back(file);
      continue;
    }
    std::error_code error;
    if (fs::create_directory(folder, error)) result.insert(result.begin(), folder.string());
    if (!error) {
      fs::copy_file(path, folder / path.filename(), fs::copy_options::overwrite_existing, error);
    }
    if (error) {
      throw Error("--py-files '" + file + "' cannot be copied to '" + folder.string() +
                  "': " + error.message());
    }
  }
  return result;
}

Process start_driver(const std::string& interpreter, const std::string& script,
                     const std::vector<std::string>& arguments, const Environment& environment) {
  std::vector<std::string> argv = {interpreter, script};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return Process({.argv = std::move(argv),
                  .environment = environment,
                  .stderr_fd = STDOUT_FILENO,
                  .death_signal = SIGKILL});
}

ExitStatus wait_for_driver(Process& driver, Signals& signals) {
  const Fd exit = driver.exit_fd();
  for (;;) {
    std::array<pollfd, 2> entries{{{exit.get(), POLLIN, 0}, {signals.fd(), POLLIN, 0}}};
    if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) {
      throw Error(std::string("cannot wait for the driver: ") + std::strerror(errno));
    }
    if (const auto status = driver.try_wait()) return *status;
    while (const auto signal = signals.take()) {
      if (!signal->from_terminal) driver.kill(signal->number);
    }
  }
}

}  // namespace py4cpp::launcher
