// SPDX-License-Identifier: Apache-2.0
//
// The part of a task's header that names its functions and their arguments, in the form that each
// PySpark release reads. Encoding only, no I/O. PROTOCOL.md, "The payload", has the bytes.
#pragma once

#include <string_view>
#include <vector>

#include "runner/eval_type.hpp"
#include "runner/python_function.hpp"
#include "runner/python_release.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner {

/// What a payload of UDFs is made of. Refers to values that outlive the encoding.
struct UdfCommand {
  EvalType type;
  const std::vector<ChainedPythonFunctions>& functions;
  const std::vector<std::vector<Argument>>& arguments;  ///< as many lists as chains
  std::string_view input_type_json;
  std::string_view profiler;  ///< empty for none
};

/// What the payload of a table function is made of.
struct UdtfCommand {
  EvalType type;
  const PythonTableFunction& function;
  std::string_view input_type_json;
};

/// Appends the payload. What releases without an eval conf read in its place is part of it.
void write_udf_command(const WireVariant& variant, const UdfCommand& command, BytesWriter& out);
void write_udtf_command(const WireVariant& variant, const UdtfCommand& command, BytesWriter& out);

}  // namespace py4cpp::runner
