// SPDX-License-Identifier: Apache-2.0
#include "launcher/report.hpp"

#include <unistd.h>

namespace py4cpp::launcher {
namespace {

void write_text(const std::string& text) {
  [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void report_error(std::string_view text) {
  std::string line = "py4cpp: error: ";
  line += text;
  write_text(line + "\n");
}

void report_submission(const Submission& submission) {
  for (const std::string& warning : submission.warnings) {
    write_text("py4cpp: warning: " + warning + "\n");
  }
  if (submission.verbose) write_text(describe(submission));
}

}  // namespace py4cpp::launcher
