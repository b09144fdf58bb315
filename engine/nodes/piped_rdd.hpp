// SPDX-License-Identifier: Apache-2.0
//
// `pipe` on an RDD of lines: each partition goes through a command of its own, line by line.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/rdd.hpp"

namespace py4cpp::engine {

/// Splits a command line at spaces, as Java's StringTokenizer does: quotes mean nothing.
std::vector<std::string> split_command(const std::string& command);

class PipedRdd final : public Rdd {
 public:
  /// Throws BadArgument for an empty command.
  PipedRdd(std::shared_ptr<Rdd> parent, std::vector<std::string> command,
           std::map<std::string, std::string> environment = {}, std::string site = "pipe");

 protected:
  std::size_t count_partitions() const override { return parent().partition_count(); }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;

 private:
  const std::vector<std::string> command_;
  const std::map<std::string, std::string> environment_;
};

}  // namespace py4cpp::engine
