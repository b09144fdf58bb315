// SPDX-License-Identifier: Apache-2.0
//
// The exceptions of py4cpp's C++ interfaces, one class for each thing a caller can do next.
// All of them are values: safe to copy, to keep and to pass between threads.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace py4cpp {

/// Anything that py4cpp reports. `what()` says what happened, where, and what to do.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Python code raised. what() is "ValueError: no such room", as at the end of the traceback.
class PythonError : public Error {
 public:
  PythonError(const std::string& text, std::string traceback, std::string type = {})
      : Error(text), traceback_(std::move(traceback)), type_(std::move(type)) {}

  /// The whole traceback as Python formatted it.
  const std::string& traceback() const { return traceback_; }

  /// The exception's class, with its module unless that is `builtins`: "ValueError",
  /// "json.decoder.JSONDecodeError". Empty when Python did not say.
  const std::string& type() const { return type_; }

  /// The text without the class: "no such room".
  std::string message() const {
    std::string text = what();
    if (type_.empty()) return text;
    return text.size() > type_.size() + 2 ? text.substr(type_.size() + 2) : std::string();
  }

 private:
  std::string traceback_;
  std::string type_;
};

/// The other side is gone: try again on a new connection, or give up.
class Disconnected : public Error {
 public:
  using Error::Error;
};

/// A bound was reached (connections, objects, depth, bytes): try later or raise the named limit.
class Overloaded : public Error {
 public:
  using Error::Error;
};

/// A Python worker or another child process ended before its work did.
class WorkerFailed : public Error {
 public:
  WorkerFailed(const std::string& message, std::vector<std::string> stderr_lines)
      : Error(message), stderr_lines_(std::move(stderr_lines)) {}

  /// The last lines that the process wrote to its standard error, oldest first.
  const std::vector<std::string>& stderr_lines() const { return stderr_lines_; }

 private:
  std::vector<std::string> stderr_lines_;
};

}  // namespace py4cpp
