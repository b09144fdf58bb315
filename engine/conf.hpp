// SPDX-License-Identifier: Apache-2.0
//
// Settings by name, as `SparkConf` has them, with the defaults of the settings that the engine
// reads and with checks that name the setting and the value when it makes no sense.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace py4cpp::engine {

/// A setting that has no usable value. The message names the setting, the value and what is
/// allowed.
class BadSetting : public Error {
 public:
  using Error::Error;
};

/// What a number without a unit means in a size or a duration.
enum class SizeUnit { byte, kib, mib };
enum class TimeUnit { millisecond, second };

/// Reads "64m", "1g", "512k", "10b", "8388608" (also "64mb"). Throws BadSetting on anything else,
/// on negative numbers and on overflow.
std::uint64_t parse_size(std::string_view text, SizeUnit plain_unit = SizeUnit::byte);

/// Reads "2s", "500ms", "1min", "3h", "1d", "250us" or a number in `plain_unit`. Throws as
/// parse_size does.
std::chrono::milliseconds parse_duration(std::string_view text,
                                         TimeUnit plain_unit = TimeUnit::millisecond);

/// A value: copy it freely. One thread at a time may change it.
class Conf {
 public:
  Conf() = default;
  explicit Conf(std::map<std::string, std::string> settings) : settings_(std::move(settings)) {}

  Conf& set(std::string key, std::string value);
  Conf& set_if_missing(const std::string& key, const std::string& value);
  void remove(const std::string& key);

  bool contains(const std::string& key) const { return settings_.contains(key); }
  /// What was set; no default is looked up.
  std::optional<std::string> find(const std::string& key) const;
  std::string get(const std::string& key, const std::string& fallback) const;
  /// Every setting, in the order of the names.
  const std::map<std::string, std::string>& all() const { return settings_; }
  /// Lines of `key=value`, sorted, secrets and passwords blanked out.
  std::string to_debug_string() const;

  /// Typed reads: what was set, else the engine's default, which exists for each of the names in
  /// `default_settings`. Throw BadSetting; for a name without a default too when it is not set.
  std::uint64_t size(const std::string& key, SizeUnit plain_unit = SizeUnit::byte) const;
  std::chrono::milliseconds duration(const std::string& key,
                                     TimeUnit plain_unit = TimeUnit::millisecond) const;
  std::int64_t integer(const std::string& key) const;
  bool boolean(const std::string& key) const;
  std::string text(const std::string& key) const;

  /// Checks every setting that the engine reads. Throws BadSetting on the first bad one.
  void validate() const;

 private:
  std::map<std::string, std::string> settings_;
};

/// The settings that the engine reads and their defaults.
const std::map<std::string, std::string>& default_settings();

/// `spark.master` taken apart: "local" (1 slot), "local[3]", "local[*]" (a slot per processor),
/// "local[3,2]" (and each task may fail twice before its job does).
struct Master {
  std::size_t slots = 1;
  std::optional<int> failures_max = {};
};

/// The most slots that a master may ask for.
inline constexpr std::size_t slots_max = 1024;

/// Throws BadSetting that says which masters there are.
Master parse_master(std::string_view text);

}  // namespace py4cpp::engine
