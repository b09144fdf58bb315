// SPDX-License-Identifier: Apache-2.0
//
// The jobs whose throughput is measured, each in two forms: through the runner, and as the bytes
// that a bare client would replay from memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runner/byte_source.hpp"
#include "runner/worker_factories.hpp"

namespace py4cpp::bench {

/// Functions of one kind over so many rows that lie in memory. May be used by several threads.
class Job {
 public:
  virtual ~Job() = default;
  /// Runs one task through the runner and uses up its results.
  virtual void run() const = 0;
  /// All that a worker reads for the same task.
  virtual runner::Bytes recorded() const = 0;
  /// True when the answer is an Arrow stream.
  virtual bool answers_in_arrow() const = 0;
  virtual std::int64_t rows() const = 0;
};

/// `name` is one of ints, text, pandas_udf, map_in_arrow. `folder` has the commands and frames that
/// make_jobs.py wrote. `factories` outlives the job. Throws Error for an unknown name.
std::unique_ptr<Job> make_job(const std::string& name, runner::WorkerFactories& factories,
                              const std::string& python, const std::string& folder,
                              std::int64_t rows);

}  // namespace py4cpp::bench
