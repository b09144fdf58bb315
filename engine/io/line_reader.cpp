// SPDX-License-Identifier: Apache-2.0
//
// One growing buffer, searched with memchr; a line is handed out where it lies.
#include "engine/io/line_reader.hpp"

#include <algorithm>
#include <cstring>

#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} * 1024;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

LineReader::LineReader(const FileSplit& split, std::string separator)
    : path_(split.path), separator_(std::move(separator)), buffer_(buffer_bytes) {
  bool compressed = is_compressed(split.path);
  last_start_ = compressed ? std::numeric_limits<std::uint64_t>::max() : split.start + split.length;
  // A separator of several bytes may lie across the start: look at its possible beginning too.
  std::uint64_t overlap = separator_.empty() ? 0 : separator_.size() - 1;
  position_ = split.start - std::min(split.start, overlap);
  input_ = open_input(split.path, position_);
  if (split.start > 0) {
    std::string_view belongs_to_the_split_before;
    take(belongs_to_the_split_before);
  } else {
    skip_byte_order_mark();
  }
}

bool LineReader::next(std::string_view& line) { return position_ <= last_start_ && take(line); }

bool LineReader::take(std::string_view& line) {
  LineEnd found = find_end();
  while (!found.found && !at_end_) {
    refill();
    found = find_end();
  }
  if (!found.found) found = {true, filled_ - begin_, filled_ - begin_};
  if (found.next == 0) return false;
  line = {reinterpret_cast<const char*>(buffer_.data()) + begin_, found.end};
  begin_ += found.next;
  position_ += found.next;
  return true;
}

LineReader::LineEnd LineReader::find_end() {
  if (!separator_.empty()) return find_separator();
  std::size_t newline = first_at('\n', no_newline_before_);
  std::size_t carriage_return = first_at('\r', no_return_before_);
  std::size_t end = std::min(newline, carriage_return);
  if (end == filled_) return {};
  std::size_t next = end + 1;
  if (end == carriage_return) {
    if (next == filled_ && !at_end_) return {};  // the byte after it decides
    if (next == newline) ++next;
  }
  return {true, end - begin_, next - begin_};
}

/// The first `c` from begin_ on, or filled_.
std::size_t LineReader::first_at(char c, std::size_t& none_before) const {
  std::size_t from = std::max(none_before, begin_);
  const std::byte* data = buffer_.data();
  const void* found = from < filled_ ? std::memchr(data + from, c, filled_ - from) : nullptr;
  none_before = found != nullptr
                    ? static_cast<std::size_t>(static_cast<const std::byte*>(found) - data)
                    : filled_;
  return none_before;
}

LineReader::LineEnd LineReader::find_separator() {
  std::string_view text(reinterpret_cast<const char*>(buffer_.data()), filled_);
  std::size_t at = text.find(separator_, std::max(no_separator_before_, begin_));
  if (at != text.npos) return {true, at - begin_, at - begin_ + separator_.size()};
  no_separator_before_ = filled_ - std::min(filled_, separator_.size() - 1);
  return {};
}

void LineReader::refill() {
  std::size_t kept = filled_ - begin_;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, kept);
    for (std::size_t* none : {&no_newline_before_, &no_return_before_, &no_separator_before_}) {
      *none -= std::min(*none, begin_);
    }
    begin_ = 0;
    filled_ = kept;
  }
  if (kept > line_bytes_max) {
    throw NamedError("java.io.IOException",
                     "a line of " + path_ + " is longer than 2147483647 bytes");
  }
  if (filled_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  std::size_t count = input_->read(std::span(buffer_).subspan(filled_));
  filled_ += count;
  at_end_ = count == 0;
}

void LineReader::skip_byte_order_mark() {
  while (!at_end_ && filled_ < byte_order_mark.size()) refill();
  std::string_view text(reinterpret_cast<const char*>(buffer_.data()), filled_);
  if (!text.starts_with(byte_order_mark)) return;
  begin_ = byte_order_mark.size();
  position_ = byte_order_mark.size();
}

}  // namespace py4cpp::engine
