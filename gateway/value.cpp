// SPDX-License-Identifier: Apache-2.0
//
// Comparing, hashing and showing values.
#include "gateway/value.hpp"

#include <charconv>
#include <cmath>
#include <functional>

#include "gateway/callback/remote_proxy.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp {

namespace {

template <class... F>
struct Overloaded_ : F... {
  using F::operator()...;
};
template <class... F>
Overloaded_(F...) -> Overloaded_<F...>;

bool is_whole(const Value& value, std::int64_t& number) {
  if (const auto* narrow = value.get_if<std::int32_t>()) return number = *narrow, true;
  if (const auto* wide = value.get_if<std::int64_t>()) return number = *wide, true;
  return false;
}

}  // namespace

bool operator==(const Value& a, const Value& b) {
  std::int64_t left = 0, right = 0;
  if (is_whole(a, left) && is_whole(b, right)) return left == right;
  return a.data_ == b.data_;
}

std::size_t ValueHash::operator()(const Value& value) const {
  std::int64_t number = 0;
  if (is_whole(value, number)) return std::hash<std::int64_t>()(number);
  return std::visit(
      Overloaded_{[](std::monostate) { return std::size_t{0}; },
                  [](const Decimal& decimal) { return std::hash<std::string>()(decimal.text); },
                  [](const Bytes& bytes) {
                    return std::hash<std::string_view>()(
                        {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
                  },
                  [](const Object& object) { return object.hash(); },
                  [](const Proxy& proxy) { return std::hash<const void*>()(proxy.remote().get()); },
                  [](const auto& plain) {
                    return std::hash<std::remove_cvref_t<decltype(plain)>>()(plain);
                  }},
      value.data());
}

std::string plain_text(const Value& value) {
  return std::visit(
      Overloaded_{[](std::monostate) -> std::string { return "null"; },
                  [](bool flag) -> std::string { return flag ? "true" : "false"; },
                  [](double number) { return java_double_text(number); },
                  [](const Decimal& decimal) { return plain_decimal_text(decimal.text); },
                  [](const std::string& text) { return text; },
                  [](const Bytes& bytes) { return "byte[" + std::to_string(bytes.size()) + "]"; },
                  [](const Object& object) { return readable_type_name(object.type()); },
                  [](const Proxy& proxy) { return "Python proxy " + proxy.remote()->id(); },
                  [](const auto& number) { return std::to_string(number); }},
      value.data());
}

}  // namespace py4cpp
