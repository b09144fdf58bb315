// SPDX-License-Identifier: Apache-2.0
#include "gateway/callback/python_error.hpp"

#include <string_view>

namespace py4cpp {

namespace {

constexpr std::string_view heading = "Traceback (most recent call last):\n";

/// A class name as Python shows it: words and dots.
bool looks_like_type(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t'\"(){}[]<>,;=") == std::string_view::npos;
}

/// What follows the frames, which are indented, of the last traceback in the text.
std::string_view final_part(std::string_view text) {
  const auto start = text.rfind(heading);
  if (start == std::string_view::npos) return text;
  text.remove_prefix(start + heading.size());
  while (text.starts_with(' ')) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace

PythonError python_error(std::string traceback) {
  std::string_view what = final_part(traceback);
  while (what.ends_with('\n')) what.remove_suffix(1);
  const auto first_line = what.substr(0, what.find('\n'));
  const auto type = first_line.substr(0, first_line.find(": "));
  const bool is_typed = looks_like_type(type) && traceback.find(heading) != std::string::npos;
  return {std::string(what), std::move(traceback), is_typed ? std::string(type) : std::string()};
}

}  // namespace py4cpp
