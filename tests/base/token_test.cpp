// SPDX-License-Identifier: Apache-2.0
#include "base/token.hpp"

#include <doctest/doctest.h>
#include <openssl/sha.h>

#include <cstddef>
#include <string>
#include <vector>

using namespace py4cpp;

namespace {

/// What the function below was asked to compare.
std::vector<std::size_t> compared_sizes;

}  // namespace

/// Stands in this program for OpenSSL's function that compares in constant time.
extern "C" int CRYPTO_memcmp(const void* a, const void* b, std::size_t size) {
  compared_sizes.push_back(size);
  const auto* left = static_cast<const unsigned char*>(a);
  const auto* right = static_cast<const unsigned char*>(b);
  int difference = 0;
  for (std::size_t i = 0; i < size; ++i) difference |= left[i] ^ right[i];
  return difference;
}

TEST_SUITE_BEGIN("base token");

TEST_CASE("tokens have 256 bits and differ") {
  const std::string token = random_token();
  CHECK_EQ(token.size(), 64);
  CHECK_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
  CHECK_NE(token, random_token());
}

TEST_CASE("secrets compare by content") {
  CHECK(equal_in_constant_time("secret", "secret"));
  CHECK_FALSE(equal_in_constant_time("secret", "secreT"));
  CHECK_FALSE(equal_in_constant_time("secret", "secret "));
  CHECK(equal_in_constant_time("", ""));
}

// A clock would tell little. But everything is left to OpenSSL, in one call over as many bytes
// wherever the guess is wrong and however long it is.
TEST_CASE("secrets are compared by OpenSSL's function for secrets, as digests") {
  const std::string secret = random_token();
  for (const std::string& guess :
       {std::string(), secret.substr(0, 1), secret.substr(1), secret, secret + "x",
        std::string(secret.size(), '0'), std::string(100'000, 'x'), std::string(1, '\0')}) {
    compared_sizes.clear();
    CHECK_EQ(equal_in_constant_time(guess, secret), guess == secret);
    REQUIRE_EQ(compared_sizes.size(), 1);
    CHECK_EQ(compared_sizes.front(), SHA256_DIGEST_LENGTH);
  }
}

TEST_SUITE_END();
