// SPDX-License-Identifier: Apache-2.0
//
// One module for each package, written class by class, and the root that holds them together.
#include "gateway/stubs.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "gateway/function_object.hpp"
#include "gateway/types/stub_types.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp {

namespace {

using detail::Class;
using stubs::is_name;
using stubs::TypeWriter;
using stubs::Way;

/// The types themselves are right; that a class overrides what it inherits with other parameters,
/// as C++ and Java may, is none of the user's mistakes.
constexpr std::string_view file_heading = R"(# Written by `py4cpp stubs`; changes will be lost.
# mypy: ignore-errors
import builtins
from collections.abc import (
    Callable, Iterable, Iterator, MutableMapping, MutableSequence, MutableSet, Sequence,
)
from decimal import Decimal
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar, overload

from _typeshed import SupportsKeysAndGetItem
from typing_extensions import ParamSpec

_P = ParamSpec("_P")
_R = TypeVar("_R")

)";

/// What the client adds to Java's containers, by the code that makes it wrap them.
std::string_view container_members(char wire_code) {
  switch (wire_code) {
    case 'l':
    case 't':
      return "def __len__(self) -> builtins.int: ...\n"
             "def __iter__(self) -> Iterator[Any]: ...\n"
             "def __getitem__(self, index: Any, /) -> Any: ...\n"
             "def __setitem__(self, index: Any, value: Any, /) -> None: ...\n";
    case 'h':
      return "def __len__(self) -> builtins.int: ...\n"
             "def __iter__(self) -> Iterator[Any]: ...\n"
             "def __contains__(self, value: object, /) -> builtins.bool: ...\n";
    case 'a':
      return "def __len__(self) -> builtins.int: ...\n"
             "def __iter__(self) -> Iterator[Any]: ...\n"
             "def __getitem__(self, key: Any, /) -> Any: ...\n"
             "def __setitem__(self, key: Any, value: Any, /) -> None: ...\n"
             "def keys(self) -> Iterable[Any]: ...\n";
    case 'g':
      return "def __iter__(self) -> Iterator[Any]: ...\n"
             "def __next__(self) -> Any: ...\n";
    default:
      return {};
  }
}

/// Whether it is a class of functions that Python holds. These are generic: what a function takes
/// and returns stands where it is returned.
bool is_function(const Class& type) {
  const auto& base = typeid(detail::FunctionObject);
  return (type.record->type && *type.record->type == base) || type.ancestor(base);
}
constexpr std::string_view function_parameters = "[_P, _R]";

std::string doc_string(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return "\"\"\"" + escaped + "\"\"\"";
}

std::string field_doc(const std::string& name, const detail::Field& field) {
  if (!field.set) return field.doc;
  return field.doc + (field.doc.empty() ? "" : " ") +
         "To change it: py4j.java_gateway.set_field(it, '" + name + "', value)";
}

/// Adds lines to a module, indented by the class that they belong to.
class ModuleWriter {
 public:
  ModuleWriter(const Registry& registry, std::string package)
      : registry_(registry), types_(registry), package_(std::move(package)) {}

  void add_class(const std::string& full_name, int depth);
  std::string finish() const;

 private:
  void lines(std::string_view text, int depth);
  void add_bases(const Class& type, const std::string& name, int depth);
  void add_methods(const Class& type, int depth);
  void add_fields(const Class& type, int depth);
  void add_function(const std::string& decorators, const std::string& head,
                    const detail::Overload& overload, const std::string& result, int depth);
  void add_overloads(const std::string& name, const std::vector<detail::Method>& overloads,
                     bool is_static, Way way, int depth);
  std::string base_name(const Class& base);

  const Registry& registry_;
  TypeWriter types_;
  const std::string package_;
  std::string text_;
};

void ModuleWriter::lines(std::string_view text, int depth) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) text_.append(static_cast<std::size_t>(depth) * 4, ' ').append(text.substr(0, end));
    text_ += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string ModuleWriter::base_name(const Class& base) { return types_.reference(base); }

