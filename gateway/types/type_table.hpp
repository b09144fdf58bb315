// SPDX-License-Identifier: Apache-2.0
//
// The compiled side of a Registry: records as they were declared and, once frozen, one Class for
// each with everything inherited resolved. Filled by one thread, then read by all without locks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <vector>

#include "gateway/named_error.hpp"
#include "gateway/records.hpp"

namespace py4cpp::detail {

struct Class;

/// The way from a class up to one of its bases.
struct Ancestor {
  const Class* base = nullptr;
  int distance = 0;
  std::vector<void* (*)(void*)> path;

  void* cast(void* pointer) const {
    for (const auto upcast : path) pointer = upcast(pointer);
    return pointer;
  }
};

/// An own or inherited function.
struct Method {
  const Overload* overload;
  const Ancestor* origin;  // Null when it is the class's own.
};

struct InheritedField {
  const Field* field;
  const Ancestor* origin;
};

/// A registered class, frozen.
struct Class {
  const TypeRecord* record = nullptr;
  char wire_code = 'r';                                // See PROTOCOL.md: r, l, a, h, g or t.
  std::vector<Ancestor> ancestors;                     // Every registered C++ base, nearest first.
  std::map<std::string, int, std::less<>> supertypes;  // Names and distances; itself is 0.
  std::vector<Method> constructors;
  std::map<std::string_view, std::vector<Method>> methods;
  std::map<std::string_view, std::vector<Method>> static_methods;
  std::map<std::string_view, InheritedField> fields;
  std::map<std::string_view, InheritedField> static_fields;
  bool binds_equals = false;  // It or a base of it has an `equals` other than every object's.

  const std::string& name() const { return record->name; }
  int depth() const;
  /// The way to a base that has this C++ type, or null.
  const Ancestor* ancestor(const std::type_info& type) const;
};

/// An object and the class that serves it.
struct Target {
  const Class* type;
  void* pointer;  // As the class's C++ type.
};

class TypeTable {
 public:
  using Translator = std::function<std::shared_ptr<NamedError>(const std::exception&)>;
  using Missing = std::function<void(const std::string& class_name, const std::string& member)>;

  TypeRecord& declare(const std::string& name, const std::type_info* type);
  void alias(const std::string& other, const std::string& name);
  void add_translator(Translator translator);
  void add_missing(const std::string& package, Missing handler);

  /// `registry` is the one that holds this table.
  void freeze(const Registry& registry);
  bool is_frozen() const { return frozen_; }

  /// The class of this name or alias; null when there is none.
  const Class* find(std::string_view name) const;
  const Class* find(const std::type_info& type) const;
  /// The class that serves an object; nothing when neither of its types is registered.
  std::optional<Target> resolve(const Object& object) const;
  /// Follows an alias.
  std::string canonical(std::string_view name) const;
  /// The handler of the innermost package that holds `name`, or null.
  const Missing* missing_for(std::string_view name) const;
  /// The NamedError that Python shall see for a C++ exception, never null.
  std::shared_ptr<NamedError> translate(const std::exception& error) const;

  /// Every registered name, sorted, and every alias after them.
  std::vector<std::string> class_names() const;
  /// The members of `name` that are classes, or aliases of classes: "Inner" for "a.C$Inner".
  std::vector<std::string> nested_classes(std::string_view name) const;

 private:
  void require_open() const;
  void check(std::vector<std::string>& mistakes) const;
  void check_defaults(std::vector<std::string>& mistakes, const Registry& registry) const;
  void refuse(const std::vector<std::string>& mistakes);
  void check_function(std::vector<std::string>& mistakes, const std::string& where,
                      const Overload& overload, bool has_object) const;
  void link(Class& type);
  void inherit(Class& type);

  bool frozen_ = false;
  std::map<std::string, std::unique_ptr<TypeRecord>, std::less<>> records_;
  std::unordered_map<std::type_index, std::string> declared_;
  std::map<std::string, std::string, std::less<>> aliases_;
  std::map<std::string, Missing, std::less<>> missing_;
  std::vector<Translator> translators_;  // The one added last comes first.
  std::map<std::string_view, Class> classes_;
  std::unordered_map<std::string_view, const Class*> by_name_;  // Under aliases as well.
  std::unordered_map<std::type_index, Class*> by_type_;
};

}  // namespace py4cpp::detail
