// SPDX-License-Identifier: Apache-2.0
#include "gateway/types/view.hpp"

#include <algorithm>
#include <cctype>

#include "gateway/wire/java_text.hpp"

namespace py4cpp {

namespace {

constexpr std::string_view implied_package = "java.lang";

/// Java's custom: classes begin with a capital letter, packages do not.
bool looks_like_class(std::string_view name) {
  return !name.empty() && std::isupper(static_cast<unsigned char>(simple_name(name).front())) != 0;
}

std::string qualified(std::string_view package, std::string_view name) {
  return std::string(package) + "." + std::string(name);
}

}  // namespace

void View::add_import(std::string_view import) {
  const std::lock_guard lock(mutex_);
  if (classes_.size() + packages_.size() >= imports_max)
    throw Overloaded("a view has more than " + std::to_string(imports_max) + " imports");
  const bool is_package = import.ends_with(".*");
  auto& imports = is_package ? packages_ : classes_;
  const std::string name(is_package ? import.substr(0, import.size() - 2) : import);
  if (std::find(imports.begin(), imports.end(), name) != imports.end()) return;
  imports.push_back(name);
  ++revision_;
}

bool View::remove_import(std::string_view import) {
  const std::lock_guard lock(mutex_);
  const bool is_package = import.ends_with(".*");
  auto& imports = is_package ? packages_ : classes_;
  const std::string name(is_package ? import.substr(0, import.size() - 2) : import);
  const bool found = std::erase(imports, name) > 0;
  if (found) ++revision_;
  return found;
}

std::optional<std::string> View::find_class(const detail::TypeTable& table,
                                            std::string_view name) const {
  if (const auto* type = table.find(name)) return type->name();
  if (name.find('.') != std::string_view::npos) {
    if (looks_like_class(name) && table.missing_for(name)) return std::string(name);
    return std::nullopt;
  }
  const std::lock_guard lock(mutex_);
  for (const auto& imported : classes_) {
    if (simple_name(imported) != name) continue;
    if (const auto* type = table.find(imported)) return type->name();
    if (table.missing_for(imported)) return imported;
  }
  if (const auto* type = table.find(qualified(implied_package, name))) return type->name();
  for (const auto& package : packages_)
    if (const auto* type = table.find(qualified(package, name))) return type->name();
  if (looks_like_class(name))
    for (const auto& package : packages_)
      if (auto full = qualified(package, name); table.missing_for(full)) return full;
  return std::nullopt;
}

std::vector<std::string> View::imported_names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& imported : classes_) names.emplace_back(simple_name(imported));
  std::sort(names.begin(), names.end());
  return names;
}

std::uint64_t View::revision() const {
  const std::lock_guard lock(mutex_);
  return revision_;
}

}  // namespace py4cpp
