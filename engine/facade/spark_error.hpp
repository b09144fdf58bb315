// SPDX-License-Identifier: Apache-2.0
//
// Errors that carry Spark's error condition, which PySpark's own exceptions show.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "gateway/named_error.hpp"

namespace py4cpp::engine {

/// An error of a class that is a SparkThrowable. A value.
class SparkError : public NamedError {
 public:
  struct Condition {
    std::string name = {};  // "PATH_NOT_FOUND"; empty when there is none
    std::string sql_state = {};
    std::map<std::string, std::string> parameters = {};
  };

  SparkError(std::string class_name, const std::string& message, Condition condition,
             std::shared_ptr<const NamedError> cause = {})
      : NamedError(std::move(class_name), message, std::move(cause)),
        condition_(std::move(condition)) {}

  const Condition& condition() const { return condition_; }

 private:
  Condition condition_;
};

/// `[NAME] text SQLSTATE: state`, as 4.x writes it; 3.5 (`with_state` false) leaves the state out.
SparkError condition_error(std::string class_name, const std::string& text,
                           SparkError::Condition condition, bool with_state);

}  // namespace py4cpp::engine
