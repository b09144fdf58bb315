// SPDX-License-Identifier: Apache-2.0
//
// Commands made without a Python driver: functions and classes named by module and qualified name.
// The worker imports the module, so it has to lie on its PYTHONPATH, in the files directory, or in
// an include. A qualified name may have dots: "Model.predict".
#pragma once

#include <string_view>

#include "byte_source.hpp"

namespace py4cpp::runner {

/// The command of a UDF: the function and the type of its results, given as the JSON of a DataType:
/// "\"long\"", "{\"type\":\"struct\",...}". Throws Error when a name or the type is empty.
Bytes python_function_command(std::string_view module, std::string_view qualified_name,
                              std::string_view return_type_json);

/// The command of a table function: its class.
Bytes python_class_command(std::string_view module, std::string_view qualified_name);

/// What the frames of an RDD's data hold.
enum class RddFrames {
  bytes,            ///< each frame is an item, as `bytes`
  texts,            ///< each frame is an item, as `str`; input only
  pickles,          ///< each frame is one pickled item
  pickled_batches,  ///< each frame is a pickled list of items, on output of about 64 KiB
};

/// The command of work over RDD data: a function of the partition's index and an iterator over its
/// items, which returns an iterable of results. Throws Error when a name is empty or the output
/// cannot be written in the form.
Bytes rdd_function_command(std::string_view module, std::string_view qualified_name,
                           RddFrames input, RddFrames output);

}  // namespace py4cpp::runner
