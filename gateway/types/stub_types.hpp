// SPDX-License-Identifier: Apache-2.0
//
// Types and parameter lists as the stubs write them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

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

using Names = std::set<std::string, std::less<>>;

/// What every module begins with. Names of Python's that the module uses for classes of its own are
/// not imported.
std::string heading(const Names& own_names);

/// One way to call a function, as written after `def name(self`.
struct StubOverload {
  std::string parameters;
  std::string result;
  const detail::Overload* overload;
};

/// Whether a later overload takes what this one takes, and returns something else: C++ chooses by
/// more than Python's types say.
bool is_unsafe(const std::vector<StubOverload>& overloads, std::size_t index);
/// Whether an inherited overload with the same parameters returns something else.
bool return_otherwise(const std::vector<StubOverload>& own,
                      const std::vector<StubOverload>& inherited);

/// Writes types for one module and remembers which modules that needs.
class TypeWriter {
 public:
  /// `own_names` are those of the classes in the module.
  TypeWriter(const Registry& registry, Names own_names)
      : registry_(registry), own_names_(std::move(own_names)) {}

  /// Plain names that are members of the class at hand mean those, so they are qualified there.
  void set_shadowed(Names names) { shadowed_ = std::move(names); }

  /// A name of Python's, qualified where the plain one means something else.
  std::string word(std::string_view name) const;

  std::string type(const PythonType& type, Way way);
  /// A registered class, as an annotation.
  std::string reference(const detail::Class& type);
  /// "self, x: int, y: float = 1.0, /" without what stands before; empty without parameters.
  std::string parameters(const detail::Overload& overload, Way way);
  std::string result(const detail::Overload& overload, Way way);

  /// Those that Python can tell apart, each after those that take less.
  std::vector<StubOverload> overloads(const std::vector<detail::Method>& methods, bool is_static,
                                      Way way);

  const Names& packages() const { return packages_; }

 private:
  int breadth(const PythonType& type) const;
  std::string joined(const PythonType& type, Way way, std::string_view between);
  std::string argument(const PythonType& type, std::size_t index, Way way);
  std::string container(const PythonType& type, Way way);
  std::string function(const PythonType& type, Way way);
  std::string class_type(const detail::Class& type, Way way);

  const Registry& registry_;
  const Names own_names_;
  Names shadowed_;
  Names packages_;
};

}  // namespace py4cpp::stubs
