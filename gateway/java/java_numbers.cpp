// SPDX-License-Identifier: Apache-2.0
//
// Java's boxed numbers, String, StringBuilder and Math. They cross as plain values, so that only
// statics, constructors that return values and the builder are left to bind.
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <type_traits>

#include "gateway/java/java_names.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp {

namespace {

[[noreturn]] void refuse_number(const std::string& text) {
  throw NamedError("java.lang.NumberFormatException", "For input string: \"" + text + "\"");
}

/// The number that is the whole text. The library reads no plus sign; NaN and Infinity it does.
template <class T>
T parse_number(const std::string& text) {
  std::string_view digits = text;
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  T number{};
  const auto end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) refuse_number(text);
  return number;
}

/// valueOf, parseX, toString, the limits and the two constructors of one boxed type.
template <class T>
void bind_number(Registry& registry, const std::string& class_name, const std::string& parse_name,
                 T (*parse)(const std::string&)) {
  registry.type(class_name)
      .implements("java.lang.Number")
      .implements("java.lang.Comparable")
      .constructor([](T number) { return Value(number); })
      .constructor([parse](const std::string& text) { return Value(parse(text)); })
      .static_method("valueOf", [](T number) { return number; })
      .static_method("valueOf", parse)
      .static_method(parse_name, parse)
      .static_method("toString", [](T number) { return plain_text(Value(number)); })
      .static_field("MAX_VALUE", std::numeric_limits<T>::max())
      .static_field("MIN_VALUE", std::is_integral_v<T> ? std::numeric_limits<T>::min()
                                                       : std::numeric_limits<T>::denorm_min());
}

class StringBuilder {
 public:
  StringBuilder() = default;
  explicit StringBuilder(std::string text) : text_(std::move(text)) {}

  StringBuilder& append(CallContext& context, const Value& value) {
    text_ += context.registry().text_of(context, value);
    return *this;
  }
  const std::string& text() const { return text_; }
  std::int32_t length() const { return static_cast<std::int32_t>(text_.size()); }

 private:
  std::string text_;
};

/// As in Java the least integer, which has no counterpart, stays as it is.
template <class T>
T absolute(T number) {
  if constexpr (std::is_integral_v<T>) {
    using Unsigned = std::make_unsigned_t<T>;
    return number < 0 ? static_cast<T>(Unsigned{0} - static_cast<Unsigned>(number)) : number;
  } else {
    return std::fabs(number);
  }
}

template <class T>
void bind_absolute(const Type<void>& math) {
  math.static_method("abs", &absolute<T>)
      .static_method("max", [](T a, T b) { return std::max(a, b); })
      .static_method("min", [](T a, T b) { return std::min(a, b); });
}

}  // namespace

void bind_java_numbers(Registry& registry) {
  bind_number<std::int8_t>(registry, "java.lang.Byte", "parseByte", &parse_number);
  bind_number<std::int16_t>(registry, "java.lang.Short", "parseShort", &parse_number);
  bind_number<std::int32_t>(registry, "java.lang.Integer", "parseInt", &parse_number);
  bind_number<std::int64_t>(registry, "java.lang.Long", "parseLong", &parse_number);
  bind_number<float>(registry, "java.lang.Float", "parseFloat", &parse_number);
  bind_number<double>(registry, "java.lang.Double", "parseDouble", &parse_number);
  registry.type("java.lang.Boolean")
      .constructor([](bool flag) { return Value(flag); })
      .static_method("valueOf", [](bool flag) { return flag; })
      .static_method("parseBoolean", [](const std::string& text) { return text == "true"; });
  registry.type("java.math.BigDecimal")
      .implements("java.lang.Number")
      .constructor([](std::string text) {
        parse_number<double>(text);
        return Value(Decimal{std::move(text)});
      });
  registry.type("java.lang.String")
      .implements("java.lang.CharSequence")
      .implements("java.lang.Comparable")
      .constructor([] { return Value(""); })
      .constructor([](std::string text) { return Value(std::move(text)); })
      .static_method("valueOf", [](CallContext& context, const Value& value) {
        return context.registry().text_of(context, value);
      });
  registry.type<StringBuilder>("java.lang.StringBuilder")
      .constructor<>()
      .constructor<std::string>()
      .method("append", &StringBuilder::append)
      .method("length", &StringBuilder::length)
      .method("toString", &StringBuilder::text);
  registry.alias("java.lang.StringBuffer", "java.lang.StringBuilder");
  const auto math = registry.type("java.lang.Math");
  bind_absolute<std::int32_t>(math);
  bind_absolute<std::int64_t>(math);
  bind_absolute<double>(math);
  math.static_field("PI", 3.141592653589793)
      .static_field("E", 2.718281828459045)
      .static_method("sqrt", [](double number) { return std::sqrt(number); })
      .static_method("floor", [](double number) { return std::floor(number); })
      .static_method("ceil", [](double number) { return std::ceil(number); })
      .static_method("pow", [](double base, double power) { return std::pow(base, power); });
}

}  // namespace py4cpp
