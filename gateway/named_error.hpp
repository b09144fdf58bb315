// SPDX-License-Identifier: Apache-2.0
//
// An error with a Java class name. Thrown from bound code it reaches Python as a Py4JJavaError
// whose java_exception answers getMessage, toString, getCause, getClass and so on. Derive from it
// and bind the derived class to offer further methods on the exception.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace py4cpp {

/// A value: safe to copy, to keep and to pass between threads.
class NamedError : public Error {
 public:
  /// `class_name` need not be registered; Registry::exception tells what it derives from.
  NamedError(std::string class_name, const std::string& message,
             std::shared_ptr<const NamedError> cause = {})
      : Error(message), class_name_(std::move(class_name)), cause_(std::move(cause)) {}
  NamedError(const NamedError&) = default;
  NamedError(NamedError&&) = default;
  NamedError& operator=(const NamedError&) = default;
  NamedError& operator=(NamedError&&) = default;
  ~NamedError() override;

  const std::string& class_name() const { return class_name_; }
  std::string message() const { return what(); }

  /// What led to this error, or null.
  const std::shared_ptr<const NamedError>& cause() const { return cause_; }

  /// "class: message", or the class alone when there is no message.
  std::string text() const;

  /// The C++ type of the exception that this error stands for, such as "std::domain_error"; empty
  /// when it was thrown as it is.
  const std::string& origin() const { return origin_; }
  void set_origin(std::string type) { origin_ = std::move(type); }

  /// Python's `str()` of the exception shows this: text() and the origin, then every cause on lines
  /// of its own.
  std::string stack_text() const;

 private:
  std::string class_name_;
  std::shared_ptr<const NamedError> cause_;
  std::string origin_;
};

}  // namespace py4cpp
