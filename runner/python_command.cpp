// SPDX-License-Identifier: Apache-2.0
//
// Writes pickles of protocol 4, the first that looks up dotted names, with the few opcodes that
// naming and calling take.
#include "runner/python_command.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace py4cpp::runner {
namespace {

constexpr std::string_view serializers = "pyspark.serializers";
constexpr std::size_t text_bytes_max = std::numeric_limits<std::int32_t>::max();

class Pickle {
 public:
  Pickle() { opcodes("\x80\x04"); }

  Pickle& text(std::string_view value) {
    if (value.size() > text_bytes_max) throw Error("a text is too long for a command");
    opcodes("X");
    for (int shift = 0; shift < 32; shift += 8) {
      bytes_.push_back(static_cast<std::byte>(value.size() >> shift));
    }
    return opcodes(value);
  }

  /// Looks an object up.
  Pickle& global(std::string_view module, std::string_view name) {
    return text(module).text(name).opcodes("\x93");
  }
  Pickle& none() { return opcodes("N"); }
  /// Makes a tuple of the last one or two values.
  Pickle& tuple1() { return opcodes("\x85"); }
  Pickle& tuple2() { return opcodes("\x86"); }
  Pickle& empty_tuple() { return opcodes(")"); }
  /// What lies between here and `end_tuple` becomes one.
  Pickle& begin_tuple() { return opcodes("("); }
  Pickle& end_tuple() { return opcodes("t"); }
  /// Calls the value before the last with the last, a tuple.
  Pickle& call() { return opcodes("R"); }

  Bytes finish() {
    opcodes(".");
    return std::move(bytes_);
  }

 private:
  Pickle& opcodes(std::string_view codes) {
    const auto raw = std::as_bytes(std::span(codes));
    bytes_.insert(bytes_.end(), raw.begin(), raw.end());
    return *this;
  }

  Bytes bytes_;
};

void check_name(std::string_view module, std::string_view qualified_name) {
  if (module.empty() || qualified_name.empty()) {
    throw Error("a command needs the name of a module and of something in it, but there are '" +
                std::string(module) + "' and '" + std::string(qualified_name) + "'");
  }
}

void write_serializer(RddFrames frames, Pickle& pickle) {
  switch (frames) {
    case RddFrames::bytes:
      pickle.global(serializers, "NoOpSerializer").empty_tuple().call();
      return;
    case RddFrames::texts:
      pickle.global(serializers, "UTF8Deserializer").empty_tuple().call();
      return;
    case RddFrames::pickles:
      pickle.global(serializers, "CPickleSerializer").empty_tuple().call();
      return;
    case RddFrames::pickled_batches:
      pickle.global(serializers, "AutoBatchedSerializer");
      pickle.global(serializers, "CPickleSerializer").empty_tuple().call();
      pickle.tuple1().call();
      return;
  }
}

}  // namespace

Bytes python_function_command(std::string_view module, std::string_view qualified_name,
                              std::string_view return_type_json) {
  check_name(module, qualified_name);
  if (return_type_json.empty()) {
    throw Error(
        "the function " + std::string(qualified_name) +
        " needs the type of its results, as the JSON of a DataType such as \"\\\"long\\\"\"");
  }
  Pickle pickle;
  pickle.global(module, qualified_name);
  pickle.global("pyspark.sql.types", "_parse_datatype_json_string");
  pickle.text(return_type_json).tuple1().call();
  return pickle.tuple2().finish();
}

Bytes python_class_command(std::string_view module, std::string_view qualified_name) {
  check_name(module, qualified_name);
  return Pickle().global(module, qualified_name).finish();
}

Bytes rdd_function_command(std::string_view module, std::string_view qualified_name,
                           RddFrames input, RddFrames output) {
  check_name(module, qualified_name);
  if (output == RddFrames::texts) {
    throw Error(
        "a worker cannot write its results as texts; use bytes, pickles or "
        "pickled_batches");
  }
  Pickle pickle;
  pickle.begin_tuple().global(module, qualified_name).none();
  write_serializer(input, pickle);
  write_serializer(output, pickle);
  return pickle.end_tuple().finish();
}

}  // namespace py4cpp::runner
