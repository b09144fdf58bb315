// SPDX-License-Identifier: Apache-2.0
//
// Secrets that guard py4cpp's sockets.
#pragma once

#include <string>
#include <string_view>

namespace py4cpp {

/// 256 random bits from OpenSSL as 64 hexadecimal digits. The first one costs a process 2 MB.
/// Throws Error when the system has none.
std::string random_token();

/// Compares in a time that tells nothing of the secret: it depends on the length of the guess only.
bool equal_in_constant_time(std::string_view guess, std::string_view secret);

}  // namespace py4cpp
