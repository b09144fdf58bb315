// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/worker_host.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "runner/pool/output_line.hpp"

namespace py4cpp::runner {
namespace {

// A Unix socket's path may have 107 bytes; the daemon appends "/.<uuid>.sock", we "/py4cpp-XXXXXX".
constexpr std::size_t socket_root_bytes_max = 107 - 43 - 15;

TempDir make_faulthandler_dir(const WorkerOptions& options) {
  if (!options.faulthandler) return {};
  if (options.local_dirs.empty()) return TempDir(default_temp_root(), "py4cpp-faults-");
  return TempDir(options.local_dirs.front(), "py4cpp-faults-");
}

// Children of the process inherit it. Where it cannot be written, the kernel chooses as it likes.
void offer_to_oom_killer(pid_t pid, int more) {
  constexpr int highest = 1000;
  int own = 0;
  std::ifstream("/proc/self/oom_score_adj") >> own;
  std::ofstream("/proc/" + std::to_string(pid) + "/oom_score_adj") << std::min(own + more, highest);
}

}  // namespace

WorkerHost::WorkerHost(WorkerOptions with)
    : options(std::move(with)),
      faulthandler_dir(make_faulthandler_dir(options)),
      watch(options, control),
      control(options.output_line_bytes_max) {}

Process WorkerHost::spawn(const ProcessOptions& process_options) {
  Process process;
  control.run([&] { process = Process(process_options); });
  offer_to_oom_killer(process.pid(), options.oom_score_more);
  return process;
}

std::shared_ptr<OutputLog> WorkerHost::make_output(pid_t worker_pid) {
  if (!options.output) return std::make_shared<OutputLog>(options.output_lines_max, LineSink());
  return std::make_shared<OutputLog>(
      options.output_lines_max, [this, worker_pid](std::string_view text) {
        if (const auto line = output_line(text, worker_pid, task_names)) options.output(*line);
      });
}

TempDir WorkerHost::socket_dir() const {
  std::filesystem::path root = options.socket_root;
  if (root.empty()) {
    root = default_temp_root();
    if (root.native().size() > socket_root_bytes_max) root = "/tmp";
  }
  return TempDir(root, "py4cpp-");
}

std::string WorkerHost::take_crash_report(pid_t pid) const {
  if (faulthandler_dir.path().empty()) return {};
  const auto path = faulthandler_dir.path() / std::to_string(pid);
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return text;
}

}  // namespace py4cpp::runner
