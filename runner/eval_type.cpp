// SPDX-License-Identifier: Apache-2.0
#include "runner/eval_type.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/error.hpp"

namespace py4cpp::runner {
namespace {

constexpr ReleaseNumber v35{3, 5};
constexpr ReleaseNumber v40{4, 0};
constexpr ReleaseNumber v41{4, 1};
constexpr ReleaseNumber v42{4, 2};
constexpr ReleaseNumber never{};

// Most types give one Arrow stream back and take columns as arguments, some of them by name.
constexpr EvalTypeInfo over_columns(EvalType type, std::string_view name, DataForm input,
                                    ReleaseNumber first, ReleaseNumber named_since) {
  return {.type = type,
          .name = name,
          .input = input,
          .output = DataForm::arrow_stream,
          .payload = PayloadForm::udfs,
          .arguments = ArgumentForm::columns,
          .one_function = false,
          .first_release = first,
          .name_flags_since = named_since,
          .named_since = named_since,
          .input_in_struct = false,
          .output_in_struct = false,
          .input_type_since = never,
          .profiled_since = v40};
}

// A function over an iterator of batches is alone, and has no use for names.
constexpr EvalTypeInfo over_batches(EvalType type, std::string_view name, DataForm input,
                                    ReleaseNumber first, ReleaseNumber name_flags_since) {
  EvalTypeInfo row = over_columns(type, name, input, first, never);
  row.one_function = true;
  row.name_flags_since = name_flags_since;
  return row;
}

constexpr EvalTypeInfo profiled_since_41(EvalTypeInfo row) {
  row.profiled_since = v41;
  return row;
}

constexpr EvalTypeInfo map_batches(EvalType type, std::string_view name) {
  EvalTypeInfo row = over_batches(type, name, DataForm::arrow_stream, v35, never);
  row.arguments = ArgumentForm::none;
  row.input_in_struct = true;
  row.output_in_struct = true;
  return profiled_since_41(row);
}

constexpr EvalTypeInfo map_groups(EvalType type, std::string_view name, DataForm input,
                                  ReleaseNumber first) {
  EvalTypeInfo row = over_batches(type, name, input, first, never);
  row.arguments = ArgumentForm::grouped;
  row.output_in_struct = true;
  return row;
}

constexpr EvalTypeInfo sent_in_struct(EvalTypeInfo row) {
  row.input_in_struct = true;
  return row;
}

constexpr EvalTypeInfo windowed(EvalType type, std::string_view name, ReleaseNumber first,
                                ReleaseNumber named_since) {
  EvalTypeInfo row = over_columns(type, name, DataForm::arrow_groups, first, named_since);
  row.arguments = ArgumentForm::windowed;
  return row;
}

constexpr EvalTypeInfo over_frames(EvalType type, std::string_view name, PayloadForm payload,
                                   ArgumentForm arguments, ReleaseNumber named_since) {
  EvalTypeInfo row = over_columns(type, name, DataForm::frames, v35, named_since);
  row.output = DataForm::frames;
  row.payload = payload;
  row.arguments = arguments;
  if (payload != PayloadForm::udfs) row.profiled_since = never;
  return row;
}

constexpr EvalTypeInfo arrow_udtf(EvalType type, std::string_view name, ReleaseNumber first,
                                  ReleaseNumber named_since) {
  EvalTypeInfo row = over_columns(type, name, DataForm::arrow_stream, first, named_since);
  row.payload = PayloadForm::udtf;
  row.output_in_struct = true;
  row.profiled_since = never;
  return row;
}

constexpr EvalTypeInfo typed(EvalTypeInfo row) {
  row.input_type_since = v41;
  return row;
}

using enum EvalType;
constexpr DataForm stream = DataForm::arrow_stream;
constexpr DataForm groups = DataForm::arrow_groups;
constexpr DataForm cogroups = DataForm::arrow_cogroups;

// By number; PROTOCOL.md has the same table for readers.
constexpr std::array rows{
    over_frames(non_udf, "NON_UDF", PayloadForm::command, ArgumentForm::none, never),
    over_frames(sql_batched_udf, "SQL_BATCHED_UDF", PayloadForm::udfs, ArgumentForm::columns, v40),
    typed(over_columns(sql_arrow_batched_udf, "SQL_ARROW_BATCHED_UDF", stream, v35, v40)),
    over_columns(sql_scalar_pandas_udf, "SQL_SCALAR_PANDAS_UDF", stream, v35, v40),
    map_groups(sql_grouped_map_pandas_udf, "SQL_GROUPED_MAP_PANDAS_UDF", groups, v35),
    over_columns(sql_grouped_agg_pandas_udf, "SQL_GROUPED_AGG_PANDAS_UDF", groups, v35, v40),
    windowed(sql_window_agg_pandas_udf, "SQL_WINDOW_AGG_PANDAS_UDF", v35, v40),
    profiled_since_41(
        over_batches(sql_scalar_pandas_iter_udf, "SQL_SCALAR_PANDAS_ITER_UDF", stream, v35, v40)),
    map_batches(sql_map_pandas_iter_udf, "SQL_MAP_PANDAS_ITER_UDF"),
    map_groups(sql_cogrouped_map_pandas_udf, "SQL_COGROUPED_MAP_PANDAS_UDF", cogroups, v35),
    map_batches(sql_map_arrow_iter_udf, "SQL_MAP_ARROW_ITER_UDF"),
    sent_in_struct(map_groups(sql_grouped_map_arrow_udf, "SQL_GROUPED_MAP_ARROW_UDF", groups, v40)),
    map_groups(sql_cogrouped_map_arrow_udf, "SQL_COGROUPED_MAP_ARROW_UDF", cogroups, v40),
    sent_in_struct(
        map_groups(sql_grouped_map_arrow_iter_udf, "SQL_GROUPED_MAP_ARROW_ITER_UDF", groups, v41)),
    map_groups(sql_grouped_map_pandas_iter_udf, "SQL_GROUPED_MAP_PANDAS_ITER_UDF", groups, v41),
    over_batches(sql_grouped_agg_pandas_iter_udf, "SQL_GROUPED_AGG_PANDAS_ITER_UDF", groups, v42,
                 never),
    over_columns(sql_scalar_arrow_udf, "SQL_SCALAR_ARROW_UDF", stream, v41, v41),
    over_batches(sql_scalar_arrow_iter_udf, "SQL_SCALAR_ARROW_ITER_UDF", stream, v41, v41),
    over_columns(sql_grouped_agg_arrow_udf, "SQL_GROUPED_AGG_ARROW_UDF", groups, v41, v41),
    windowed(sql_window_agg_arrow_udf, "SQL_WINDOW_AGG_ARROW_UDF", v41, v41),
    over_batches(sql_grouped_agg_arrow_iter_udf, "SQL_GROUPED_AGG_ARROW_ITER_UDF", groups, v42,
                 never),
    over_frames(sql_table_udf, "SQL_TABLE_UDF", PayloadForm::udtf, ArgumentForm::columns, v40),
    typed(arrow_udtf(sql_arrow_table_udf, "SQL_ARROW_TABLE_UDF", v35, v40)),
    arrow_udtf(sql_arrow_udtf, "SQL_ARROW_UDTF", v41, v41),
};

}  // namespace

std::span<const EvalTypeInfo> eval_types() { return rows; }

const EvalTypeInfo& eval_type_info(EvalType type) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const EvalTypeInfo& row) { return row.type == type; });
  if (found != rows.end()) return *found;
  throw Error("there is no eval type " + std::to_string(static_cast<std::int32_t>(type)) +
              " that this library can run; use one that EvalType names");
}

const EvalTypeInfo& eval_type_info(EvalType type, const PythonRelease& release) {
  const EvalTypeInfo& row = eval_type_info(type);
  if (release.number() >= row.first_release) return row;
  throw Error("PySpark " + release.text() + " has no " + std::string(row.name) + " (eval type " +
              std::to_string(static_cast<std::int32_t>(type)) + "); use " +
              to_text(row.first_release) + " or later");
}

bool is_arrow(EvalType type) { return eval_type_info(type).output != DataForm::frames; }

}  // namespace py4cpp::runner
