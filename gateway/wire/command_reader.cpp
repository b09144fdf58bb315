// SPDX-License-Identifier: Apache-2.0
//
// How many lines a command has before its list of parts is known for each command, because method,
// field and class names are not escaped and one of them may be called "e".
#include "gateway/wire/command_reader.hpp"

#include <algorithm>

namespace py4cpp::wire {

namespace {

using Shape = CommandShape;

/// Holds nearly every command.
constexpr std::size_t first_space = 4096;
/// A larger buffer is given back after its command. A megabyte of bytes fits, since programs that
/// send blocks send many.
constexpr std::size_t kept_space = std::size_t{2} << 20;
/// One that is larger than this is given back after so many commands that did not need it.
constexpr std::size_t small_space = 65'536;
constexpr std::size_t small_commands_max = 64;
/// The memory for more lines than these is given back after their command.
constexpr std::size_t kept_lines = 1024;

/// The shape of a command. Of an unknown sub-command only the end is looked for, so that the answer
/// can say so; an unknown command is one line, after which nothing can be understood.
Shape shape_of(char name, std::string_view sub) {
  const auto one_of = [sub](std::string_view letters) {
    return sub.size() == 1 && letters.find(sub[0]) != std::string_view::npos;
  };
  switch (name) {
    case 'A':
      return {2, false};
    case 's':
      return {1, false};
    case 'z':
      return {4, false};
    case 'c':
    case 'S':
      return {3, true};
    case 'i':
    case 'p':
      return {2, true};
    case 'f':
      return {one_of("gs") ? 4u : 2u, true};
    case 'r':
      return {one_of("um") ? 4u : one_of("c") ? 3u : 2u, true};
    case 'j':
      return {one_of("ir") ? 4u : one_of("c") ? 3u : 2u, true};
    case 'd':
      return {one_of("v") ? 4u : one_of("fms") ? 3u : 2u, true};
    case 'a':
      return {one_of("gslec") ? 3u : 2u, true};
    case 'l':
      return {one_of("lamifsrxn") ? 3u : 2u, true};
    case 'm':
      return {one_of("da") ? 3u : 2u, true};
    case 'h':
      return {one_of("oc") ? 3u : 2u, true};
    default:
      return {1, false};
  }
}

/// Commands whose second line is a sub-command.
constexpr std::string_view with_sub_command = "frjdalmh";

bool is_end(std::string_view line) {
  return line == "e" || line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

std::span<char> CommandReader::space() {
  if (begin_ == end_) {
    small_commands_ = end_ > small_space ? 0 : small_commands_ + 1;
    begin_ = end_ = 0;
    const bool is_idle = buffer_.size() > small_space && small_commands_ > small_commands_max;
    if (buffer_.size() > kept_space || is_idle) buffer_.clear();
  }
  if (end_ == buffer_.size() && begin_ > 0) {
    std::copy(buffer_.data() + begin_, buffer_.data() + end_, buffer_.data());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    const std::size_t most = limits_.bytes_max + 1;  // One more shows that the limit is passed.
    buffer_.grow(std::max(end_ + 1, std::min(most, std::max(first_space, end_ * 2))));
  }
  return {buffer_.data() + end_, buffer_.size() - end_};
}

void CommandReader::filled(std::size_t count) { end_ += count; }

Result<std::optional<Message>> CommandReader::next() {
  for (;;) {
    const std::string_view bytes(buffer_.data() + begin_, end_ - begin_);
    const std::size_t end = bytes.find('\n', searched_);
    if (end == std::string_view::npos) {
      searched_ = bytes.size();
      if (bytes.size() > limits_.bytes_max) return WireError::too_many_bytes;
      return std::optional<Message>();
    }
    if (end >= limits_.bytes_max) return WireError::too_many_bytes;
    if (line_ends_.size() >= limits_.lines_max) return WireError::too_many_lines;
    line_ends_.push_back(end);
    searched_ = end + 1;
    if (is_complete()) return take();
  }
}

bool CommandReader::is_complete() {
  const std::size_t count = line_ends_.size();
  if (count == 1) {
    const std::string_view name = line(0);
    const bool is_single = name.size() != 1 || name[0] == answer_mark;
    shape_ = is_single ? Shape{} : shape_of(name[0], {});
    if (is_custom_ && is_custom_(name)) shape_ = {1, true};
  } else if (count == 2 && line(0).size() == 1 &&
             with_sub_command.find(line(0)[0]) != std::string_view::npos) {
    shape_ = shape_of(line(0)[0], line(1));
  }
  if (!shape_.has_end) return count >= shape_.fixed_lines;
  return count > shape_.fixed_lines && is_end(line(count - 1));
}

std::optional<Message> CommandReader::take() {
  const std::size_t count = line_ends_.size() - (shape_.has_end ? 1 : 0);
  lines_.clear();
  if (lines_.capacity() > kept_lines) lines_ = decltype(lines_)();  // `{}` would keep it.
  for (std::size_t i = 0; i < count; ++i) lines_.push_back(line(i));
  begin_ += line_ends_.back() + 1;
  searched_ = 0;
  line_ends_.clear();
  if (line_ends_.capacity() > kept_lines) line_ends_ = decltype(line_ends_)();
  return Message{lines_};
}

}  // namespace py4cpp::wire
