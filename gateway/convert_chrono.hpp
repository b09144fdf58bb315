// SPDX-License-Identifier: Apache-2.0
//
// convert<T> for durations and points in time: seconds as a float, as `time.time()` and
// `timedelta.total_seconds()` give them. Points of the system clock count from 1970; those of other
// clocks have no meaning outside the program and do not cross. Finer parts than the type's are
// rounded to the nearest; a number beyond its range does not match.
#pragma once

#include <chrono>
#include <cmath>

#include "convert.hpp"

namespace py4cpp {

template <class Rep, class Period>
struct convert<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  using Ticks = std::chrono::duration<double, Period>;

  static std::string java_name() { return "double"; }
  static Cost cost(const Value& value, const Registry& registry) {
    const Cost cost = convert<double>::cost(value, registry);
    if (cost < 0 || std::is_floating_point_v<Rep>) return cost;
    // 2^63 as a double is one more than the largest count, hence the strict comparison.
    const double limit = static_cast<double>(std::numeric_limits<Rep>::max());
    return std::abs(ticks(value, registry)) < limit ? cost : no_match;
  }
  static Duration from_value(const Value& value, const Registry& registry) {
    if constexpr (std::is_floating_point_v<Rep>)
      return Duration(static_cast<Rep>(ticks(value, registry)));
    else
      return Duration(static_cast<Rep>(std::round(ticks(value, registry))));
  }
  static Value to_value(Duration duration) {
    return std::chrono::duration<double>(duration).count();
  }

 private:
  static double ticks(const Value& value, const Registry& registry) {
    const std::chrono::duration<double> seconds(convert<double>::from_value(value, registry));
    return std::chrono::duration_cast<Ticks>(seconds).count();
  }
};

template <class Duration>
struct convert<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  using Point = std::chrono::time_point<std::chrono::system_clock, Duration>;

  static std::string java_name() { return "double"; }
  static Cost cost(const Value& value, const Registry& registry) {
    return convert<Duration>::cost(value, registry);
  }
  static Point from_value(const Value& value, const Registry& registry) {
    return Point(convert<Duration>::from_value(value, registry));
  }
  static Value to_value(Point point) {
    return convert<Duration>::to_value(point.time_since_epoch());
  }
};

}  // namespace py4cpp
