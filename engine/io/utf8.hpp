// SPDX-License-Identifier: Apache-2.0
//
// Text that must be UTF-8 because Python will decode it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace py4cpp::engine {

/// Appends `text` to `out`. Each malformed sequence becomes one U+FFFD, cut where Java's decoder
/// cuts it (an encoded surrogate is one sequence of three bytes). Valid text is copied as it is.
void append_utf8(std::string_view text, std::vector<std::byte>& out);

}  // namespace py4cpp::engine
