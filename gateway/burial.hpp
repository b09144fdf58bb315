// SPDX-License-Identifier: Apache-2.0
//
// The end of long chains. An object that holds an object that holds an object, a million deep, as a
// client can build them, would overflow the stack if each destroyed the next: the destructors of
// what may be a link of such a chain bury what they own.
#pragma once

#include <vector>

#include "gateway/value.hpp"

namespace py4cpp::detail {

/// Lets go of a value. On a thread that is within another bury(), which is what a destructor finds
/// whose object is a link of a chain, the object behind it is kept until the outermost one lets go
/// of it; that one returns when all are gone. Any thread.
void bury(Value value) noexcept;
/// The same for all of them.
void bury(std::vector<Value> values) noexcept;

}  // namespace py4cpp::detail
