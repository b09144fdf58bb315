// SPDX-License-Identifier: Apache-2.0
#include "gateway/types/stub_types.hpp"

#include <algorithm>
#include <cctype>

#include "gateway/function_object.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp::stubs {

namespace {

constexpr std::string_view keywords[] = {
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

constexpr std::string_view builtin_types[] = {"bool", "bytes", "float", "int", "str"};

/// A default as a literal; "..." when it has none.
std::string literal(const Value& value) {
  if (value.is_null()) return "None";
  if (const auto* flag = value.get_if<bool>()) return *flag ? "True" : "False";
  if (const auto* text = value.get_if<std::string>()) return quoted(*text);
  if (value.get_if<std::int32_t>() || value.get_if<std::int64_t>()) return plain_text(value);
  return "...";
}

std::string nested_name(std::string_view class_name) {
  const auto package = package_name(class_name);
  std::string name(class_name.substr(package.empty() ? 0 : package.size() + 1));
  std::replace(name.begin(), name.end(), '$', '.');
  return name;
}

}  // namespace

bool is_name(std::string_view word) {
  const auto is_word = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !word.empty() && !std::isdigit(static_cast<unsigned char>(word.front())) &&
         std::all_of(word.begin(), word.end(), is_word) &&
         std::find(std::begin(keywords), std::end(keywords), word) == std::end(keywords);
}

bool can_be_imported(std::string_view class_name) {
  while (!class_name.empty()) {
    const auto end = std::min(class_name.find_first_of(".$"), class_name.size());
    if (!is_name(class_name.substr(0, end))) return false;
    class_name.remove_prefix(std::min(end + 1, class_name.size()));
  }
  return true;
}

std::string module_of(std::string_view package) {
  return package.empty() ? "jvm._unnamed" : "jvm." + std::string(package);
}

std::string module_alias(std::string_view package) {
  std::string alias = "_";
  for (const char c : package) alias += c == '.' ? '_' : c;
  return package.empty() ? "_unnamed" : alias;
}

std::string quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string literal = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') literal += '\\';
    if (c == '\n')
      literal += "\\n";
    else if (code < 0x20 || code == 0x7f)
      literal.append("\\x") += {digits[code >> 4], digits[code & 15]};
    else
      literal += c;
  }
  return literal + '"';
}

std::string TypeWriter::plain(const std::string& name) const {
  const bool is_builtin = std::find(std::begin(builtin_types), std::end(builtin_types), name) !=
                          std::end(builtin_types);
  return is_builtin && shadowed_.contains(name) ? "builtins." + name : name;
}

std::string TypeWriter::reference(const detail::Class& type) {
  const std::string package(package_name(type.name()));
  packages_.insert(package);
  return module_alias(package) + "." + nested_name(type.name());
}

/// Constants may be given by name.
std::string TypeWriter::class_type(const detail::Class& type, Way way) {
  if (!can_be_imported(type.name())) return type.wire_code == 't' ? "Sequence[Any]" : "Any";
  std::string text = reference(type);
  const auto& constants = type.record->constants;
  if (way == Way::to_python || constants.empty()) return text;
  text += " | Literal[";
  for (const auto& constant : constants)
    text += (&constant == constants.data() ? "" : ", ") + quoted(constant.name);
  return text + "]";
}

std::string TypeWriter::joined(const PythonType& type, Way way, std::string_view between) {
  std::string text;
  for (const auto& each : type.parameters) {
    if (!text.empty()) text += between;
    text += this->type(each, way);
  }
  return text;
}

std::string TypeWriter::argument(const PythonType& type, std::size_t index, Way way) {
  return index < type.parameters.size() ? this->type(type.parameters[index], way) : "Any";
}

std::string TypeWriter::container(const PythonType& type, Way way) {
  const bool given = way == Way::to_cpp;
  const std::string first = argument(type, 0, way);
  if (type.name == "map")
    return (given ? "SupportsKeysAndGetItem[" : "MutableMapping[") + first + ", " +
           argument(type, 1, way) + "]";
  if (type.name == "iterator") return "Iterator[" + first + "]";
  if (type.name == "tuple") {
    const std::string any_of_them = "Sequence[" + joined(type, way, " | ") + "]";
    return given ? "tuple[" + joined(type, way, ", ") + "] | " + any_of_them : any_of_them;
  }
  if (given) return "Iterable[" + first + "]";
  if (type.name == "set") return "MutableSet[" + first + "]";
  return (type.name == "array" ? "Sequence[" : "MutableSequence[") + first + "]";
}

std::string TypeWriter::type(const PythonType& type, Way way) {
  if (type.type) {
    const auto* known = registry_.table().find(*type.type);
    return known ? class_type(*known, way) : "Any";
  }
  if (type.name == "bytes" && way == Way::to_cpp) return plain("bytes") + " | bytearray";
  if (type.parameters.empty()) return type.name == "Any" ? "Any" : plain(type.name);
  if (type.name == "optional") return argument(type, 0, way) + " | None";
  if (type.name == "union") return joined(type, way, " | ");
  return type.name == "callable" ? function(type, way) : container(type, way);
}

/// What goes in there comes out here. Where C++ takes a function an object that implements the
/// interface will do, which is no callable; what C++ gives is an object with a method.
std::string TypeWriter::function(const PythonType& type, Way way) {
  PythonType parameters = type;
  parameters.parameters.erase(parameters.parameters.begin());
  const Way other = way == Way::to_cpp ? Way::to_python : Way::to_cpp;
  const std::string signature =
      "[[" + joined(parameters, other, ", ") + "], " + argument(type, 0, way) + "]";
  if (way == Way::to_cpp) return "Callable" + signature + " | Any";
  const std::string& result = type.parameters.front().name;
  const auto kind =
      detail::function_kind(result != "None", result == "bool", parameters.parameters.size());
  const auto* known = registry_.table().find(detail::names_of(kind).class_name);
  return known ? reference(*known) + signature : "Any";
}

std::string TypeWriter::parameters(const detail::Overload& overload, Way way) {
  std::string text;
  const std::size_t count = overload.parameters.size();
  for (std::size_t i = 0; i < count; ++i) {
    const PythonType type = overload.parameters[i].python_type();
    const bool is_named = i < overload.notes.size() && is_name(overload.notes[i].name);
    const std::string name = is_named ? overload.notes[i].name : "arg" + std::to_string(i);
    if (overload.is_variadic && i + 1 == count) {
      text += (i > 0 ? ", /, *" : ", *") + name + ": " + argument(type, 0, way);
      return text;
    }
    text += ", " + name + ": " + this->type(type, way);
    if (i < overload.notes.size() && overload.notes[i].has_default)
      text += " = " + literal(overload.notes[i].default_value);
  }
  return count > 0 ? text + ", /" : text;
}

std::string TypeWriter::result(const detail::Overload& overload, Way way) {
  return overload.return_python ? type(overload.return_python(), way) : "None";
}

}  // namespace py4cpp::stubs
