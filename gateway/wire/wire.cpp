// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/wire.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "gateway/wire/base64.hpp"
#include "gateway/wire/java_text.hpp"
#include "gateway/wire/utf8.hpp"

namespace py4cpp::wire {

namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "py4j wire"; }
  std::string message(int code) const override {
    switch (static_cast<WireError>(code)) {
      case WireError::unknown_code:
        return "an argument begins with an unknown type code";
      case WireError::bad_boolean:
        return "a boolean is neither True nor False";
      case WireError::bad_number:
        return "a number cannot be read";
      case WireError::number_too_large:
        return "an integer needs more than 64 bits";
      case WireError::bad_base64:
        return "bytes are not valid base64";
      case WireError::empty_reference:
        return "a reference names no object";
      case WireError::bad_proxy:
        return "a proxy names no object or no interface";
      case WireError::too_many_bytes:
        return "a command has more bytes than the limit allows";
      case WireError::too_many_lines:
        return "a command has more arguments than the limit allows";
    }
    return "unknown error";
  }
};

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() &&
         std::equal(a.begin(), a.end(), lower.begin(),
                    [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x - 'A' + 'a' : x) == y; });
}

Result<Part> decode_boolean(std::string_view text) {
  if (equals_ignoring_case(text, "true")) return Part(Value(true));
  if (equals_ignoring_case(text, "false")) return Part(Value(false));
  return WireError::bad_boolean;
}

/// One that is too large for a signed number.
Result<Part> decode_large_integer(std::string_view digits) {
  std::uint64_t number = 0;
  const auto end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return WireError::number_too_large;
  return Part(Value(number));
}

/// An `i` that needs more than 32 bits is read as a long; an `L` is one whatever its size, or an
/// unsigned number.
Result<Part> decode_integer(std::string_view text, bool is_int) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec == std::errc::result_out_of_range) return decode_large_integer(text);
  if (parsed.ec != std::errc() || parsed.ptr != end) return WireError::bad_number;
  using Int = std::numeric_limits<std::int32_t>;
  if (is_int && number >= Int::min() && number <= Int::max())
    return Part(Value(static_cast<std::int32_t>(number)));
  return Part(Value(number));
}

/// Takes Python's and Java's spellings, and what `repr` of a numpy scalar gives: `np.float64(1.5)`.
Result<Part> decode_real(std::string_view text) {
  if (text.starts_with("np.float") && text.ends_with(')')) {
    const auto open = text.find('(');
    if (open != std::string_view::npos) text = text.substr(open + 1, text.size() - open - 2);
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);  // Knows inf and nan in any case.
  if (parsed.ptr != end || text.empty()) return WireError::bad_number;
  if (parsed.ec == std::errc::result_out_of_range) {
    const bool is_small =
        text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
    const double size = is_small ? 0 : std::numeric_limits<double>::infinity();
    return Part(Value(text.starts_with('-') ? -size : size));
  }
  if (parsed.ec != std::errc()) return WireError::bad_number;
  return Part(Value(number));
}

std::size_t take_digits(std::string_view& text) {
  const auto* end =
      std::find_if_not(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

void take_sign(std::string_view& text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
}

/// What Java's BigDecimal reads: an exponent has at most ten digits there.
bool is_finite_decimal(std::string_view text) {
  constexpr std::size_t exponent_digits_max = 10;
  take_sign(text);
  std::size_t digits = take_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += take_digits(text);
  }
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  take_sign(text);
  const std::size_t exponent_digits = take_digits(text);
  return exponent_digits > 0 && exponent_digits <= exponent_digits_max && text.empty();
}

/// What Python's decimals are besides, which Java's cannot be.
bool is_special_decimal(std::string_view text) {
  take_sign(text);
  if (text == "Infinity") return true;
  if (text.starts_with('s')) text.remove_prefix(1);
  if (!text.starts_with("NaN")) return false;
  text.remove_prefix(3);
  take_digits(text);
  return text.empty();
}

Result<Part> decode_decimal(std::string_view text) {
  if (!is_finite_decimal(text) && !is_special_decimal(text)) return WireError::bad_number;
  return Part(Value(Decimal{std::string(text)}));
}

Result<Part> decode_proxy(std::string_view text) {
  ProxyReference proxy;
  const auto first = text.find(';');
  if (first == 0 || first == std::string_view::npos) return WireError::bad_proxy;
  proxy.id = text.substr(0, first);
  for (auto rest = text.substr(first + 1);;) {
    const auto next = rest.find(';');
    if (next == 0 || rest.empty()) return WireError::bad_proxy;
    proxy.interfaces.emplace_back(rest.substr(0, next));
    if (next == std::string_view::npos) return Part(std::move(proxy));
    rest.remove_prefix(next + 1);
  }
}

template <class... F>
struct Choose : F... {
  using F::operator()...;
};
template <class... F>
Choose(F...) -> Choose<F...>;

template <class Number>
void append_number(std::string& out, Number number) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number);
  out.append(buffer, end.ptr);
}

