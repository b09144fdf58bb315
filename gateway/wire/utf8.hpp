// SPDX-License-Identifier: Apache-2.0
//
// Whether text is UTF-8. Python reads each answer as UTF-8 as a whole, so one wrong byte would cost
// it the answer and the connection.
#pragma once

#include <string>
#include <string_view>

namespace py4cpp::wire {

/// Where the first byte is that belongs to no well-formed character; npos when there is none.
std::size_t find_non_utf8(std::string_view text);

/// The text with each such byte replaced by U+FFFD.
std::string made_utf8(std::string_view text);

}  // namespace py4cpp::wire
