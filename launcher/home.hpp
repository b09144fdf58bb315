// SPDX-License-Identifier: Apache-2.0
//
// Our SPARK_HOME: the folder whose bin/spark-submit plain PySpark programs start.
#pragma once

#include <string>

namespace py4cpp::launcher {

/// The folder that belongs to this executable, in a build folder or installed; empty when there is
/// none.
std::string find_home();

}  // namespace py4cpp::launcher
