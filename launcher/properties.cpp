// SPDX-License-Identifier: Apache-2.0
#include "launcher/properties.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.hpp"

namespace py4cpp::launcher {
namespace {

constexpr std::string_view blanks = " \t\f";

std::string_view trim_left(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

// Cuts the next line off `text`, without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find_first_of("\r\n");
  const std::string_view line = text.substr(0, end);
  std::size_t next = end == std::string_view::npos ? text.size() : end + 1;
  if (end != std::string_view::npos && text.substr(end, 2) == "\r\n") ++next;
  text.remove_prefix(next);
  return line;
}

// An odd number of backslashes at the end continues the line; an even number is an escaped one.
bool is_continued(std::string_view line) {
  const std::size_t last = line.find_last_not_of('\\');
  const std::size_t count = line.size() - (last == std::string_view::npos ? 0 : last + 1);
  return count % 2 == 1;
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

std::string unescape(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const char escaped = text[++i];
    const std::string digits(text.substr(i + 1, 4));
    const bool hex = digits.size() == 4 &&
                     digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (escaped == 'u' && hex) {
      append_utf8(result, static_cast<std::uint32_t>(std::strtoul(digits.c_str(), nullptr, 16)));
      i += 4;
    } else {
      static constexpr std::string_view names = "tnrf";
      const std::size_t name = names.find(escaped);
      result += name == std::string_view::npos ? escaped : "\t\n\r\f"[name];
    }
  }
  return result;
}

// The key ends at the first blank, '=' or ':' that has no backslash before it.
std::size_t key_end(std::string_view line) {
  std::size_t i = 0;
  while (i < line.size() && std::string_view(" \t\f=:").find(line[i]) == std::string_view::npos) {
    i += line[i] == '\\' ? 2 : 1;
  }
  return std::min(i, line.size());
}

void add_property(std::string_view line, Properties& properties) {
  const std::size_t end = key_end(line);
  std::string_view value = trim_left(line.substr(end));
  if (!value.empty() && (value.front() == '=' || value.front() == ':')) {
    value = trim_left(value.substr(1));
  }
  const std::size_t last = value.find_last_not_of(blanks);
  value = value.substr(0, last == std::string_view::npos ? 0 : last + 1);
  properties[unescape(line.substr(0, end))] = unescape(value);
}

}  // namespace

Properties parse_properties(std::string_view text) {
  Properties properties;
  while (!text.empty()) {
    const std::string_view first = trim_left(take_line(text));
    if (first.empty() || first.front() == '#' || first.front() == '!') continue;
    std::string line(first);
    while (is_continued(line)) {
      line.pop_back();
      if (text.empty()) break;
      line += trim_left(take_line(text));
    }
    add_property(line, properties);
  }
  return properties;
}

Properties read_properties(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const bool folder = file && std::filesystem::is_directory(path);
  if (!file || folder) {
    throw Error("the properties file '" + path +
                "' cannot be read: " + std::strerror(folder ? EISDIR : errno));
  }
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return parse_properties(text);
}

}  // namespace py4cpp::launcher
