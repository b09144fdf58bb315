// SPDX-License-Identifier: Apache-2.0
#include "runner/argument_lists.hpp"

#include <array>

namespace py4cpp::runner {
namespace {

void append(const GroupColumns& columns, std::vector<Argument>& list) {
  const std::size_t length = 1 + columns.keys.size() + columns.values.size();
  list.emplace_back(static_cast<int>(length));
  list.emplace_back(static_cast<int>(columns.keys.size()));
  list.insert(list.end(), columns.keys.begin(), columns.keys.end());
  list.insert(list.end(), columns.values.begin(), columns.values.end());
}

}  // namespace

std::vector<Argument> grouped_map_arguments(const GroupColumns& columns) {
  std::vector<Argument> list;
  append(columns, list);
  return list;
}

std::vector<Argument> cogrouped_map_arguments(const GroupColumns& left, const GroupColumns& right) {
  std::vector<Argument> list;
  append(left, list);
  append(right, list);
  return list;
}

std::vector<Argument> bounded_window_arguments(int begin_column, int end_column,
                                               std::vector<Argument> arguments) {
  const std::array<Argument, 2> bounds{begin_column, end_column};
  arguments.insert(arguments.begin(), bounds.begin(), bounds.end());
  return arguments;
}

}  // namespace py4cpp::runner
