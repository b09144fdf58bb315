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
using stubs::Names;
using stubs::StubOverload;
using stubs::TypeWriter;
using stubs::Way;

/// What the client adds to Java's containers, by the code that makes it wrap them.
std::string container_members(char wire_code, const TypeWriter& types) {
  const std::string any = types.word("Any"), integer = types.word("int");
  const std::string size = "def __len__(self) -> " + integer + ": ...\n";
  const std::string elements =
      "def __iter__(self) -> " + types.word("Iterator") + "[" + any + "]: ...\n";
  const auto items = [&](const std::string& key) {
    return "def __getitem__(self, " + key + ": " + any + ", /) -> " + any + ": ...\n" +
           "def __setitem__(self, " + key + ": " + any + ", value: " + any + ", /) -> None: ...\n";
  };
  switch (wire_code) {
    case 'l':
    case 't':
      return size + elements + items("index");
    case 'h':
      return size + elements + "def __contains__(self, value: object, /) -> " + types.word("bool") +
             ": ...\n";
    case 'a':
      return size + elements + items("key") + "def keys(self) -> " + types.word("Iterable") + "[" +
             any + "]: ...\n";
    case 'g':
      return elements + "def __next__(self) -> " + any + ": ...\n";
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
  ModuleWriter(const Registry& registry, const Names& own_names)
      : registry_(registry), types_(registry, own_names), heading_(stubs::heading(own_names)) {}

  /// A class with all that is in it; for an alias, that it is the class.
  void add_class(const std::string& full_name, int depth);
  std::string finish() const;

 private:
  void lines(std::string_view text, int depth);
  std::vector<const Class*> bases_of(const Class& type) const;
  bool is_clash_of_bases(const Class& type, std::string_view name) const;
  void add_bases(const Class& type, const std::string& name, int depth);
  void add_methods(const Class& type, int depth);
  void add_fields(const Class& type, int depth);
  void add_function(const Class& type, const std::string& name, bool is_static, int depth);
  void add_overloads(const std::vector<StubOverload>& overloads, const std::string& name,
                     bool is_static, bool is_override, int depth);

  const Registry& registry_;
  TypeWriter types_;
  const std::string heading_;
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

/// The registered bases, C++ ones and by name, or java.lang.Object. A Protocol cannot derive from
/// what is none; it has the methods of such a base itself.
std::vector<const Class*> ModuleWriter::bases_of(const Class& type) const {
  std::vector<const Class*> bases;
  const auto add = [&](const Class* base) {
    if (base && (!type.record->is_interface || base->record->is_interface)) bases.push_back(base);
  };
  for (const auto& base : type.record->bases) add(registry_.table().find(*base.type));
  for (const auto& parent : type.record->parents)
    if (bases.empty()) add(registry_.table().find(parent));
  const Class* root = registry_.table().find("java.lang.Object");
  if (bases.empty() && root != &type) add(root);
  return bases;
}

/// What Python may implement is a Protocol, which any class with the right methods matches.
void ModuleWriter::add_bases(const Class& type, const std::string& name, int depth) {
  std::string bases;
  for (const Class* base : bases_of(type))
    bases += (bases.empty() ? "" : ", ") + types_.reference(*base) +
             std::string(is_function(type) && is_function(*base) ? function_parameters : "");
  const auto add = [&](const std::string& base) { bases += (bases.empty() ? "" : ", ") + base; };
  if (type.record->is_interface) add(types_.word("Protocol"));
  if (is_function(type)) add(types_.word("Generic") + std::string(function_parameters));
  lines("class " + name + (bases.empty() ? "" : "(" + bases + ")") + ":", depth);
  if (!type.record->doc.empty()) lines(doc_string(type.record->doc), depth + 1);
}

/// Where Python's types cannot say what C++ may do, mypy is told so in that line.
void ModuleWriter::add_overloads(const std::vector<StubOverload>& overloads,
                                 const std::string& name, bool is_static, bool is_override,
                                 int depth) {
  for (std::size_t i = 0; i < overloads.size(); ++i) {
    const auto& [parameters, result, overload] = overloads[i];
    std::string ignored = is_override && i == 0 ? "override, " : "";
    if (stubs::is_unsafe(overloads, i)) ignored += "overload-overlap, ";
    if (!ignored.empty()) ignored = "  # type: ignore[" + ignored + "unused-ignore]";
    std::vector<std::string> heads;
    if (overloads.size() > 1) heads.push_back("@" + types_.word("overload"));
    if (is_static) heads.push_back("@" + types_.word("staticmethod"));
    const std::string body = overload->doc.empty() ? " ..." : "";
    heads.push_back("def " + name + "(" + (is_static ? "" : "self") + parameters + ") -> " +
                    (name == "__init__" ? "None" : result) + ":" + body);
    for (std::size_t line = 0; line < heads.size(); ++line)
      lines(heads[line] + (line == 0 || line + 1 == heads.size() ? ignored : ""), depth);
    if (!overload->doc.empty()) lines(doc_string(overload->doc), depth + 1);
  }
}

/// Two bases that each have other functions of the name.
bool ModuleWriter::is_clash_of_bases(const Class& type, std::string_view name) const {
  const std::vector<detail::Method>* found = nullptr;
  for (const Class* base : bases_of(type)) {
    const auto methods = base->methods.find(name);
    if (methods == base->methods.end()) continue;
    const auto same = [](const auto& a, const auto& b) { return a.overload == b.overload; };
    if (found && !std::ranges::equal(*found, methods->second, same)) return true;
    found = &methods->second;
  }
  return false;
}

void ModuleWriter::add_function(const Class& type, const std::string& name, bool is_static,
                                int depth) {
  const auto overloads_in = [&](const Class& each) {
    const auto& methods = is_static ? each.static_methods : each.methods;
    const auto found = methods.find(name);
    if (found == methods.end()) return std::vector<StubOverload>();
    const bool is_called_by_cpp = each.record->is_interface && !is_static;
    return types_.overloads(found->second, is_static,
                            is_called_by_cpp ? Way::to_python : Way::to_cpp);
  };
  const auto overloads = overloads_in(type);
  bool is_override = false;
  for (const Class* base : bases_of(type)) {
    const auto& others = is_static ? base->methods : base->static_methods;
    is_override = is_override || others.contains(name) || base->fields.contains(name) ||
                  base->static_fields.contains(name) ||
                  stubs::return_otherwise(overloads, overloads_in(*base));
  }
  add_overloads(overloads, name, is_static, is_override, depth);
}

/// A name that the class binds itself is written with what it inherits under the same name, since a
/// Python class would hide that.
void ModuleWriter::add_methods(const Class& type, int depth) {
  if (is_function(type)) {
    for (const auto& [name, own] : type.record->methods)
      lines("def " + name + "(self, *args: _P.args, **kwargs: _P.kwargs) -> _R: ...", depth);
    return;
  }
  const bool has_all =
      type.record->is_interface && bases_of(type).size() < type.record->bases.size();
  const Class* root = registry_.table().find("java.lang.Object");
  for (const auto& [name, methods] : type.methods) {
    const bool is_own =
        type.record->methods.contains(name) || (has_all && !(root && root->methods.contains(name)));
    if (is_name(name) && (is_own || is_clash_of_bases(type, name)))
      add_function(type, std::string(name), false, depth);
  }
  for (const auto& [name, own] : type.record->static_methods)
    if (is_name(name) && !type.methods.contains(name)) add_function(type, name, true, depth);
}

/// Fields are properties without a setter: py4j does not pass an assignment on.
void ModuleWriter::add_fields(const Class& type, int depth) {
  const auto annotation = [&](const detail::Field& field) {
    return field.python_type ? types_.type(field.python_type(), Way::to_python)
                             : types_.word("Any");
  };
  const auto ignored = [&](const std::string& name) {
    for (const Class* base : bases_of(type))
      if (base->methods.contains(name) || base->static_methods.contains(name) ||
          base->fields.contains(name) || base->static_fields.contains(name))
        return "  # type: ignore[assignment, misc, override, unused-ignore]";
    return "";
  };
  for (const auto& [name, field] : type.record->fields) {
    if (!is_name(name) || type.methods.contains(name)) continue;
    const std::string doc = field_doc(name, field);
    lines("@" + types_.word("property") + ignored(name) + "\ndef " + name + "(self) -> " +
              annotation(field) + (doc.empty() ? ": ..." : ":") + ignored(name),
          depth);
    if (!doc.empty()) lines(doc_string(doc), depth + 1);
  }
  for (const auto& [name, field] : type.record->static_fields) {
    if (!is_name(name) || type.methods.contains(name)) continue;
    const bool is_constant = !type.record->constants.empty();
    lines(name + ": " + types_.word("ClassVar") + "[" +
              (is_constant ? types_.reference(type) : annotation(field)) + "]" + ignored(name),
          depth);
    if (!field.doc.empty()) lines(doc_string(field.doc), depth);
  }
}

void ModuleWriter::add_class(const std::string& full_name, int depth) {
  const std::string name(simple_name(full_name));
  if (!is_name(name)) return;
  const Class* type = registry_.table().find(full_name);
  if (type && type->name() != full_name) {
    lines(name + " = " + types_.reference(*type), depth);
    return;
  }
  text_ += '\n';
  if (type) {
    Names members;
    for (const auto& [member, overloads] : type->methods) members.emplace(member);
    for (const auto& [member, overloads] : type->static_methods) members.emplace(member);
    for (const auto& [member, field] : type->fields) members.emplace(member);
    for (const auto& [member, field] : type->static_fields) members.emplace(member);
    for (const auto& nested : registry_.table().nested_classes(full_name)) members.insert(nested);
    types_.set_shadowed(std::move(members));
    add_bases(*type, name, depth);
    add_fields(*type, depth + 1);
    add_overloads(types_.overloads(type->constructors, false, Way::to_cpp), "__init__", false,
                  false, depth + 1);
    add_methods(*type, depth + 1);
    lines(container_members(type->wire_code, types_), depth + 1);
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
  return heading_ + imports + text_;
}

/// Every package with the classes that are not nested in another.
using Packages = std::map<std::string, std::set<std::string>>;

Packages packages_of(const Registry& registry) {
  Packages packages;
  for (const auto& name : registry.table().class_names()) {
    if (stubs::can_be_imported(name) && stubs::can_be_imported(registry.table().canonical(name)))
      packages[std::string(package_name(name))].insert(name.substr(0, name.find('$')));
  }
  return packages;
}

/// The classes whose attributes are the packages: `jvm.java.util` is a _java_util_package.
class RootWriter {
 public:
  RootWriter(const Registry& registry, const Packages& packages)
      : registry_(registry), packages_(packages) {
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
    for (const auto& name : found->second) {
      const Class* type = registry_.table().find(name);
      text_ += "    " + std::string(simple_name(name)) + ": type[" + stubs::module_alias(package) +
               "." + std::string(simple_name(name)) +
               (type && is_function(*type) ? "[..., Any]" : "") + "]\n";
    }
  }
  void add_members(const std::string& package) {
    add_classes(package);
    for (const auto& inner : all_)
      if (package_name(inner) == package) add_package(inner);
    text_ += "    ...\n";
  }

  const Registry& registry_;
  const Packages& packages_;
  std::set<std::string> all_;  // Those without classes of their own as well.
  std::string text_ = stubs::heading({});
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
    Names own_names;
    for (const auto& name : classes) own_names.emplace(simple_name(name));
    ModuleWriter module(registry, own_names);
    for (const auto& name : classes) module.add_class(name, 0);
    files[path_of(package)] = module.finish();
    // The folders above are packages, too.
    for (auto dot = package.find('.'); dot != std::string::npos; dot = package.find('.', dot + 1))
      files.try_emplace(path_of(package.substr(0, dot)));
  }
  files["jvm/__init__.pyi"] = RootWriter(registry, packages).finish();
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
