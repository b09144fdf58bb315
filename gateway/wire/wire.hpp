// SPDX-License-Identifier: Apache-2.0
//
// The text of the Py4J protocol, without I/O: lines, parts, escapes. PROTOCOL.md describes the
// bytes. Nothing here throws on bad input; a Result says what is wrong with it.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

#include "gateway/value.hpp"

namespace py4cpp::wire {

enum class WireError {
  unknown_code = 1,
  bad_boolean,
  bad_number,
  number_too_large,
  bad_base64,
  empty_reference,
  bad_proxy,
  too_many_bytes,
  too_many_lines,
};

const std::error_category& wire_category();
std::error_code make_error_code(WireError error);

template <class T>
using Result = boost::system::result<T, std::error_code>;

/// The letter that begins a part. See PROTOCOL.md, "Parts".
namespace code {
inline constexpr char null = 'n', void_ = 'v', boolean = 'b', int32 = 'i', int64 = 'L', real = 'd',
                      decimal = 'D', string = 's', bytes = 'j', reference = 'r', proxy = 'f',
                      array = 't', list = 'l', set = 'h', map = 'a', iterator = 'g', package = 'p',
                      class_ = 'c', method = 'm', no_member = 'o';
}  // namespace code

/// Marks of answers.
inline constexpr char answer_mark = '!', success_mark = 'y', error_mark = 'x', fatal_mark = 'z';

/// Ids that exist without being minted, and the prefix of a static target.
inline constexpr std::string_view entry_point_id = "t", default_view_id = "j",
                                  gateway_server_id = "GATEWAY_SERVER", static_prefix = "z:";

/// An object that the other side knows by this id.
struct Reference {
  std::string id;
};

/// A Python object on offer: its id in Python and the interfaces it implements.
struct ProxyReference {
  std::string id;
  std::vector<std::string> interfaces;
};

using Part = std::variant<Value, Reference, ProxyReference>;

/// Reads one argument (or one callback's result), without its line end.
Result<Part> decode(std::string_view line);

/// Appends a plain value as a part. Objects and proxies have no part of their own: mint an id and
/// use append_reference. Throws Error when text is no UTF-8, which Python could not read.
void append_plain(std::string& out, const Value& value);
void append_reference(std::string& out, char type_code, std::string_view id);

/// Escapes backslash, CR and LF, or undoes it. Any other escaped character stands for itself.
void append_escaped(std::string& out, std::string_view text);
std::string escaped(std::string_view text);
std::string unescaped(std::string_view text);

}  // namespace py4cpp::wire

template <>
struct std::is_error_code_enum<py4cpp::wire::WireError> : std::true_type {};
