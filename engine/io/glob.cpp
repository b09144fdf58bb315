// SPDX-License-Identifier: Apache-2.0
//
// Braces are unfolded first, then each pattern walks the folders one name at a time.
#include "engine/io/glob.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

[[noreturn]] void illegal_pattern(std::string_view pattern, std::string_view reason) {
  throw NamedError("java.io.IOException", "Illegal file pattern: " + std::string(reason) + " in '" +
                                              std::string(pattern) + "'");
}

/// The position after the `]` that ends the class opened at `open`.
std::size_t class_end(std::string_view pattern, std::size_t open) {
  std::size_t i = open + 1;
  if (i < pattern.size() && (pattern[i] == '^' || pattern[i] == '!')) ++i;
  for (bool first = true; i < pattern.size(); ++i, first = false) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == ']' && !first) {
      return i + 1;
    }
  }
  illegal_pattern(pattern, "Unclosed character class");
}

bool in_class(std::string_view inside, char c) {
  bool negated = !inside.empty() && (inside[0] == '^' || inside[0] == '!');
  if (negated) inside.remove_prefix(1);
  bool found = false;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
    char low = inside[i];
    char high = low;
    if (i + 2 < inside.size() && inside[i + 1] == '-') {
      i += 2;
      if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
      high = inside[i];
    }
    auto byte = [](char x) { return static_cast<unsigned char>(x); };
    found = found || (byte(low) <= byte(c) && byte(c) <= byte(high));
  }
  return found != negated;
}

/// The length of the UTF-8 character at the front, so that `?` takes a whole one.
std::size_t character_length(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
    ++length;
  }
  return length;
}

/// Matches one step of the pattern; moves both positions on success. `*` is not handled here.
bool match_step(std::string_view pattern, std::size_t& p, std::string_view name, std::size_t& n) {
  if (n >= name.size()) return false;
  switch (pattern[p]) {
    case '?':
      n += character_length(name.substr(n));
      ++p;
      return true;
    case '[': {
      std::size_t end = class_end(pattern, p);
      if (!in_class(pattern.substr(p + 1, end - p - 2), name[n])) return false;
      p = end;
      ++n;
      return true;
    }
    case '\\':
      if (p + 1 >= pattern.size())
        illegal_pattern(pattern, "An escaped character does not present");
      if (pattern[p + 1] != name[n]) return false;
      p += 2;
      ++n;
      return true;
    default:
      if (pattern[p] != name[n]) return false;
      ++p;
      ++n;
      return true;
  }
}

struct Brace {
  std::size_t open = std::string_view::npos;
  std::size_t close = 0;
  std::vector<std::string_view> alternatives = {};
};

/// The first outermost `{...}`, cut at its own commas.
Brace first_brace(std::string_view pattern) {
  Brace brace;
  std::size_t depth = 0;
  std::size_t part = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (c == '{' && depth++ == 0) {
      brace.open = i;
      part = i + 1;
    } else if (c == ',' && depth == 1) {
      brace.alternatives.push_back(pattern.substr(part, i - part));
      part = i + 1;
    } else if (c == '}' && depth > 0 && --depth == 0) {
      brace.alternatives.push_back(pattern.substr(part, i - part));
      brace.close = i;
      return brace;
    }
  }
  if (depth > 0) illegal_pattern(pattern, "Unclosed group");
  return brace;
}

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

bool has_wildcard(std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\') {
      ++i;
    } else if (name[i] == '*' || name[i] == '?' || name[i] == '[') {
      return true;
    }
  }
  return false;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder.empty() ? "/" : folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  return names;
}

/// Appends what `rest` (names separated by slashes) means below `folder`.
void walk(const std::string& folder, std::string_view rest, std::vector<std::string>& found) {
  while (rest.starts_with('/')) rest.remove_prefix(1);
  std::error_code ignored;
  if (rest.empty()) {
    if (std::filesystem::exists(folder.empty() ? "/" : folder, ignored)) {
      found.push_back(folder.empty() ? "/" : folder);
    }
    return;
  }
  std::string_view name = rest.substr(0, rest.find('/'));
  rest.remove_prefix(name.size());
  if (!has_wildcard(name)) return walk(folder + "/" + unescape(name), rest, found);
  for (const std::string& candidate : names_in(folder)) {
    if (matches_glob(name, candidate)) walk(folder + "/" + candidate, rest, found);
  }
}

}  // namespace

bool is_glob(std::string_view path) { return path.find_first_of("{}[]*?\\") != path.npos; }

std::vector<std::string> expand_braces(std::string_view pattern) {
  std::vector<std::string> pending{std::string(pattern)};
  std::vector<std::string> done;
  while (!pending.empty()) {
    std::string current = std::move(pending.back());
    pending.pop_back();
    Brace brace = first_brace(current);
    if (brace.open == std::string_view::npos) {
      done.push_back(std::move(current));
      continue;
    }
    std::string_view text = current;
    for (auto i = brace.alternatives.rbegin(); i != brace.alternatives.rend(); ++i) {
      pending.push_back(std::string(text.substr(0, brace.open)) + std::string(*i) +
                        std::string(text.substr(brace.close + 1)));
    }
    if (pending.size() + done.size() > glob_alternatives_max) {
      illegal_pattern(pattern, "Too many alternatives");
    }
  }
  return done;
}

bool matches_glob(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;  // where to go back to: after the last `*` ...
  std::size_t taken = 0;                      // ... which has eaten the name up to here
  while (n < name.size() || p < pattern.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      taken = n;
    } else if (p < pattern.size() && match_step(pattern, p, name, n)) {
      continue;
    } else if (star != std::string_view::npos && taken < name.size()) {
      p = star;
      n = ++taken;
    } else {
      return false;
    }
  }
  return true;
}

std::vector<std::string> find_glob(std::string_view absolute_pattern) {
  std::vector<std::string> found;
  for (const std::string& pattern : expand_braces(absolute_pattern)) walk("", pattern, found);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace py4cpp::engine
