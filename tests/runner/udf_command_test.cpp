// SPDX-License-Identifier: Apache-2.0
//
// Payloads of UDFs and table functions for every release, byte by byte, against the vectors of
// make_payload_vectors.py; and the argument lists that are more than columns.
#include "runner/task/udf_command.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <string>

#include "hex.hpp"
#include "runner/argument_lists.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using py4cpp::runner::test::hex;

namespace {

PythonFunction function(std::string_view command) {
  const auto raw = std::as_bytes(std::span(command));
  PythonFunction made;
  made.command = std::make_shared<const Bytes>(raw.begin(), raw.end());
  return made;
}

ChainedPythonFunctions chain(const std::vector<std::string>& commands, std::int64_t result_id) {
  ChainedPythonFunctions made;
  for (const std::string& command : commands) made.functions.push_back(function(command));
  made.result_id = result_id;
  return made;
}

// What is given to the encoder, with the values of the vector of that name.
struct Udfs {
  EvalType type = EvalType::non_udf;
  std::vector<ChainedPythonFunctions> functions = {};
  std::vector<std::vector<Argument>> arguments = {};
  std::string profiler = {};
};

std::map<std::string, Udfs> udf_cases() {
  const GroupColumns key_and_value{.keys = {0}, .values = {0, 1}};
  const GroupColumns first_by_key{.keys = {0}, .values = {1}};
  const GroupColumns keys_alone{.keys = {0}, .values = {0}};
  std::map<std::string, Udfs> cases;
  cases["one"] = {EvalType::sql_batched_udf, {chain({"f"}, 7)}, {{0, 1}}, {}};
  cases["chained"] = {EvalType::sql_batched_udf,
                      {chain({"f", "gg"}, std::int64_t{1} << 40), chain({"h"}, -2)},
                      {{0}, {}},
                      {}};
  cases["named"] = {EvalType::sql_scalar_pandas_udf,
                    {chain({"f"}, 0)},
                    {{Argument(1, "a"), Argument(0, "ö"), 2}},
                    {}};
  cases["named-arrow"] = {
      EvalType::sql_scalar_arrow_udf, {chain({"f"}, 0)}, {{Argument(1, "a")}}, {}};
  cases["iterator"] = {EvalType::sql_scalar_pandas_iter_udf, {chain({"f"}, 0)}, {{1, 0}}, {}};
  cases["map"] = {EvalType::sql_map_arrow_iter_udf, {chain({"f"}, 0)}, {{0}}, {}};
  cases["grouped"] = {EvalType::sql_grouped_map_pandas_udf,
                      {chain({"f"}, 0)},
                      {grouped_map_arguments(key_and_value)},
                      {}};
  cases["cogrouped"] = {EvalType::sql_cogrouped_map_pandas_udf,
                        {chain({"f"}, 0)},
                        {cogrouped_map_arguments(first_by_key, keys_alone)},
                        {}};
  cases["window"] = {EvalType::sql_window_agg_pandas_udf,
                     {chain({"f"}, 0), chain({"g"}, 1)},
                     {bounded_window_arguments(0, 1, {2}), {2}},
                     {}};
  cases["typed"] = {EvalType::sql_arrow_batched_udf, {chain({"f"}, 3)}, {{0}}, {}};
  cases["profiled"] = {EvalType::sql_scalar_pandas_udf, {chain({"f"}, 9)}, {{0}}, "perf"};
  return cases;
}

struct Udtf {
  EvalType type = EvalType::non_udf;
  PythonTableFunction function = {};
};

std::map<std::string, Udtf> udtf_cases() {
  PythonTableFunction plain;
  plain.handler = function("handler");
  plain.arguments = {0};
  plain.return_type_json = "the type";
  plain.name = "näme";
  PythonTableFunction full = plain;
  full.arguments = {0, Argument(1, "n")};
  full.partition_child_indexes = {1, 0};
  constexpr std::string_view analysis("an\0alysis", 9);
  const auto raw = std::as_bytes(std::span(analysis));
  full.analyze_result = std::make_shared<const Bytes>(raw.begin(), raw.end());
  PythonTableFunction tables = plain;
  tables.table_argument_offsets = {0, 2};
  return {{"table", {EvalType::sql_table_udf, plain}},
          {"table-arrow", {EvalType::sql_arrow_table_udf, plain}},
          {"table-full", {EvalType::sql_table_udf, full}},
          {"table-tables", {EvalType::sql_arrow_udtf, tables}}};
}

Bytes encode(const PythonRelease& release, const std::string& name) {
  static const auto udfs = udf_cases();
  static const auto udtfs = udtf_cases();
  Bytes out;
  BytesWriter writer(out);
  if (const auto found = udfs.find(name); found != udfs.end()) {
    const Udfs& from = found->second;
    write_udf_command(release.variant(),
                      {.type = from.type,
                       .functions = from.functions,
                       .arguments = from.arguments,
                       .input_type_json = "{}",
                       .profiler = from.profiler},
                      writer);
  } else {
    const Udtf& from = udtfs.at(name);
    write_udtf_command(release.variant(),
                       {.type = from.type, .function = from.function, .input_type_json = "{}"},
                       writer);
  }
  return out;
}

}  // namespace

TEST_SUITE("UDF command") {
  TEST_CASE("every release gets the payload that it reads") {
    std::ifstream vectors(PY4CPP_PAYLOAD_VECTORS);
    std::string release;
    std::string name;
    std::string expected;
    int compared = 0;
    while (vectors >> release >> name >> expected) {
      CAPTURE(release);
      CAPTURE(name);
      CHECK(hex(encode(PythonRelease::parse(release), name)) == expected);
      ++compared;
    }
    CHECK(compared == 68);
  }

  TEST_CASE("a group's columns are counted and listed, keys first") {
    std::vector<int> offsets;
    for (const Argument& argument : cogrouped_map_arguments(
             {.keys = {0, 1}, .values = {0, 1, 2, 3}}, {.keys = {0}, .values = {}})) {
      offsets.push_back(argument.offset);
    }
    CHECK(offsets == std::vector<int>{7, 2, 0, 1, 0, 1, 2, 3, 2, 1, 0});
  }
}
