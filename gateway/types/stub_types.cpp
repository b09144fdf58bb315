// SPDX-License-Identifier: Apache-2.0
#include "gateway/types/stub_types.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <utility>
#include <vector>

#include "gateway/function_object.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp::stubs {

namespace {

constexpr std::string_view keywords[] = {
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

/// What the stubs use, and where it comes from.
constexpr std::pair<std::string_view, std::string_view> imports[] = {
    {"SupportsKeysAndGetItem", "_typeshed"},
    {"bool", "builtins"},
    {"bytearray", "builtins"},
    {"bytes", "builtins"},
    {"float", "builtins"},
    {"int", "builtins"},
    {"property", "builtins"},
    {"staticmethod", "builtins"},
    {"str", "builtins"},
    {"tuple", "builtins"},
    {"Callable", "collections.abc"},
    {"Iterable", "collections.abc"},
    {"Iterator", "collections.abc"},
    {"MutableMapping", "collections.abc"},
    {"MutableSequence", "collections.abc"},
    {"MutableSet", "collections.abc"},
    {"Sequence", "collections.abc"},
    {"Decimal", "decimal"},
    {"Any", "typing"},
    {"ClassVar", "typing"},
    {"Generic", "typing"},
    {"Literal", "typing"},
    {"Protocol", "typing"},
    {"overload", "typing"}};

/// A default as a literal; "..." when it has none.
std::string literal(const Value& value) {
  if (value.is_null()) return "None";
  if (const auto* flag = value.get_if<bool>()) return *flag ? "True" : "False";
  if (const auto* text = value.get_if<std::string>()) return quoted(*text);
  if (value.get_if<std::int32_t>() || value.get_if<std::int64_t>() || value.get_if<std::uint64_t>())
    return plain_text(value);
  return "...";
}

/// Whether the first of two results will do for the second, as far as their texts tell.
bool is_narrower(std::string_view first, std::string_view second) {
  constexpr std::string_view numbers[] = {"bool", "int", "float"};
  const auto place = [&](std::string_view text) { return std::ranges::find(numbers, text); };
  if (first == second || first.ends_with("Any") || second.ends_with("Any")) return true;
  return place(second) != std::end(numbers) && place(first) <= place(second);
}

/// Whether no value is of both types.
bool are_disjoint(const PythonType& a, const PythonType& b) {
  constexpr std::string_view kinds[] = {"str", "bytes", "Decimal", "bool", "int", "float"};
  constexpr std::ptrdiff_t first_number = 3;
  const auto is_plain = [&](const PythonType& type) {
    return std::ranges::find(kinds, type.name) != std::end(kinds);
  };
  const auto kind = [&](const PythonType& type) {
    return std::min(std::ranges::find(kinds, type.name) - std::begin(kinds), first_number);
  };
  return is_plain(a) && is_plain(b) && kind(a) != kind(b);
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

std::string heading(const Names& own_names) {
  std::string text = "# Written by `py4cpp stubs`; changes will be lost.\n";
  constexpr std::string_view modules[] = {"_typeshed", "builtins", "collections.abc", "decimal",
                                          "typing"};
  for (const auto module : modules) text += "import " + std::string(module) + "\n";
  for (const auto module : modules) {
    std::string names;
    for (const auto& [name, origin] : imports)
      if (origin == module && module != "builtins" && !own_names.contains(name))
        names += (names.empty() ? "" : ", ") + std::string(name);
    if (!names.empty()) text += "from " + std::string(module) + " import " + names + "\n";
  }
  return text + R"(
from typing_extensions import ParamSpec

_P = ParamSpec("_P")
_R = typing.TypeVar("_R")

)";
}

std::string TypeWriter::word(std::string_view name) const {
  if (shadowed_.contains(name) || own_names_.contains(name))
    for (const auto& [known, origin] : imports)
      if (known == name) return std::string(origin) + "." + std::string(name);
  return std::string(name);
}

/// How many values a type takes, roughly: one that takes less than another has a lower number.
int TypeWriter::breadth(const PythonType& type) const {
  constexpr int class_breadth = 50, optional_breadth = 100, container_breadth = 200;
  constexpr int function_breadth = 9'000, any_breadth = 10'000;
  if (type.type) {
    const auto* known = registry_.table().find(*type.type);
    return known ? std::max(1, class_breadth - known->depth()) : any_breadth;
  }
  if (type.name == "Any") return any_breadth;
  if (type.name == "callable") return function_breadth;
  if (type.name == "float") return 3;
  if (type.name == "int") return 2;
  if (type.parameters.empty()) return 1;
  int sum = type.name == "optional" || type.name == "union" ? optional_breadth : container_breadth;
  for (const auto& parameter : type.parameters) sum += breadth(parameter);
  return std::min(sum, any_breadth);
}

std::vector<StubOverload> TypeWriter::overloads(const std::vector<detail::Method>& methods,
                                                bool is_static, Way way) {
  const Way back = way == Way::to_cpp ? Way::to_python : Way::to_cpp;
  std::vector<std::pair<int, StubOverload>> found;
  for (const auto& method : methods) {
    std::string text = parameters(*method.overload, way);
    if (is_static) text.erase(0, 2);
    const auto same = [&](const auto& each) { return each.second.parameters == text; };
    if (std::ranges::any_of(found, same)) continue;
    int sum = method.overload->is_variadic ? 1 : 0;
    for (const auto& parameter : method.overload->parameters)
      sum += breadth(parameter.python_type());
    found.push_back({sum, {std::move(text), result(*method.overload, back), method.overload}});
  }
  std::ranges::stable_sort(found, {}, [](const auto& each) { return each.first; });
  std::vector<StubOverload> overloads;
  overloads.reserve(found.size());
  for (auto& [sum, overload] : found) overloads.push_back(std::move(overload));
  return overloads;
}

bool is_unsafe(const std::vector<StubOverload>& overloads, std::size_t index) {
  const auto always_differ = [](const detail::Overload& a, const detail::Overload& b) {
    for (std::size_t i = 0; i < std::min(a.required, b.required); ++i)
      if (are_disjoint(a.parameters[i].python_type(), b.parameters[i].python_type())) return true;
    return false;
  };
  const auto most = [](const detail::Overload& overload) {
    return overload.is_variadic ? std::numeric_limits<std::size_t>::max()
                                : overload.parameters.size();
  };
  const StubOverload& first = overloads[index];
  return std::any_of(overloads.begin() + static_cast<std::ptrdiff_t>(index) + 1, overloads.end(),
                     [&](const StubOverload& later) {
                       const bool may_meet = first.overload->required <= most(*later.overload) &&
                                             later.overload->required <= most(*first.overload) &&
                                             !always_differ(*first.overload, *later.overload);
                       return may_meet && !is_narrower(first.result, later.result);
                     });
}

bool return_otherwise(const std::vector<StubOverload>& own,
                      const std::vector<StubOverload>& inherited) {
  return std::ranges::any_of(inherited, [&](const StubOverload& theirs) {
    return std::ranges::any_of(own, [&](const StubOverload& ours) {
      return ours.parameters == theirs.parameters && !is_narrower(ours.result, theirs.result);
    });
  });
}

std::string TypeWriter::reference(const detail::Class& type) {
  const std::string package(package_name(type.name()));
  packages_.insert(package);
  return module_alias(package) + "." + nested_name(type.name());
}

/// Constants may be given by name.
std::string TypeWriter::class_type(const detail::Class& type, Way way) {
  if (!can_be_imported(type.name()))
    return type.wire_code == 't' ? word("Sequence") + "[" + word("Any") + "]" : word("Any");
  std::string text = reference(type);
  const auto& constants = type.record->constants;
  if (way == Way::to_python || constants.empty()) return text;
  text += " | " + word("Literal") + "[";
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
  return index < type.parameters.size() ? this->type(type.parameters[index], way) : word("Any");
}

std::string TypeWriter::container(const PythonType& type, Way way) {
  const bool given = way == Way::to_cpp;
  const std::string first = argument(type, 0, way);
  if (type.name == "map")
    return word(given ? "SupportsKeysAndGetItem" : "MutableMapping") + "[" + first + ", " +
           argument(type, 1, way) + "]";
  if (type.name == "iterator") return word("Iterator") + "[" + first + "]";
  if (type.name == "tuple") {
    const std::string any_of_them = word("Sequence") + "[" + joined(type, way, " | ") + "]";
    return given ? word("tuple") + "[" + joined(type, way, ", ") + "] | " + any_of_them
                 : any_of_them;
  }
  if (given) return word("Iterable") + "[" + first + "]";
  if (type.name == "set") return word("MutableSet") + "[" + first + "]";
  return word(type.name == "array" ? "Sequence" : "MutableSequence") + "[" + first + "]";
}

std::string TypeWriter::type(const PythonType& type, Way way) {
  if (type.type) {
    const auto* known = registry_.table().find(*type.type);
    return known ? class_type(*known, way) : word("Any");
  }
  if (type.name == "bytes" && way == Way::to_cpp) return word("bytes") + " | " + word("bytearray");
  if (type.name == "callable") return function(type, way);
  if (type.name == "tuple" && type.parameters.empty())
    return word("Sequence") + "[" + word("Any") + "]";
  if (type.parameters.empty()) return word(type.name);
  if (type.name == "optional") return argument(type, 0, way) + " | None";
  if (type.name == "union") return joined(type, way, " | ");
  return container(type, way);
}

/// What goes in there comes out here. Where C++ takes a function an object that implements the
/// interface will do, which is no callable; what C++ gives is an object with a method.
std::string TypeWriter::function(const PythonType& type, Way way) {
  PythonType parameters = type;
  parameters.parameters.erase(parameters.parameters.begin());
  const Way other = way == Way::to_cpp ? Way::to_python : Way::to_cpp;
  const std::string signature =
      "[[" + joined(parameters, other, ", ") + "], " + argument(type, 0, way) + "]";
  if (way == Way::to_cpp) return word("Callable") + signature + " | " + word("Any");
  const std::string& result = type.parameters.front().name;
  const auto kind =
      detail::function_kind(result != "None", result == "bool", parameters.parameters.size());
  const auto* known = registry_.table().find(detail::names_of(kind).class_name);
  return known ? reference(*known) + signature : word("Any");
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
