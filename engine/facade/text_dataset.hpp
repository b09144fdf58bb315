// SPDX-License-Identifier: Apache-2.0
//
// `spark.read.text(...)`: the one kind of Dataset there is, rows of one string column `value`.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/facade/sql_session.hpp"
#include "engine/io/text_input.hpp"
#include "engine/rdd.hpp"

namespace py4cpp {
class CallContext;
}

namespace py4cpp::engine {

/// Collects how to read; each setter changes it. Belongs to one driver thread.
class TextReader {
 public:
  explicit TextReader(std::shared_ptr<SqlSession> session) : session_(std::move(session)) {}

  void set_format(const std::string& format);
  /// Names count without regard to case.
  void set_option(const std::string& name, const std::string& value);

  const std::shared_ptr<SqlSession>& session() const { return session_; }
  const std::string& format() const { return format_; }
  /// The option's value, or `fallback`.
  std::string option(const std::string& name, const std::string& fallback) const;

 private:
  std::shared_ptr<SqlSession> session_;
  std::string format_;
  std::map<std::string, std::string> options_;  // by lower-case name
};

/// Immutable. Any thread.
class TextDataset {
 public:
  /// Lists the files now. Throws PathNotFound, NamedError (see plan_text_source), and NamedError
  /// java.lang.UnsupportedOperationException for an option that would change the rows and is not
  /// known here.
  TextDataset(const TextReader& reader, const std::vector<std::string>& paths);

  const std::shared_ptr<SqlSession>& session() const { return session_; }

  /// Frames that are pickled batches of Rows.
  std::shared_ptr<Rdd> rows(const std::string& site) const;
  std::uint64_t count(CallContext& call) const;
  bool is_empty(CallContext& call) const;

 private:
  std::shared_ptr<Rdd> lines() const;

  std::shared_ptr<SqlSession> session_;
  std::shared_ptr<const std::vector<InputPartition>> partitions_;
  TextRowOptions options_;
};

}  // namespace py4cpp::engine
