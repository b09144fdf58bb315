// SPDX-License-Identifier: Apache-2.0
//
// A command that fails is the user's error, not a lost worker, so it is not tried again.
#include "engine/nodes/piped_rdd.hpp"

#include <utility>

#include "engine/job_errors.hpp"
#include "engine/task_run.hpp"
#include "gateway/named_error.hpp"
#include "runner/piped_process.hpp"

namespace py4cpp::engine {
namespace {

class Lines final : public runner::ByteSource {
 public:
  explicit Lines(std::unique_ptr<runner::PipedProcess> process) : process_(std::move(process)) {}

  std::span<const std::byte> next() override {
    try {
      return process_->next();
    } catch (const WorkerFailed& e) {
      throw NamedError("java.lang.IllegalStateException", e.what());
    }
  }

 private:
  std::unique_ptr<runner::PipedProcess> process_;
};

}  // namespace

std::vector<std::string> split_command(const std::string& command) {
  std::vector<std::string> words;
  constexpr const char* spaces = " \t\n\r\f";
  std::size_t start = command.find_first_not_of(spaces);
  while (start != std::string::npos) {
    const std::size_t end = command.find_first_of(spaces, start);
    words.push_back(command.substr(start, end == std::string::npos ? end : end - start));
    start = command.find_first_not_of(spaces, end);
  }
  return words;
}

PipedRdd::PipedRdd(std::shared_ptr<Rdd> parent, std::vector<std::string> command,
                   std::map<std::string, std::string> environment, std::string site)
    : Rdd(parent->shared_context(), {"PipedRDD", std::move(site)}, {{parent}}),
      command_(std::move(command)),
      environment_(std::move(environment)) {
  if (command_.empty()) throw BadArgument("a pipe needs a command");
}

std::unique_ptr<runner::ByteSource> PipedRdd::compute(std::size_t partition, TaskRun& task) {
  return std::make_unique<Lines>(std::make_unique<runner::PipedProcess>(
      runner::PipedProcessOptions{.command = command_, .environment = environment_},
      parent().open(partition, task), task.cancel_token()));
}

}  // namespace py4cpp::engine