/// Says where the text is wrong, and what to do about it.
void append_text(std::string& out, std::string_view text) {
  const std::size_t bad = find_non_utf8(text);
  if (bad != std::string_view::npos) {
    constexpr auto digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(text[bad]);
    throw Error("text for Python is no UTF-8: byte " + std::to_string(bad) + " is 0x" +
                digits[byte >> 4] + digits[byte & 15] +
                "; convert it, or pass py4cpp::Bytes, which arrive as bytes");
  }
  append_escaped(out, text);
}

}  // namespace

const std::error_category& wire_category() {
  static const Category category;
  return category;
}

std::error_code make_error_code(WireError error) {
  return {static_cast<int>(error), wire_category()};
}

Result<Part> decode(std::string_view line) {
  if (line.empty()) return WireError::unknown_code;
  const std::string_view text = line.substr(1);
  switch (line.front()) {
    case code::null:
    case code::void_:
      return Part(Value());
    case code::boolean:
      return decode_boolean(text);
    case code::int32:
      return decode_integer(text, true);
    case code::int64:
      return decode_integer(text, false);
    case code::real:
      return decode_real(text);
    case code::decimal:
      return decode_decimal(text);
    case code::string:
      return Part(Value(unescaped(text)));
    case code::bytes: {
      auto bytes = decode_base64(text);
      if (!bytes) return WireError::bad_base64;
      return Part(Value(std::move(*bytes)));
    }
    case code::reference:
      if (text.empty()) return WireError::empty_reference;
      return Part(Reference{std::string(text)});
    case code::proxy:
      return decode_proxy(text);
    default:
      return WireError::unknown_code;
  }
}

void append_plain(std::string& out, const Value& value) {
  std::visit(
      Choose{[&](std::monostate) { out += code::null; },
             [&](bool flag) { out += flag ? "btrue" : "bfalse"; },
             [&](std::int32_t number) {
               out += code::int32;
               append_number(out, number);
             },
             [&](std::int64_t number) {
               out += code::int64;
               append_number(out, number);
             },
             [&](std::uint64_t number) {
               out += code::int64;
               append_number(out, number);
             },
             [&](double number) {
               out += code::real;
               out += java_double_text(number);
             },
             [&](const Decimal& decimal) {
               out += code::decimal;
               append_text(out, plain_decimal_text(decimal.text));
             },
             [&](const std::string& text) {
               out += code::string;
               append_text(out, text);
             },
             [&](const Bytes& bytes) {
               out += code::bytes;
               append_base64(out, bytes);
             },
             [&](const Object&) { out += code::null; }, [&](const Proxy&) { out += code::null; }},
      value.data());
}

void append_reference(std::string& out, char type_code, std::string_view id) {
  out += type_code;
  out += id;
}

void append_escaped(std::string& out, std::string_view text) {
  const auto is_special = [](char c) { return c == '\\' || c == '\n' || c == '\r'; };
  for (;;) {
    const auto* special = std::find_if(text.begin(), text.end(), is_special);
    out.append(text.begin(), special);
    if (special == text.end()) return;
    out += '\\';
    out += *special == '\n' ? 'n' : *special == '\r' ? 'r' : '\\';
    text.remove_prefix(static_cast<std::size_t>(special - text.begin()) + 1);
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const auto slash = text.find('\\');
    out += text.substr(0, slash);
    if (slash == std::string_view::npos || slash + 1 == text.size()) return out;
    const char c = text[slash + 1];
    out += c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    text.remove_prefix(slash + 2);
  }
}

}  // namespace py4cpp::wire
