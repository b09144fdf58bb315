// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/worker_host.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "base/fd.hpp"
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

// The worker may have put anything in the file's place.
std::string read_crash_report(const std::filesystem::path& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  std::string text(WorkerHost::crash_report_bytes_max, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

}  // namespace

WorkerHost::WorkerHost(WorkerOptions with)
    : options(std::move(with)),
      faulthandler_dir(make_faulthandler_dir(options)),
      watch(options, control),
      control({.line_bytes_max = options.output_line_bytes_max,
               .record_bytes_max = options.output_record_bytes_max}) {}

Process WorkerHost::spawn(const ProcessOptions& process_options) {
  Process process;
  control.run([&] { process = Process(process_options); });
  offer_to_oom_killer(process.pid(), options.oom_score_more);
  return process;
}

std::shared_ptr<OutputLog> WorkerHost::make_output(pid_t worker_pid) {
  if (!options.output) return std::make_shared<OutputLog>(options.output_lines_max, LinePartSink());
  return std::make_shared<OutputLog>(
      options.output_lines_max, [this, worker_pid](std::string_view text, LinePart part) {
        const auto line = output_line(text, part, worker_pid, task_names);
        if (line) options.output(*line);
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
  std::string text = read_crash_report(path);
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return text;
}

}  // namespace py4cpp::runner
