// SPDX-License-Identifier: Apache-2.0
//
// The kinds of functions that a Python worker can run, one row each: what their data looks like on
// the wire, and which releases of PySpark have them. Those that keep streaming state are left out.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "python_release.hpp"

namespace py4cpp::runner {

/// What kind of function a worker is to run. Names and numbers are PySpark's own.
enum class EvalType : std::int32_t {
  non_udf = 0,  ///< a function over the data of an RDD's partition
  sql_batched_udf = 100,
  sql_arrow_batched_udf = 101,
  sql_scalar_pandas_udf = 200,
  sql_grouped_map_pandas_udf = 201,
  sql_grouped_agg_pandas_udf = 202,
  sql_window_agg_pandas_udf = 203,
  sql_scalar_pandas_iter_udf = 204,
  sql_map_pandas_iter_udf = 205,  ///< mapInPandas
  sql_cogrouped_map_pandas_udf = 206,
  sql_map_arrow_iter_udf = 207,  ///< mapInArrow
  sql_grouped_map_arrow_udf = 209,
  sql_cogrouped_map_arrow_udf = 210,
  sql_grouped_map_arrow_iter_udf = 215,
  sql_grouped_map_pandas_iter_udf = 216,
  sql_grouped_agg_pandas_iter_udf = 217,
  sql_scalar_arrow_udf = 250,
  sql_scalar_arrow_iter_udf = 251,
  sql_grouped_agg_arrow_udf = 252,
  sql_window_agg_arrow_udf = 253,
  sql_grouped_agg_arrow_iter_udf = 254,
  sql_table_udf = 300,  ///< a table function (UDTF) over pickled rows
  sql_arrow_table_udf = 301,
  sql_arrow_udtf = 302,
};

/// What a task's data section is made of, in one direction. PROTOCOL.md, "The data", has the bytes.
enum class DataForm {
  frames,          ///< lengths and bytes; the end is marked by -1
  arrow_stream,    ///< one Arrow IPC stream
  arrow_groups,    ///< one Arrow IPC stream per group; one batch per group before 4.1
  arrow_cogroups,  ///< two Arrow IPC streams per group
};

/// What the header of a task says about the function.
enum class PayloadForm {
  command,  ///< one pickle that holds everything
  udfs,     ///< functions with their arguments' columns
  udtf,     ///< the class of a table function with its arguments' columns
};

/// How the arguments' columns of a function are given.
enum class ArgumentForm {
  none,      ///< the function takes the data as it is: RDD data, mapInPandas, mapInArrow
  columns,   ///< one column per argument; `named_since` says from when on some may be named
  grouped,   ///< counts, key columns and value columns; see grouped_map_arguments()
  windowed,  ///< as `columns`, after two columns with bounds where a window is bounded
};

/// One row of the table.
struct EvalTypeInfo {
  EvalType type = EvalType::non_udf;
  std::string_view name = {};  ///< as PySpark calls it: "SQL_BATCHED_UDF"
  DataForm input = DataForm::frames;
  DataForm output = DataForm::frames;
  PayloadForm payload = PayloadForm::udfs;
  ArgumentForm arguments = ArgumentForm::columns;
  bool one_function = false;  ///< a task runs one function, not several side by side
  ReleaseNumber first_release = {};
  /// The first release whose workers read a flag behind each argument that says whether it is
  /// named, and the first that applies the name. The number 0.0 is for never.
  ReleaseNumber name_flags_since = {};
  ReleaseNumber named_since = {};
  /// Arrow input goes as the fields of one struct column, named "struct".
  bool input_in_struct = false;
  /// Arrow output comes as the fields of one struct column: the rows that the function returned.
  bool output_in_struct = false;
  /// The first release that is told the input's type as JSON; 0.0 for never.
  ReleaseNumber input_type_since = {};
  /// The first release whose workers profile functions of this type; 0.0 for never.
  ReleaseNumber profiled_since = {};
};

/// Every row, by number.
std::span<const EvalTypeInfo> eval_types();

/// The row of a type. Throws Error when the number is not in the table.
const EvalTypeInfo& eval_type_info(EvalType type);

/// The row of a type that the release has. Throws Error that says since when it exists.
const EvalTypeInfo& eval_type_info(EvalType type, const PythonRelease& release);

/// True for types that exchange Arrow data; their workers are given a runner conf.
bool is_arrow(EvalType type);

}  // namespace py4cpp::runner
