// SPDX-License-Identifier: Apache-2.0
//
// Standard base64 with padding, as bytes travel in the protocol.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/value.hpp"

namespace py4cpp {

void append_base64(std::string& out, std::span<const std::byte> bytes);

/// Nothing when the text is not padded base64 of the standard alphabet.
std::optional<Bytes> decode_base64(std::string_view text);

}  // namespace py4cpp
