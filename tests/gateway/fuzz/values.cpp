// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes parts: what can be read is written so that it reads the same again, but for text that is
// no UTF-8, which Python could not read.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "gateway/wire/wire.hpp"

namespace {

using namespace py4cpp;

bool is_same(const Value& a, const Value& b) {
  const auto* left = a.get_if<double>();
  const auto* right = b.get_if<double>();
  if (left && right && *left != *left) return *right != *right;    // Not a number.
  if (a.get_if<Decimal>()) return b.get_if<Decimal>() != nullptr;  // Written without exponent.
  return a == b && a.data().index() == b.data().index();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  if (wire::unescaped(wire::escaped(line)) != line) std::abort();
  const auto part = wire::decode(line);
  if (!part) return part.error().message().empty() ? std::abort(), 0 : 0;
  const auto* value = std::get_if<Value>(&*part);
  if (!value) return 0;
  plain_text(*value);
  std::string written;
  try {
    wire::append_plain(written, *value);
  } catch (const Error&) {
    return value->get_if<std::string>() ? 0 : (std::abort(), 0);
  }
  if (written.find('\n') != std::string::npos) std::abort();
  const auto again = wire::decode(written);
  if (!again || !is_same(*value, std::get<Value>(*again))) std::abort();
  return 0;
}
