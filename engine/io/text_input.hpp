// SPDX-License-Identifier: Apache-2.0
//
// Files as the frames (i32 length, bytes) that Python workers and results are made of. Every source
// here reads its partition front to back with one buffer; it is used by one thread.
// `next()` throws NamedError: java.io.FileNotFoundException, java.io.IOException,
// java.io.EOFException (a cut-off compressed file or record).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/io/input_plan.hpp"
#include "runner/byte_source.hpp"

namespace py4cpp::engine {

/// One frame for each line of the partition: UTF-8 without the line end (`\n`, `\r\n` or `\r`).
/// Bytes that are not UTF-8 become U+FFFD, as Java does. A split that does not start a file begins
/// after its first line end, and ends with the line that crosses its own end. A `separator` takes
/// the place of the three line ends; with one that overlaps_itself a file must not be cut.
std::unique_ptr<runner::ByteSource> open_lines(InputPartition partition,
                                               std::string separator = {});

/// True for a separator such as "||": in "|||", where it is depends on where one begins to look.
bool overlaps_itself(std::string_view separator);

/// Two frames for each file: its URI and its content as UTF-8.
std::unique_ptr<runner::ByteSource> open_whole_text_files(InputPartition partition);

/// Two frames for each file: its URI and its bytes.
std::unique_ptr<runner::ByteSource> open_binary_files(InputPartition partition);

/// One frame for each record of `record_length` bytes.
std::unique_ptr<runner::ByteSource> open_binary_records(InputPartition partition,
                                                        int record_length);

/// How `spark.read.text` cuts its files into rows.
struct TextRowOptions {
  std::string line_separator = {};  // empty: `\n`, `\r\n` or `\r`
  bool whole_text = false;          // each file is one row
};

/// Frames that each hold a pickled list of Rows with the one column `value`.
std::unique_ptr<runner::ByteSource> open_text_rows(InputPartition partition,
                                                   TextRowOptions options);

}  // namespace py4cpp::engine
