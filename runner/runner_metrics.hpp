// SPDX-License-Identifier: Apache-2.0
//
// What the workers of an application did: tasks and how long their phases took, bytes both ways,
// workers and daemons. WorkerFactories::metrics() takes a snapshot at any time:
//
//   std::cout << py4cpp::runner::prometheus_text(factories.metrics());
#pragma once

#include <cstdint>
#include <string>

#include "base/histogram.hpp"
#include "worker_factory.hpp"

namespace py4cpp::runner {

/// How many tasks took how long: buckets double from 1 ms (2^20 ns) to 18 min.
using TaskHistogram = Histogram<(std::int64_t{1} << 20), 22>;

/// A snapshot. The numbers are read one by one while others count on; none ever decreases except
/// the workers that are live or idle.
struct RunnerMetrics {
  WorkerStats workers;

  // Tasks that ended, each in one of these.
  std::uint64_t tasks_completed = 0;
  std::uint64_t tasks_raised = 0;     ///< the function raised
  std::uint64_t tasks_lost = 0;       ///< the worker died (or never came), or took too long
  std::uint64_t tasks_cancelled = 0;  ///< cancelled, or destroyed before their end
  std::uint64_t tasks_failed = 0;     ///< for another reason: an input that failed, Overloaded

  // Of those that completed. What the worker reports has a precision of 1 ms.
  TaskHistogram whole;    ///< from the lease to the last word
  TaskHistogram boot;     ///< from the lease until the worker began to read the task
  TaskHistogram init;     ///< until it had unpickled the function
  TaskHistogram compute;  ///< until all results were written

  // Of all tasks.
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  // Rows of Arrow batches, and frames of pickled data, each with as many rows as the function's
  // serializer puts into one. Those sent are what was taken from the input, also of a task that
  // failed before it had sent them.
  std::uint64_t rows_sent = 0;
  std::uint64_t rows_received = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t memory_bytes_spilled = 0;
  std::uint64_t disk_bytes_spilled = 0;

  /// The share of leases that an idle worker served; 0 before the first.
  double reuse_rate() const;
};

/// The snapshot in Prometheus' text format, for the body of an HTTP answer of type
/// `text/plain; version=0.0.4`. Times are in seconds; every name begins with `py4cpp_runner_`.
std::string prometheus_text(const RunnerMetrics& metrics);

}  // namespace py4cpp::runner
