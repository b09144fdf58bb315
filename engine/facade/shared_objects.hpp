// SPDX-License-Identifier: Apache-2.0
//
// A Python function as the driver hands it over.
#pragma once

#include "runner/python_function.hpp"

namespace py4cpp::engine {

/// org.apache.spark.api.python.SimplePythonFunction. Immutable.
struct PythonFunctionObject {
  runner::PythonFunction function;
};

}  // namespace py4cpp::engine
