// SPDX-License-Identifier: Apache-2.0
#include "runner/task/udf_command.hpp"

namespace py4cpp::runner {
namespace {

// True where each argument is followed by a flag that says whether it is named.
bool has_name_flags(const WireVariant& variant, const EvalTypeInfo& type) {
  switch (variant.named_arguments) {
    case NamedArguments::never:
      return false;
    case NamedArguments::by_type:
      return type.name_flags_since != ReleaseNumber{} && variant.number >= type.name_flags_since;
    case NamedArguments::always:
      break;
  }
  return true;
}

void write_arguments(const std::vector<Argument>& arguments, bool flags, BytesWriter& out) {
  out.count(arguments.size());
  for (const Argument& argument : arguments) {
    out.i32(argument.offset);
    if (!flags) continue;
    out.boolean(!argument.name.empty());
    if (!argument.name.empty()) out.text(argument.name);
  }
}

void write_columns(const std::vector<int>& columns, BytesWriter& out) {
  out.count(columns.size());
  for (const int column : columns) out.i32(column);
}

void write_input_type(const WireVariant& variant, const EvalTypeInfo& type,
                      std::string_view input_type_json, BytesWriter& out) {
  const bool read = type.input_type_since != ReleaseNumber{} &&
                    variant.number >= type.input_type_since && !variant.conf_always;
  if (read) out.text(input_type_json);
}

}  // namespace

void write_udf_command(const WireVariant& variant, const UdfCommand& command, BytesWriter& out) {
  const EvalTypeInfo& type = eval_type_info(command.type);
  write_input_type(variant, type, command.input_type_json, out);
  const bool profiled = !command.profiler.empty();
  if (variant.profiler_in_payload) {
    out.boolean(profiled);
    if (profiled) out.text(command.profiler);
  }
  const bool result_ids = variant.result_id_always || (variant.profiler_in_payload && profiled);
  out.count(command.functions.size());
  for (std::size_t i = 0; i < command.functions.size(); ++i) {
    const ChainedPythonFunctions& chain = command.functions[i];
    write_arguments(command.arguments[i], has_name_flags(variant, type), out);
    out.count(chain.functions.size());
    for (const PythonFunction& function : chain.functions) out.bytes(*function.command);
    if (result_ids) out.i64(chain.result_id);
  }
}

void write_udtf_command(const WireVariant& variant, const UdtfCommand& command, BytesWriter& out) {
  const EvalTypeInfo& type = eval_type_info(command.type);
  const PythonTableFunction& function = command.function;
  write_input_type(variant, type, command.input_type_json, out);
  if (command.type == EvalType::sql_arrow_udtf && !variant.conf_always) {
    write_columns(function.table_argument_offsets, out);
  }
  write_arguments(function.arguments, has_name_flags(variant, type), out);
  if (variant.udtf_details) {
    write_columns(function.partition_child_indexes, out);
    out.boolean(function.analyze_result != nullptr);
    if (function.analyze_result) out.bytes(*function.analyze_result);
  }
  out.bytes(*function.handler.command);
  out.text(function.return_type_json);
  if (variant.udtf_details) out.text(function.name);
}

}  // namespace py4cpp::runner
