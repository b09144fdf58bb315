// SPDX-License-Identifier: Apache-2.0
//
// Arrow's types as Spark SQL writes them in JSON: what RunnerOptions::input_type_json and the
// return types of python_function_command want.
#pragma once

#include <arrow/type.h>

#include <string>

#include "../python_release.hpp"

namespace py4cpp::runner {

/// "\"long\"" for int64, {"type":"struct",...} for structs, and so on. Unsigned integers become the
/// next larger type; a time64 is a "time(6)" from 4.1 on. Structs that are marked as PySpark marks
/// them are variants (from 4.0 on), geometries or geographies (from 4.1 on). Throws Error that
/// names the type when the workers of the release have none for it, as for the intervals that count
/// months.
std::string spark_type_json(const arrow::DataType& type, const PythonRelease& release = {});

/// The columns as a StructType.
std::string spark_type_json(const arrow::Schema& schema, const PythonRelease& release = {});

}  // namespace py4cpp::runner
