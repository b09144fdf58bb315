// SPDX-License-Identifier: Apache-2.0
//
// Argument lists of the eval types whose lists hold more than one column per argument. The columns
// are those of the data that is sent, counted from 0.
#pragma once

#include <vector>

#include "python_function.hpp"

namespace py4cpp::runner {

/// Columns of one data frame of a grouped or cogrouped map. A column may be in both lists.
struct GroupColumns {
  std::vector<int> keys = {};    ///< what the groups are made by
  std::vector<int> values = {};  ///< what the function gets
};

/// For ArgumentForm::grouped with one data frame (201, 209, 215, 216).
std::vector<Argument> grouped_map_arguments(const GroupColumns& columns);

/// For ArgumentForm::grouped with two data frames (206, 210). Each side counts its own columns.
std::vector<Argument> cogrouped_map_arguments(const GroupColumns& left, const GroupColumns& right);

/// For a bounded window (203, 253): the columns that hold the first row of each row's frame and the
/// row after its last, then the function's own arguments. Unbounded windows have these alone.
std::vector<Argument> bounded_window_arguments(int begin_column, int end_column,
                                               std::vector<Argument> arguments);

}  // namespace py4cpp::runner
