// SPDX-License-Identifier: Apache-2.0
#include "gateway/operators.hpp"

#include <sstream>

#include "gateway/named_error.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp::detail {

std::string streamed(void (*write)(std::ostream& out, const void* object), const void* object) {
  std::ostringstream out;
  write(out, object);
  return std::move(out).str();
}

std::int32_t folded_hash(std::size_t hash) {
  const auto wide = static_cast<std::uint64_t>(hash);
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(wide ^ (wide >> 32)));
}

void refuse_hash(const std::type_info& type) {
  throw NamedError("java.lang.UnsupportedOperationException",
                   readable_type_name(type) +
                       " is compared by value and has no std::hash, so it cannot be hashed");
}

}  // namespace py4cpp::detail
