// SPDX-License-Identifier: Apache-2.0
//
// Arrow's types as Spark SQL writes them in JSON: what RunnerOptions::input_type_json and the
// return types of python_function_command want.
#pragma once

#include <arrow/type.h>

#include <string>

namespace py4cpp::runner {

/// "\"long\"" for int64, {"type":"struct",...} for structs, and so on. Unsigned integers become the
/// next larger type. Throws Error that names the type when Spark has none for it.
std::string spark_type_json(const arrow::DataType& type);

/// The columns as a StructType.
std::string spark_type_json(const arrow::Schema& schema);

}  // namespace py4cpp::runner
