// SPDX-License-Identifier: Apache-2.0
//
// Types and parameter lists as the stubs write them.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "gateway/registry.hpp"
#include "gateway/types/type_table.hpp"

namespace py4cpp::stubs {

/// Which way a value goes: what C++ takes may be any iterable, what it gives is a JavaList.
enum class Way { to_cpp, to_python };

/// Whether Python accepts the word as a name.
bool is_name(std::string_view word);

/// Whether a class can be written in Python; Java's names of arrays cannot.
bool can_be_imported(std::string_view class_name);

/// The module of a package and the name under which other modules import it.
std::string module_of(std::string_view package);
std::string module_alias(std::string_view package);

/// A string literal with everything escaped.
std::string quoted(std::string_view text);

/// Writes types for one module and remembers which modules that needs.
class TypeWriter {
 public:
  explicit TypeWriter(const Registry& registry) : registry_(registry) {}

  /// Plain names that are members of the class at hand mean those, so they are qualified there.
  void set_shadowed(std::set<std::string, std::less<>> names) { shadowed_ = std::move(names); }

  std::string type(const PythonType& type, Way way);
  /// A registered class, as an annotation.
  std::string reference(const detail::Class& type);
  /// "self, x: int, y: float = 1.0, /" without what stands before; empty without parameters.
  std::string parameters(const detail::Overload& overload, Way way);
  std::string result(const detail::Overload& overload, Way way);

  const std::set<std::string, std::less<>>& packages() const { return packages_; }

 private:
  std::string plain(const std::string& name) const;
  std::string joined(const PythonType& type, Way way, std::string_view between);
  std::string argument(const PythonType& type, std::size_t index, Way way);
  std::string container(const PythonType& type, Way way);
  std::string function(const PythonType& type, Way way);
  std::string class_type(const detail::Class& type, Way way);

  const Registry& registry_;
  std::set<std::string, std::less<>> shadowed_;
  std::set<std::string, std::less<>> packages_;
};

}  // namespace py4cpp::stubs
