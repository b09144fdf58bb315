// SPDX-License-Identifier: Apache-2.0
#include "base/token.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>

#include "base/error.hpp"

namespace py4cpp {

std::string random_token() {
  std::array<unsigned char, 32> bytes{};
  if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw Error("the system has no random bytes for a token");
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string token;
  token.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    token += digits[byte >> 4];
    token += digits[byte & 15];
  }
  return token;
}

/// Compares digests, so that not even the length of the secret shows.
bool equal_in_constant_time(std::string_view guess, std::string_view secret) {
  const auto digest = [](std::string_view text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data());
    return bytes;
  };
  const auto left = digest(secret), right = digest(guess);
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace py4cpp