/// The registered bases, C++ ones and by name, or java.lang.Object. What Python may implement is a
/// Protocol, which any class with the right methods matches.
void ModuleWriter::add_bases(const Class& type, const std::string& name, int depth) {
  std::string bases;
  for (const auto& base : type.record->bases)
    if (const Class* known = registry_.table().find(*base.type))
      bases += (bases.empty() ? "" : ", ") + base_name(*known);
  if (is_function(type) && !bases.empty()) bases += function_parameters;
  for (const auto& parent : type.record->parents)
    if (const Class* known = registry_.table().find(parent); known && bases.empty())
      bases = base_name(*known);
  const Class* root = registry_.table().find("java.lang.Object");
  if (type.record->is_interface)
    bases += bases.empty() ? "Protocol" : ", Protocol";
  else if (bases.empty() && root && root != &type)
    bases = base_name(*root);
  if (is_function(type)) bases += ", Generic" + std::string(function_parameters);
  lines("class " + name + (bases.empty() ? "" : "(" + bases + ")") + ":", depth);
  if (!type.record->doc.empty()) lines(doc_string(type.record->doc), depth + 1);
}

void ModuleWriter::add_function(const std::string& decorators, const std::string& head,
                                const detail::Overload& overload, const std::string& result,
                                int depth) {
  lines(decorators, depth);
  const std::string line = "def " + head + ") -> " + result + ":";
  if (overload.doc.empty()) return lines(line + " ...", depth);
  lines(line, depth);
  lines(doc_string(overload.doc), depth + 1);
}

/// Overloads that Python cannot tell apart are written once.
void ModuleWriter::add_overloads(const std::string& name,
                                 const std::vector<detail::Method>& overloads, bool is_static,
                                 Way way, int depth) {
  const Way back = way == Way::to_cpp ? Way::to_python : Way::to_cpp;
  std::vector<std::pair<std::string, const detail::Overload*>> heads;
  for (const auto& method : overloads) {
    std::string parameters = types_.parameters(*method.overload, way);
    if (is_static) parameters.erase(0, 2);
    std::string head = name + "(" + (is_static ? "" : "self") + parameters;
    const auto same = [&](const auto& each) { return each.first == head; };
    if (std::none_of(heads.begin(), heads.end(), same))
      heads.emplace_back(std::move(head), method.overload);
  }
  std::string decorators = heads.size() > 1 ? "@overload\n" : "";
  if (is_static) decorators += "@staticmethod\n";
  for (const auto& [head, overload] : heads)
    add_function(decorators, head, *overload,
                 name == "__init__" ? "None" : types_.result(*overload, back), depth);
}

/// A name that the class binds itself is written with what it inherits under the same name, since a
/// Python class would hide that.
void ModuleWriter::add_methods(const Class& type, int depth) {
  if (is_function(type)) {
    for (const auto& [name, own] : type.record->methods)
      lines("def " + name + "(self, *args: _P.args, **kwargs: _P.kwargs) -> _R: ...", depth);
    return;
  }
  const Way way = type.record->is_interface ? Way::to_python : Way::to_cpp;
  for (const auto& [name, own] : type.record->methods)
    if (is_name(name)) add_overloads(name, type.methods.at(name), false, way, depth);
  for (const auto& [name, own] : type.record->static_methods)
    if (is_name(name) && !type.methods.contains(name))
      add_overloads(name, type.static_methods.at(name), true, Way::to_cpp, depth);
}

/// Fields are properties without a setter: py4j does not pass an assignment on.
void ModuleWriter::add_fields(const Class& type, int depth) {
  const auto annotation = [&](const detail::Field& field) {
    return field.python_type ? types_.type(field.python_type(), Way::to_python) : "Any";
  };
  for (const auto& [name, field] : type.record->fields) {
    if (!is_name(name) || type.methods.contains(name)) continue;
    const std::string doc = field_doc(name, field);
    lines(
        "@property\ndef " + name + "(self) -> " + annotation(field) + (doc.empty() ? ": ..." : ":"),
        depth);
    if (!doc.empty()) lines(doc_string(doc), depth + 1);
  }
  for (const auto& [name, field] : type.record->static_fields) {
    if (!is_name(name) || type.methods.contains(name)) continue;
    const bool is_constant = !type.record->constants.empty();
    lines(name + ": ClassVar[" + (is_constant ? types_.reference(type) : annotation(field)) + "]",
          depth);
    if (!field.doc.empty()) lines(doc_string(field.doc), depth);
  }
}

