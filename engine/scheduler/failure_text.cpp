// SPDX-License-Identifier: Apache-2.0
//
// Java class names appear here because they are part of the texts, not because anything has them.
#include "engine/scheduler/failure_text.hpp"

#include <array>
#include <cstdio>

#include "base/error.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {

std::string describe_error(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const PythonError& e) {
    return "org.apache.spark.api.python.PythonException: " + e.traceback();
  } catch (const NamedError& e) {
    return e.text();
  } catch (const WorkerFailed& e) {
    return std::string(
               "org.apache.spark.SparkException: Python worker exited unexpectedly "
               "(crashed): ") +
           e.what();
  } catch (const std::exception& e) {
    return std::string("org.apache.spark.SparkException: ") + e.what();
  } catch (...) {
    return "org.apache.spark.SparkException: an unknown error";
  }
}

std::string lost_task_text(const LostTask& lost, const std::exception_ptr& error) {
  return "Lost task " + std::to_string(lost.task) + "." + std::to_string(lost.attempt) +
         " in stage " + std::to_string(lost.stage) + "." + std::to_string(lost.stage_attempt) +
         " (TID " + std::to_string(lost.task_attempt_id) +
         ") (localhost executor driver): " + describe_error(error);
}

std::string job_failed_text(const LostTask& lost, int failures, const std::exception_ptr& error) {
  return "Job aborted due to stage failure: Task " + std::to_string(lost.task) + " in stage " +
         std::to_string(lost.stage) + "." + std::to_string(lost.stage_attempt) + " failed " +
         std::to_string(failures) + " times, most recent failure: " + lost_task_text(lost, error) +
         "\n\nDriver stacktrace:";
}

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  // A unit is used from twice its size on, as Spark does.
  while (unit + 1 < units.size() && value >= 2048) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
  return text.data();
}

}  // namespace py4cpp::engine
