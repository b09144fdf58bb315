// SPDX-License-Identifier: Apache-2.0
//
// A JVM view: the imports through which a Python program finds classes by their simple names, and
// what a name means. Thread-safe, because all Python threads share the default view.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/types/type_table.hpp"

namespace py4cpp {

class View {
 public:
  explicit View(std::string name = "default") : name_(std::move(name)) {}

  const std::string& name() const { return name_; }

  /// "a.b.C" or "a.b.*"; whether it exists is not checked. Throws Overloaded beyond imports_max.
  void add_import(std::string_view import);
  /// False when there is no such import.
  bool remove_import(std::string_view import);

  /// The full name of the class that `name` means in this view, or nothing: a package then. Looks
  /// for the name as it is, then among the imported classes, in java.lang, in the imported
  /// packages, and last in packages with a `missing` handler.
  std::optional<std::string> find_class(const detail::TypeTable& table,
                                        std::string_view name) const;

  /// Simple names of the imported classes, whether they exist or not, and a number that changes
  /// with every import.
  std::vector<std::string> imported_names() const;
  std::uint64_t revision() const;

  static constexpr std::size_t imports_max = 10'000;

 private:
  const std::string name_;
  mutable std::mutex mutex_;
  std::uint64_t revision_ = 0;
  std::vector<std::string> classes_;
  std::vector<std::string> packages_;
};

}  // namespace py4cpp
