// SPDX-License-Identifier: Apache-2.0
//
// Writes values in Python's pickle protocol 2, which every supported Python reads: what the driver
// expects of rows that the engine itself makes.
// One writer builds one pickle; it is used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace py4cpp::engine {

class PickleWriter {
 public:
  /// Appends to `out`, which the caller keeps until `finish`.
  explicit PickleWriter(std::vector<std::byte>& out);

  void none();
  void boolean(bool value);
  void integer(std::int64_t value);
  void floating(double value);
  /// A `str`; malformed UTF-8 becomes U+FFFD.
  void text(std::string_view value);
  /// A `bytearray`, which is what Spark makes of binary columns.
  void byte_array(std::span<const std::byte> value);

  /// A `list` of the values written between the two.
  void begin_list();
  void end_list();
  /// A `tuple` of the values written between the two.
  void begin_tuple();
  void end_tuple();

  /// A Row made by `pyspark.sql.types._create_row(names, values)`: write the values in between.
  void begin_row(const std::vector<std::string>& names);
  void end_row();

  /// Ends the pickle. Nothing may be written after it.
  void finish();

 private:
  void opcode(char code);
  void raw(std::string_view bytes);
  void little_endian(std::uint64_t value, int width);
  void remember(std::int64_t& slot);
  void recall(std::int64_t slot);

  std::vector<std::byte>& out_;
  std::int64_t memo_next_ = 0;
  std::int64_t row_maker_ = -1;  // memo slots; -1 while the value has not been written
  std::int64_t row_names_ = -1;
  std::vector<std::string> row_names_written_;
};

}  // namespace py4cpp::engine
