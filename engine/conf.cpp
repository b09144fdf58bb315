// SPDX-License-Identifier: Apache-2.0
//
// Parsing of settings. Every function names the setting that it could not read.
#include "engine/conf.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <thread>

namespace py4cpp::engine {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

constexpr std::uint64_t kib = 1024;
constexpr std::array size_units{Unit{"b", 1},
                                Unit{"k", kib},
                                Unit{"kb", kib},
                                Unit{"m", kib* kib},
                                Unit{"mb", kib* kib},
                                Unit{"g", kib* kib* kib},
                                Unit{"gb", kib* kib* kib},
                                Unit{"t", kib* kib* kib* kib},
                                Unit{"tb", kib* kib* kib* kib},
                                Unit{"p", kib* kib* kib* kib* kib},
                                Unit{"pb", kib* kib* kib* kib* kib}};
constexpr std::array time_units{Unit{"us", 1},
                                Unit{"ms", 1'000},
                                Unit{"s", 1'000'000},
                                Unit{"m", 60'000'000},
                                Unit{"min", 60'000'000},
                                Unit{"h", 3'600'000'000},
                                Unit{"d", 86'400'000'000}};

std::string lower_trimmed(std::string_view text) {
  const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

/// A number and its unit as a count of the smallest unit, or nothing.
template <std::size_t n>
std::optional<std::uint64_t> parse_with_unit(std::string_view text,
                                             const std::array<Unit, n>& units,
                                             std::uint64_t plain_factor) {
  const std::string lower = lower_trimmed(text);
  std::uint64_t number = 0;
  const char* end = lower.data() + lower.size();
  const auto [rest, error] = std::from_chars(lower.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  std::uint64_t factor = plain_factor;
  if (rest != end) {
    const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
    const auto unit =
        std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.suffix == suffix; });
    if (unit == units.end()) return std::nullopt;
    factor = unit->factor;
  }
  // The result must also fit a signed number, as Java's do.
  if (number > std::uint64_t{std::numeric_limits<std::int64_t>::max()} / factor)
    return std::nullopt;
  return number * factor;
}

bool is_secret(std::string_view key) {
  const std::string lower = lower_trimmed(key);
  constexpr std::array words{"secret", "password", "token", "access.key"};
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return lower.find(word) != std::string::npos; });
}

template <typename Read>
auto named(const std::string& key, const Read& read) {
  try {
    return read();
  } catch (const BadSetting& e) {
    throw BadSetting(key + ": " + e.what());
  }
}

}  // namespace

std::uint64_t parse_size(std::string_view text, SizeUnit plain_unit) {
  const std::uint64_t plain = plain_unit == SizeUnit::byte  ? 1
                              : plain_unit == SizeUnit::kib ? kib
                                                            : kib * kib;
  if (const auto bytes = parse_with_unit(text, size_units, plain)) return *bytes;
  throw BadSetting("'" + std::string(text) +
                   "' is not a size; write a whole number with a unit, such as 50b, 100k or 250m");
}

std::chrono::milliseconds parse_duration(std::string_view text, TimeUnit plain_unit) {
  const std::uint64_t plain = plain_unit == TimeUnit::second ? 1'000'000 : 1'000;
  if (const auto us = parse_with_unit(text, time_units, plain)) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(*us / 1'000));
  }
  throw BadSetting(
      "'" + std::string(text) +
      "' is not a duration; write a whole number with a unit, such as 50s, 100ms or 5min");
}

Conf& Conf::set(std::string key, std::string value) {
  settings_.insert_or_assign(std::move(key), std::move(value));
  return *this;
}

Conf& Conf::set_if_missing(const std::string& key, const std::string& value) {
  settings_.try_emplace(key, value);
  return *this;
}

void Conf::remove(const std::string& key) { settings_.erase(key); }

std::optional<std::string> Conf::find(const std::string& key) const {
  const auto found = settings_.find(key);
  return found == settings_.end() ? std::nullopt : std::optional(found->second);
}

std::string Conf::get(const std::string& key, const std::string& fallback) const {
  return find(key).value_or(fallback);
}

std::string Conf::to_debug_string() const {
  std::string text;
  for (const auto& [key, value] : settings_) {
    if (!text.empty()) text += '\n';
    text += key + "=" + (is_secret(key) ? "*********(redacted)" : value);
  }
  return text;
}

std::string Conf::text(const std::string& key) const {
  if (const auto value = find(key)) return *value;
  const auto fallback = default_settings().find(key);
  if (fallback == default_settings().end()) throw BadSetting(key + " is not set");
  return fallback->second;
}

std::uint64_t Conf::size(const std::string& key, SizeUnit plain_unit) const {
  return named(key, [&] { return parse_size(text(key), plain_unit); });
}

std::chrono::milliseconds Conf::duration(const std::string& key, TimeUnit plain_unit) const {
  return named(key, [&] { return parse_duration(text(key), plain_unit); });
}

std::int64_t Conf::integer(const std::string& key) const {
  const std::string value = lower_trimmed(text(key));
  std::int64_t number = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || rest != end) {
    throw BadSetting(key + ": '" + value + "' is not a whole number");
  }
  return number;
}

bool Conf::boolean(const std::string& key) const {
  const std::string value = lower_trimmed(text(key));
  if (value == "true") return true;
  if (value == "false") return false;
  throw BadSetting(key + ": '" + value + "' is neither true nor false");
}

Master parse_master(std::string_view text) {
  const auto bad = [&](const std::string& why) {
    return BadSetting("spark.master: '" + std::string(text) + "' " + why +
                      "; use local, local[N], local[*] or local[N,F] with N slots and F failures");
  };
  if (text == "local") return {};
  if (!text.starts_with("local[") || !text.ends_with("]")) {
    throw bad("is not a master that runs on this machine");
  }
  const std::string inside = lower_trimmed(text.substr(6, text.size() - 7));
  const std::size_t comma = inside.find(',');
  const auto number = [&](std::string_view part, std::int64_t most) {
    const std::string digits = lower_trimmed(part);
    std::int64_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc() || rest != end || value < 1 || value > most) {
      throw bad("holds a number that is not between 1 and " + std::to_string(most));
    }
    return value;
  };
  Master master;
  const std::string slots = lower_trimmed(std::string_view(inside).substr(0, comma));
  master.slots = slots == "*" ? std::max<std::size_t>(1, std::thread::hardware_concurrency())
                              : static_cast<std::size_t>(number(slots, slots_max));
  if (comma != std::string::npos) {
    master.failures_max = static_cast<int>(
        number(std::string_view(inside).substr(comma + 1), std::numeric_limits<int>::max()));
  }
  return master;
}

}  // namespace py4cpp::engine
