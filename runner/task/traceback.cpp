// SPDX-License-Identifier: Apache-2.0
#include "runner/task/traceback.hpp"

namespace py4cpp::runner {
namespace {

// Cuts the first line off.
void drop_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
}

}  // namespace

std::string exception_text(std::string_view traceback) {
  // The exception follows the last frame: a line that names the file, then lines of code and marks.
  std::string_view rest = traceback;
  const std::size_t frame = traceback.rfind("\n  File \"");
  if (frame != std::string_view::npos) {
    rest.remove_prefix(frame + 1);
    drop_line(rest);
    while (rest.starts_with("    ")) drop_line(rest);
  }
  while (rest.ends_with('\n')) rest.remove_suffix(1);
  return std::string(rest.empty() ? traceback : rest);
}

}  // namespace py4cpp::runner
