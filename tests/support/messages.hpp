// SPDX-License-Identifier: Apache-2.0
//
// What tests ask of the texts of errors.
#pragma once

#include <string>

#include "base/error.hpp"

namespace py4cpp::test {

/// The text of the Error that the function throws.
template <class F>
std::string message_of(F function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace py4cpp::test
