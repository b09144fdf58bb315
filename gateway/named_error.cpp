// SPDX-License-Identifier: Apache-2.0
#include "gateway/named_error.hpp"

#include "gateway/burial.hpp"

namespace py4cpp {

/// A client can build a chain of causes of any length.
NamedError::~NamedError() { detail::bury(Value(std::move(cause_))); }

std::string NamedError::text() const {
  const std::string message_text = message();
  return message_text.empty() ? class_name_ : class_name_ + ": " + message_text;
}

std::string NamedError::stack_text() const {
  std::string result = text();
  if (!origin_.empty()) result += "\n\tat C++ (" + origin_ + ")";
  for (const NamedError* next = cause_.get(); next; next = next->cause_.get())
    result += "\nCaused by: " + next->text();
  return result;
}

}  // namespace py4cpp