void ModuleWriter::add_class(const std::string& full_name, int depth) {
  const std::string name(simple_name(full_name));
  if (!is_name(name)) return;
  const Class* type = registry_.table().find(full_name);
  text_ += '\n';
  if (type) {
    std::set<std::string, std::less<>> members;
    for (const auto& [member, overloads] : type->methods) members.emplace(member);
    for (const auto& [member, field] : type->fields) members.emplace(member);
    types_.set_shadowed(std::move(members));
    add_bases(*type, name, depth);
    add_fields(*type, depth + 1);
    add_overloads("__init__", type->constructors, false, Way::to_cpp, depth + 1);
    add_methods(*type, depth + 1);
    lines(container_members(type->wire_code), depth + 1);
  } else {
    lines("class " + name + ":", depth);
  }
  lines("...", depth + 1);
  for (const auto& nested : registry_.table().nested_classes(full_name))
    add_class(full_name + "$" + nested, depth + 1);
}

std::string ModuleWriter::finish() const {
  std::string imports;
  for (const auto& package : types_.packages())
    imports += "import " + stubs::module_of(package) + " as " + stubs::module_alias(package) + "\n";
  return std::string(file_heading) + imports + text_;
}

/// Every package with the classes that are not nested in another.
using Packages = std::map<std::string, std::set<std::string>>;

Packages packages_of(const Registry& registry) {
  Packages packages;
  for (const auto& name : registry.table().class_names()) {
    if (stubs::can_be_imported(name))
      packages[std::string(package_name(name))].insert(name.substr(0, name.find('$')));
  }
  return packages;
}

/// The classes whose attributes are the packages: `jvm.java.util` is a _java_util_package.
class RootWriter {
 public:
  explicit RootWriter(const Packages& packages) : packages_(packages) {
    for (const auto& [package, classes] : packages)
      for (auto end = package.find('.'); !package.empty(); end = package.find('.', end + 1)) {
        all_.insert(package.substr(0, end));
        if (end == std::string::npos) break;
      }
  }

  std::string finish() {
    for (const auto& [package, classes] : packages_)
      text_ += "import " + stubs::module_of(package) + " as " + stubs::module_alias(package) + "\n";
    for (const auto& package : all_) {
      text_ += "\nclass " + type_of(package) + ":\n";
      add_members(package);
    }
    text_ += "\nclass Jvm:\n    \"\"\"The type of `gateway.jvm`.\"\"\"\n";
    for (const auto& package : all_)
      if (package.find('.') == std::string::npos) add_package(package);
    for (const auto* implied : {"java.lang", ""}) add_classes(implied);
    return std::move(text_) + "    def __getattr__(self, name: str) -> Any: ...\n";
  }

 private:
  static std::string type_of(const std::string& package) {
    return stubs::module_alias(package) + "_package";
  }
  void add_package(const std::string& package) {
    text_ += "    " + std::string(simple_name(package)) + ": " + type_of(package) + "\n";
  }
  void add_classes(const std::string& package) {
    const auto found = packages_.find(package);
    if (found == packages_.end()) return;
    for (const auto& name : found->second)
      text_ += "    " + std::string(simple_name(name)) + ": type[" + stubs::module_alias(package) +
               "." + std::string(simple_name(name)) + "]\n";
  }
  void add_members(const std::string& package) {
    add_classes(package);
    for (const auto& inner : all_)
      if (package_name(inner) == package) add_package(inner);
    text_ += "    ...\n";
  }

  const Packages& packages_;
  std::set<std::string> all_;  // Those without classes of their own as well.
  std::string text_{file_heading};
};

std::string path_of(std::string_view package) {
  std::string path = stubs::module_of(package);
  std::replace(path.begin(), path.end(), '.', '/');
  return path + "/__init__.pyi";
}

}  // namespace

std::map<std::string, std::string> stub_files(const Registry& registry) {
  const Packages packages = packages_of(registry);
  std::map<std::string, std::string> files;
  for (const auto& [package, classes] : packages) {
    ModuleWriter module(registry, package);
    for (const auto& name : classes) module.add_class(name, 0);
    files[path_of(package)] = module.finish();
    // The folders above are packages, too.
    for (auto dot = package.find('.'); dot != std::string::npos; dot = package.find('.', dot + 1))
      files.try_emplace(path_of(package.substr(0, dot)));
  }
  files["jvm/__init__.pyi"] = RootWriter(packages).finish();
  return files;
}

void write_stubs(const Registry& registry, const std::string& folder) {
  for (const auto& [name, text] : stub_files(registry)) {
    const auto path = std::filesystem::path(folder) / name;
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    std::ofstream file(path);
    file << text;
    file.close();
    if (error || !file) throw Error("the stub " + path.string() + " cannot be written");
  }
}

}  // namespace py4cpp
