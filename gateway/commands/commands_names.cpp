// SPDX-License-Identifier: Apache-2.0
//
// Commands that ask what a name means: reflection (`r`), views (`j`) and listings (`d`).
#include <algorithm>
#include <cctype>
#include <set>

#include "gateway/commands/commands.hpp"
#include "gateway/types/dispatch.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp {

namespace {

/// `rj` or `ro3`, as a typed part, names a view.
std::string_view view_id(std::string_view part) {
  if (part.starts_with(wire::code::reference)) part.remove_prefix(1);
  return part;
}

std::shared_ptr<View> find_view(const Command& command, std::string_view part) {
  const auto value = find_target(command.core, view_id(part));
  return value ? value->object<View>() : nullptr;
}

void answer_name(std::string& answer, char type_code, std::string_view name = {}) {
  answer = {wire::answer_mark, wire::success_mark, type_code};
  answer += name;
  answer += '\n';
}

Next refuse_view(Command& command, std::string_view part) {
  const bool is_known = find_target(command.core, view_id(part)).has_value();
  answer_error(command.answer, is_known ? std::string(part) + " is no view"
                                        : unknown_object_text(command.core, view_id(part)));
  return Next::go_on;
}

/// The component types of arrays, which Python names as `jvm.int`.
constexpr std::string_view primitive_types[] = {"boolean", "byte", "char", "double",
                                                "float",   "int",  "long", "short"};

/// An unknown name is a package, never an error: packages are not registered, and Python's dir()
/// asks for names that nobody has.
Next resolve_name(Command& command) {
  const auto view = find_view(command, command.line(3));
  if (!view) return refuse_view(command, command.line(3));
  const auto found = view->find_class(command.core.registry.table(), command.line(2));
  if (found)
    answer_name(command.answer, wire::code::class_, *found);
  else if (std::ranges::find(primitive_types, command.line(2)) != std::end(primitive_types))
    answer_name(command.answer, wire::code::class_, command.line(2));
  else
    answer_name(command.answer, wire::code::package);
  return Next::go_on;
}

bool has_lower_case(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; });
}

/// A member of a class that is not there, in a package with a `missing` handler. What looks like a
/// nested class or a method is answered as one, so that its use throws; what looks like a constant
/// throws now.
Next answer_missing(Command& command, const detail::TypeTable::Missing& missing,
                    const std::string& class_name, const std::string& member) {
  const bool is_capital = std::isupper(static_cast<unsigned char>(member.front())) != 0;
  if (!is_capital)
    answer_name(command.answer, wire::code::method);
  else if (has_lower_case(member))
    answer_name(command.answer, wire::code::class_, class_name + "$" + member);
  else
    missing(class_name, member);
  return Next::go_on;
}

Next resolve_member(Command& command) {
  const std::string class_name(command.line(2)), member(command.line(3));
  const auto& table = command.core.registry.table();
  const auto* type = table.find(class_name);
  if (type) {
    if (const auto field = type->static_fields.find(member); field != type->static_fields.end()) {
      const Value nothing;
      detail::Invocation invocation{command.context, nothing, nullptr, {}};
      answer_value(command.core, command.answer, field->second.field->get(invocation));
      return Next::go_on;
    }
    if (type->static_methods.contains(member))
      return answer_name(command.answer, wire::code::method), Next::go_on;
  }
  const std::string nested = table.canonical(class_name) + "$" + member;
  if (table.find(nested))
    return answer_name(command.answer, wire::code::class_, nested), Next::go_on;
  if (type && type->methods.contains(member)) {
    answer_error(command.answer, "Trying to access a non-static member from a static context.");
    return Next::go_on;
  }
  const auto* missing = table.missing_for(class_name);
  if (missing && !member.empty()) return answer_missing(command, *missing, class_name, member);
  answer_error(command.answer, "py4j.Py4JException: " + class_name + "." + member +
                                   (type ? " does not exist" : ": the class does not exist"));
  return Next::go_on;
}

Next resolve_class(Command& command) {
  const auto* type = command.core.registry.table().find(command.line(2));
  if (type)
    answer_value(command.core, command.answer,
                 std::make_shared<JavaClass>(JavaClass{type->name()}));
  else
    answer_error(command.answer,
                 "java.lang.ClassNotFoundException: " + std::string(command.line(2)));
  return Next::go_on;
}

Next create_view(Command& command) {
  std::string_view name = command.line(2);
  if (name.starts_with(wire::code::string)) name.remove_prefix(1);
  answer_value(command.core, command.answer, std::make_shared<View>(wire::unescaped(name)));
  return Next::go_on;
}

template <class Names>
std::string joined(const Names& names) {
  std::string text;
  for (const auto& name : names) {
    if (!text.empty()) text += '\n';
    text += name;
  }
  return text;
}

template <class Table>
void add_keys(std::set<std::string>& names, const Table& table) {
  for (const auto& [name, member] : table) names.emplace(name);
}

const detail::Class* class_of(const Command& command, std::string_view id) {
  const auto target = find_target(command.core, id);
  if (!target) return nullptr;
  if (const auto* object = target->get_if<Object>())
    if (const auto resolved = command.core.registry.table().resolve(*object)) return resolved->type;
  return command.core.registry.table().find("java.lang.Object");
}

/// The first line is the view's revision; a client that has it gets null.
Next list_view(Command& command) {
  const auto view = find_view(command, command.line(2));
  if (!view) return refuse_view(command, command.line(2));
  const std::string revision = std::to_string(view->revision());
  if (command.line(3) == wire::code::string + revision)
    return answer_value(command.core, command.answer, Value()), Next::go_on;
  std::vector<std::string> names = view->imported_names();
  names.insert(names.begin(), revision);
  answer_text(command.answer, joined(names));
  return Next::go_on;
}

}  // namespace

Next run_reflection_command(Command& command) {
  const std::string_view sub = command.sub_command();
  if (sub == "u") return resolve_name(command);
  if (sub == "m") return resolve_member(command);
  if (sub == "c") return resolve_class(command);
  return refuse_sub_command(command);
}

Next run_view_command(Command& command) {
  const std::string_view sub = command.sub_command();
  if (sub == "c") return create_view(command);
  if (sub != "i" && sub != "r") return refuse_sub_command(command);
  const auto view = find_view(command, command.line(2));
  if (!view) return refuse_view(command, command.line(2));
  const std::string import = wire::unescaped(command.line(3));
  if (sub == "r") {
    answer_value(command.core, command.answer, view->remove_import(import));
  } else {
    view->add_import(import);
    answer_void(command.answer);
  }
  return Next::go_on;
}

Next run_dir_command(Command& command) {
  const std::string_view sub = command.sub_command();
  if (sub == "v") return list_view(command);
  std::set<std::string> names;
  if (sub == "s") {
    if (const auto* type = command.core.registry.table().find(command.line(2))) {
      add_keys(names, type->static_fields);
      add_keys(names, type->static_methods);
      for (auto& nested : command.core.registry.table().nested_classes(type->name()))
        names.insert(std::move(nested));
    }
  } else if (sub == "f" || sub == "m") {
    const auto* type = class_of(command, command.line(2));
    if (!type) {
      answer_error(command.answer, unknown_object_text(command.core, command.line(2)));
      return Next::go_on;
    }
    if (sub == "f") {
      add_keys(names, type->fields);
      add_keys(names, type->static_fields);
    } else {
      add_keys(names, type->methods);
      add_keys(names, type->static_methods);
    }
  } else {
    return refuse_sub_command(command);
  }
  answer_text(command.answer, joined(names));
  return Next::go_on;
}

}  // namespace py4cpp
