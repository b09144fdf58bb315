// SPDX-License-Identifier: Apache-2.0
//
// The help page of a class (`h`): what Python's help() shows for an object or a class.
#include <algorithm>
#include <optional>

#include "gateway/commands/commands.hpp"
#include "gateway/types/dispatch.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp {

namespace {

/// `*` stands for any text, `?` for one character.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// Collects the lines that match the pattern.
class Page {
 public:
  Page(std::string_view pattern, bool is_short) : pattern_(pattern), is_short_(is_short) {}

  void title(const detail::Class& type) {
    text_ += "Help on class " + std::string(simple_name(type.name())) + " in package " +
             std::string(package_name(type.name())) + ":\n\n" +
             std::string(simple_name(type.name())) + " {\n";
  }
  void section(const std::string& heading) {
    if (!is_short_) text_ += "|\n";
    text_ += "|  " + heading + ":\n";
  }
  void line(const std::string& signature, std::string_view doc = {}) {
    if (!pattern_.empty() && !matches(pattern_, signature)) return;
    text_ += "|  " + signature + "\n";
    explain(doc, "|      ");
  }
  /// What the binding says of it, line by line.
  void explain(std::string_view doc, std::string_view margin) {
    while (!doc.empty()) {
      const auto end = std::min(doc.find('\n'), doc.size());
      text_.append(margin).append(doc.substr(0, end)).append("\n");
      doc.remove_prefix(std::min(end + 1, doc.size()));
    }
  }
  std::string finish() { return std::move(text_) + "}\n"; }

 private:
  std::string pattern_;
  bool is_short_;
  std::string text_;
};

std::string result_text(const Registry& registry, const detail::Overload& overload) {
  if (!overload.return_name) return "void";
  if (overload.return_type)
    if (const auto* type = registry.table().find(*overload.return_type))
      return std::string(simple_name(type->name()));
  return std::string(simple_name(overload.return_name()));
}

/// `object` is what the functions belong to, null when only its class is known.
void add_functions(Page& page, const Registry& registry, const detail::Class& type, void* object,
                   const std::map<std::string_view, std::vector<detail::Method>>& functions,
                   bool is_short) {
  for (const auto& [name, overloads] : functions)
    for (const auto& method : overloads) {
      const auto* carried = object ? carried_overload(type, method, object) : nullptr;
      const detail::Overload& shown = carried ? *carried : *method.overload;
      page.line(detail::signature_text(registry, name, shown, is_short) + " : " +
                    result_text(registry, shown),
                shown.doc);
    }
}

std::string help_page(const Registry& registry, const detail::Class& type, void* object,
                      std::string_view pattern, bool is_short) {
  Page page(pattern, is_short);
  page.title(type);
  page.explain(type.record->doc, "|  ");
  page.section("Constructors defined here");
  for (const auto& method : type.constructors)
    page.line(
        detail::signature_text(registry, simple_name(type.name()), *method.overload, is_short),
        method.overload->doc);
  page.section("Methods defined here");
  add_functions(page, registry, type, object, type.methods, is_short);
  add_functions(page, registry, type, nullptr, type.static_methods, is_short);
  page.section("Fields defined here");
  for (const auto* fields : {&type.fields, &type.static_fields})
    for (const auto& [name, member] : *fields)
      page.line(std::string(name) + " : " +
                    (member.field->java_name ? member.field->java_name() : "java.lang.Object"),
                member.field->doc);
  page.section("Internal classes defined here");
  for (const auto& nested : registry.table().nested_classes(type.name())) page.line(nested);
  return page.finish();
}

}  // namespace

Next run_help_command(Command& command) {
  const std::string_view sub = command.sub_command();
  if (sub != "o" && sub != "c") return refuse_sub_command(command);
  Next next = Next::go_on;
  const auto parts = command.arguments(3, next);
  if (!parts) return next;
  const Registry& registry = command.core.registry;
  std::string class_name(command.line(2));
  std::optional<detail::Target> resolved;
  if (sub == "o") {
    const auto target = find_target(command.core, class_name);
    if (!target) {
      answer_error(command.answer, unknown_object_text(command.core, class_name));
      return Next::go_on;
    }
    class_name = registry.class_name(*target);
    if (const auto* object = target->get_if<Object>()) resolved = registry.table().resolve(*object);
  }
  const auto* type = registry.table().find(class_name);
  if (!type && resolved) type = resolved->type;  // Each array type has a name, and all one class.
  if (!type) {
    answer_error(command.answer, "there is no help on " + class_name);
    return Next::go_on;
  }
  const auto* pattern = parts->empty() ? nullptr : parts->front().get_if<std::string>();
  const auto* is_short = parts->size() < 2 ? nullptr : (*parts)[1].get_if<bool>();
  answer_text(command.answer, help_page(registry, *type, resolved ? resolved->pointer : nullptr,
                                        pattern ? *pattern : std::string(), is_short && *is_short));
  return Next::go_on;
}

}  // namespace py4cpp
