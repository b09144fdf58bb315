// SPDX-License-Identifier: Apache-2.0
//
// The codec, byte by byte.
#include "gateway/wire/wire.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "gateway/wire/base64.hpp"
#include "gateway/wire/java_text.hpp"
#include "gateway/wire/utf8.hpp"

namespace py4cpp::wire {

namespace {

Value plain(std::string_view line) {
  const auto part = decode(line);
  REQUIRE_MESSAGE(part.has_value(), std::string(line));
  return std::get<Value>(*part);
}

bool fails_with(std::string_view line, WireError error) {
  const auto part = decode(line);
  return part.has_error() && part.error() == error;
}

std::string encoded(const Value& value) {
  std::string out;
  append_plain(out, value);
  return out;
}

Bytes bytes_of(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

}  // namespace

TEST_SUITE("wire") {
  TEST_CASE("null and void arguments are null") {
    CHECK(plain("n").is_null());
    CHECK(plain("v").is_null());
  }

  TEST_CASE("booleans are read in any case and written in lower case") {
    CHECK(plain("bTrue") == Value(true));
    CHECK(plain("bfalse") == Value(false));
    CHECK(fails_with("bmaybe", WireError::bad_boolean));
    CHECK(fails_with("b", WireError::bad_boolean));
    CHECK(encoded(true) == "btrue");
    CHECK(encoded(false) == "bfalse");
  }

  TEST_CASE("an int that does not fit 32 bits is read as a long") {
    CHECK(plain("i-2147483648").get_if<std::int32_t>());
    CHECK(plain("i2147483648").get_if<std::int64_t>());
    CHECK(plain("L5").get_if<std::int64_t>());
    CHECK(plain("i+7") == Value(7));
    CHECK(plain("L-9223372036854775808") == Value(std::numeric_limits<std::int64_t>::min()));
    for (const auto* bad : {"i", "i1.5", "iabc", "L 1", "i1 ", "i0x10"})
      CHECK_MESSAGE(fails_with(bad, WireError::bad_number), bad);
    CHECK(encoded(-5) == "i-5");
    CHECK(encoded(std::int64_t{7}) == "L7");
  }

  TEST_CASE("a long may be as large as 64 bits without a sign, and no larger") {
    CHECK(plain("L9223372036854775807").get_if<std::int64_t>());
    CHECK(plain("L9223372036854775808") == Value(std::uint64_t{1} << 63));
    CHECK(plain("L18446744073709551615") == Value(~std::uint64_t{0}));
    CHECK(encoded(~std::uint64_t{0}) == "L18446744073709551615");
    CHECK(encoded(std::uint64_t{7}) == "L7");
    for (const auto* large :
         {"L18446744073709551616", "i18446744073709551616", "L-9223372036854775809"})
      CHECK_MESSAGE(fails_with(large, WireError::number_too_large), large);
  }

  TEST_CASE("doubles are read in Python's, Java's and numpy's spelling") {
    CHECK(plain("d1.5") == Value(1.5));
    CHECK(plain("d1e-07") == Value(1e-7));
    CHECK(plain("d1.0E10") == Value(1e10));
    CHECK(plain("dnp.float64(1.5)") == Value(1.5));
    CHECK(plain("dnp.float32(-2.0)") == Value(-2.0));
    const double infinity = std::numeric_limits<double>::infinity();
    for (const auto* text : {"dInfinity", "dinf", "dnp.float64(inf)", "d1e999"})
      CHECK_MESSAGE(plain(text) == Value(infinity), text);
    CHECK(plain("d-Infinity") == Value(-infinity));
    CHECK(plain("d1e-999") == Value(0.0));
    CHECK(std::isnan(*plain("dNaN").get_if<double>()));
    CHECK(std::isnan(*plain("dnan").get_if<double>()));
    for (const auto* bad :
         {"d", "dabc", "d1.5x", "dnp.float64()", "dnp.float64(x)", "dnp.float64(1.5",
          "dnp.float64(1.5))", "dnp.float64(np.float64(1.5))", "dnp.", "d(1.5)"})
      CHECK_MESSAGE(fails_with(bad, WireError::bad_number), bad);
  }

  TEST_CASE("doubles are written as Java writes them") {
    CHECK(encoded(1.0) == "d1.0");
    CHECK(encoded(0.1) == "d0.1");
    CHECK(encoded(-0.0) == "d-0.0");
    CHECK(encoded(100.25) == "d100.25");
    CHECK(encoded(1234567.0) == "d1234567.0");
    CHECK(encoded(1e7) == "d1.0E7");
    CHECK(encoded(1.5e10) == "d1.5E10");
    CHECK(encoded(0.001) == "d0.001");
    CHECK(encoded(1.25e-4) == "d1.25E-4");
    CHECK(encoded(std::numeric_limits<double>::infinity()) == "dInfinity");
    CHECK(encoded(-std::numeric_limits<double>::infinity()) == "d-Infinity");
    CHECK(encoded(std::nan("")) == "dNaN");
  }

  TEST_CASE("a double that is written reads back equal") {
    for (const double number : {5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1 + 0.2,
                                9007199254740993.0, 123456.789, 1.0 / 3})
      CHECK(plain(encoded(number)) == Value(number));
  }

  TEST_CASE("decimals are written without an exponent") {
    CHECK(plain("D1E+3") == Value(Decimal{"1E+3"}));
    CHECK(encoded(Decimal{"1E+3"}) == "D1000");
    CHECK(encoded(Decimal{"1.50"}) == "D1.50");
    CHECK(encoded(Decimal{"-1.5E-3"}) == "D-0.0015");
    CHECK(encoded(Decimal{"12.5E1"}) == "D125");
    CHECK(encoded(Decimal{"0E-3"}) == "D0.000");
    CHECK(encoded(Decimal{"0E+2"}) == "D0");
    CHECK(encoded(Decimal{"1E+999999999"}) == "D1E+999999999");
    CHECK(fails_with("D", WireError::bad_number));
  }

  TEST_CASE("decimals are read in the spellings of Java and Python and no other") {
    for (const auto* good : {"D0", "D-1", "D+1", "D.5", "D5.", "D-0.00", "D1e5", "D1E-2147483647",
                             "DNaN", "D-sNaN12", "DInfinity", "D-Infinity"})
      CHECK_MESSAGE(plain(good) == Value(Decimal{good + 1}), good);
    for (const auto* bad : {"Dabc", "D1E5x", "D1E", "D1E+", "D.", "D-", "D--1", "D1.2.3", "D 1",
                            "D1 ", "DE5", "D1e12345678901", "Dinf", "DNaNs", "D1_000", "D0x1"})
      CHECK_MESSAGE(fails_with(bad, WireError::bad_number), bad);
  }

  TEST_CASE("text escapes line ends and backslashes and nothing else") {
    CHECK(encoded("a\\b\nc\rd;\te") == "sa\\\\b\\nc\\rd;\te");
    CHECK(plain("sa\\\\b\\nc\\rd") == Value("a\\b\nc\rd"));
    CHECK(plain("s") == Value(""));
    CHECK(plain("s\\n\\\\n") == Value("\n\\n"));
    CHECK(plain("s\\x\\;") == Value("x;"));
    CHECK(plain("send\\") == Value("end"));
    const std::string odd = "gr\xC3\xBC\xC3\x9F \xF0\x9F\x90\x8D" + std::string(1, '\0');
    CHECK(unescaped(escaped(odd)) == odd);
  }

  TEST_CASE("text that is no UTF-8 is refused with its place") {
    for (const std::string good :
         {"", "12345678", "1234567\xC3\xBC", "\xE2\x82\xAC", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF",
          "\xF0\x90\x80\x80", "a\xC2\x80z12345678901234567890"})
      CHECK_MESSAGE(encoded(good) == "s" + good, good);
    for (const std::string bad :
         {"\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x28\xA1"}) {
      CHECK(find_non_utf8(bad) == 0);
      CHECK(find_non_utf8("12345678\xC3\xBC" + bad) == 10);
      CHECK(find_non_utf8(made_utf8(bad)) == std::string::npos);
    }
    CHECK_THROWS_WITH_AS(encoded("M\xFC"), doctest::Contains("byte 1 is 0xFC"), Error);
    CHECK(made_utf8("M\xFCller \xC3\xBC") == "M\xEF\xBF\xBDller \xC3\xBC");
  }

  TEST_CASE("bytes travel as padded base64") {
    for (const auto* text : {"", "a", "ab", "abc", "abcd"}) {
      const Value value(bytes_of(text));
      CHECK(plain(encoded(value)) == value);
    }
    CHECK(encoded(bytes_of("any carnal pleas")) == "jYW55IGNhcm5hbCBwbGVhcw==");
    CHECK(encoded(Bytes{std::byte{0xfb}, std::byte{0xff}}) == "j+/8=");
    for (const auto* bad : {"ja", "jab", "jab!=", "j====", "ja===", "jab=c", "jYW5\nYW5"})
      CHECK_MESSAGE(fails_with(bad, WireError::bad_base64), bad);
  }

  TEST_CASE("references and proxies keep their ids and interfaces") {
    CHECK(std::get<Reference>(*decode("ro12")).id == "o12");
    CHECK(fails_with("r", WireError::empty_reference));
    const auto proxy = std::get<ProxyReference>(*decode("fp3;a.B;c.D"));
    CHECK(proxy.id == "p3");
    CHECK(proxy.interfaces == std::vector<std::string>{"a.B", "c.D"});
    for (const auto* bad : {"f", "fp3", "fp3;", "f;a.B", "fp3;;a.B", "fp3;a.B;"})
      CHECK_MESSAGE(fails_with(bad, WireError::bad_proxy), bad);
  }

  TEST_CASE("an unknown type code is an error") {
    CHECK(fails_with("", WireError::unknown_code));
    for (const auto* bad : {"q", "x1", "!yv", "to1", "lo1", " i1"})
      CHECK_MESSAGE(fails_with(bad, WireError::unknown_code), bad);
  }

  TEST_CASE("every error has a text of its own") {
    for (int code = 1; code <= static_cast<int>(WireError::too_many_lines); ++code)
      CHECK(make_error_code(static_cast<WireError>(code)).message() != "unknown error");
  }

  TEST_CASE("class names are cut at the last dot or dollar sign") {
    CHECK(simple_name("a.b.C") == "C");
    CHECK(simple_name("a.b.C$D") == "D");
    CHECK(simple_name("C") == "C");
    CHECK(package_name("a.b.C$D") == "a.b");
    CHECK(package_name("C").empty());
  }
}

}  // namespace py4cpp::wire
