// SPDX-License-Identifier: Apache-2.0
//
// The table of eval types, what a runner refuses at its construction, and the confs it sends.
#include "runner/eval_type.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "base/error.hpp"
#include "runner/argument_lists.hpp"
#include "runner/task/runner_checks.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;

namespace {

const PythonRelease v35(3, 5);
const PythonRelease v40(4, 0);
const PythonRelease v41(4, 1);
const PythonRelease v42(4, 2);
const PythonRelease v43(4, 3);

std::set<int> numbers(const PythonRelease& release) {
  std::set<int> found;
  for (const EvalTypeInfo& row : eval_types()) {
    if (release.number() >= row.first_release) found.insert(static_cast<int>(row.type));
  }
  return found;
}

// The text of the Error that checking these arguments ends with; empty when they are fine.
std::string refusal(std::vector<std::vector<Argument>> arguments, EvalType type,
                    const PythonRelease& release) {
  try {
    checked_arguments(std::move(arguments), type, release);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

PythonFunction function(const std::string& python) {
  PythonFunction made;
  made.command = std::make_shared<const Bytes>();
  made.python_executable = python;
  made.python_version = "3.11";
  return made;
}

}  // namespace

TEST_SUITE("eval type") {
  TEST_CASE("each release has the eval types of its PySpark") {
    const std::set<int> of_35 = {0, 100, 101, 200, 201, 202, 203, 204, 205, 206, 207, 300, 301};
    std::set<int> expected = of_35;
    CHECK(numbers(v35) == expected);
    expected.insert({209, 210});
    CHECK(numbers(v40) == expected);
    expected.insert({215, 216, 250, 251, 252, 253, 302});
    CHECK(numbers(v41) == expected);
    expected.insert({217, 254});
    CHECK(numbers(v42) == expected);
    CHECK(numbers(v43) == expected);
  }

  TEST_CASE("only RDD work and the two pickled forms have no Arrow data") {
    for (const EvalTypeInfo& row : eval_types()) {
      CAPTURE(row.name);
      const int number = static_cast<int>(row.type);
      CHECK(is_arrow(row.type) == (number != 0 && number != 100 && number != 300));
      CHECK((row.input == DataForm::frames) == (row.output == DataForm::frames));
      CHECK(&eval_type_info(row.type) == &row);
    }
  }

  TEST_CASE("an eval type that a release lacks is refused with the release that has it") {
    CHECK_THROWS_WITH_AS(eval_type_info(EvalType::sql_arrow_udtf, v40),
                         "PySpark 4.0 has no SQL_ARROW_UDTF (eval type 302); use 4.1 or later",
                         Error);
    CHECK_THROWS_WITH_AS(
        eval_type_info(static_cast<EvalType>(211)),
        "there is no eval type 211 that this library can run; use one that EvalType names", Error);
  }

  TEST_CASE("a named argument is refused where it would not be read") {
    const std::vector<std::vector<Argument>> named{{Argument(0, "x")}};
    CHECK(refusal(named, EvalType::sql_batched_udf, v35) ==
          "the argument 'x' of SQL_BATCHED_UDF (eval type 100) cannot be named: PySpark 3.5 reads "
          "names from 4.0 on; pass it by position");
    CHECK(refusal(named, EvalType::sql_map_arrow_iter_udf, v43) ==
          "the argument 'x' of SQL_MAP_ARROW_ITER_UDF (eval type 207) cannot be named: this type "
          "knows positional arguments only");
    CHECK(refusal(named, EvalType::sql_scalar_pandas_iter_udf, v43).find("positional") !=
          std::string::npos);
    CHECK(refusal(named, EvalType::sql_batched_udf, v40).empty());
    CHECK(refusal({{-1}}, EvalType::sql_batched_udf, v43) ==
          "an argument of SQL_BATCHED_UDF (eval type 100) has the column -1; columns count from 0");
  }

  TEST_CASE("a map over groups needs one function with a list of counts and columns") {
    const GroupColumns columns{.keys = {0}, .values = {1, 2}};
    const EvalType grouped = EvalType::sql_grouped_map_pandas_udf;
    const EvalType cogrouped = EvalType::sql_cogrouped_map_arrow_udf;
    CHECK(refusal({grouped_map_arguments(columns)}, grouped, v35).empty());
    CHECK(refusal({cogrouped_map_arguments(columns, {})}, cogrouped, v40).empty());
    const std::vector<std::vector<Argument>> bad{
        {}, {0}, {5}, {2, 2, 0}, {3, 1, 0}, cogrouped_map_arguments(columns, columns)};
    for (const std::vector<Argument>& list : bad) {
      CHECK(refusal({list}, grouped, v43).find("grouped_map_arguments") != std::string::npos);
    }
    CHECK(refusal({grouped_map_arguments(columns)}, cogrouped, v43).find("2 times counts") !=
          std::string::npos);
    CHECK(refusal({{0}, {0}}, EvalType::sql_map_pandas_iter_udf, v43) ==
          "SQL_MAP_PANDAS_ITER_UDF (eval type 205) runs one function, but there are 2; give each "
          "its own runner");
  }

  TEST_CASE("functions of one runner share an interpreter") {
    CHECK_THROWS_AS(checked_functions({{.functions = {function("a"), function("b")}}}, {{}}),
                    Error);
    CHECK_NOTHROW(checked_functions({{.functions = {function("a"), function("a")}}}, {{}}));
  }

  TEST_CASE("includes and broadcasts of all functions are sent once") {
    PythonFunction first = function("a");
    first.includes = {"x.zip", "y.zip"};
    first.broadcasts = {std::make_shared<const Broadcast>(Broadcast{.id = 1, .path = "/1"})};
    PythonFunction second = function("a");
    second.includes = {"z.zip", "x.zip"};
    second.broadcasts = {std::make_shared<const Broadcast>(Broadcast{.id = 2, .path = "/2"}),
                         first.broadcasts.front()};
    const std::vector<ChainedPythonFunctions> all{{.functions = {first}}, {.functions = {second}}};
    CHECK(all_includes(all) == std::vector<std::string>{"x.zip", "y.zip", "z.zip"});
    CHECK(checked_broadcasts(all, {}).size() == 2);
  }

  TEST_CASE("workers of the small package get functions without broadcasts only") {
    PythonFunction function;
    const WorkerOptions small{.client_package = true};
    CHECK(checked_broadcasts({{.functions = {function}}}, small).empty());
    function.broadcasts = {std::make_shared<const Broadcast>(Broadcast{.id = 1, .path = "/1"})};
    CHECK_THROWS_WITH_AS(checked_broadcasts({{.functions = {function}}}, small),
                         doctest::Contains("pyspark-client cannot read"), Error);
  }

  TEST_CASE("Arrow types get the conf that Spark of their release sends, others none") {
    const std::string safely = "spark.sql.execution.pandas.convertToArrowArraySafely";
    const auto sent = [](EvalType type, const PythonRelease& release, RunnerOptions options) {
      options.input_type_json = "{}";
      return completed(std::move(options), type, release, 1).runner_conf;
    };
    const EvalType pandas = EvalType::sql_scalar_pandas_udf;
    CHECK(sent(EvalType::sql_batched_udf, v43, {}).empty());
    CHECK(sent(pandas, v35, {}).size() == 3);
    CHECK(sent(pandas, v43, {}).size() == 10);
    CHECK(sent(pandas, v40, {}).at(safely) == "false");
    CHECK(sent(pandas, v41, {}).at(safely) == "true");
    const auto changed = sent(pandas, v43, {.runner_conf = {{safely, "false"}, {"own", "1"}}});
    CHECK(changed.at(safely) == "false");
    CHECK(changed.at("own") == "1");
    CHECK_FALSE(sent(pandas, v43, {.runner_conf = {{safely, ""}}}).contains(safely));
  }

  TEST_CASE("window functions say how each of them is bounded") {
    const auto bounds = [](std::vector<WindowBound> given) {
      return completed({.window_bounds = std::move(given)}, EvalType::sql_window_agg_pandas_udf,
                       v41, 2)
          .runner_conf.at("window_bound_types");
    };
    CHECK(bounds({}) == "unbounded,unbounded");
    CHECK(bounds({WindowBound::bounded, WindowBound::unbounded}) == "bounded,unbounded");
    CHECK_THROWS_AS(bounds({WindowBound::bounded}), Error);
    CHECK(completed({}, EvalType::sql_window_agg_pandas_udf, v40, 1)
              .runner_conf.at("pandas_window_bound_types") == "unbounded");
  }

  TEST_CASE("types that need their input's type are refused without it") {
    const EvalType type = EvalType::sql_arrow_batched_udf;
    CHECK_NOTHROW(completed({}, type, v40, 1));
    CHECK_THROWS_WITH_AS(completed({}, type, v41, 1),
                         "SQL_ARROW_BATCHED_UDF (eval type 101) of PySpark 4.1 needs the type of "
                         "its input; set input_type_json to the JSON of a StructType",
                         Error);
    CHECK(completed({.input_type_json = "{}"}, type, v41, 1).eval_conf.empty());
    CHECK(completed({.input_type_json = "{}"}, type, v42, 1).eval_conf.at("input_type") == "{}");
  }

  TEST_CASE("profilers are those of PySpark, from 4.0 on") {
    const auto profiled = [](const PythonRelease& release, const std::string& profiler) {
      return completed({.udf_profiler = profiler}, EvalType::sql_batched_udf, release, 1)
          .runner_conf;
    };
    CHECK(profiled(v41, "perf").empty());  // it is in the payload
    CHECK(profiled(v42, "memory").at("spark.sql.pyspark.udf.profiler") == "memory");
    CHECK_THROWS_AS(profiled(v35, "perf"), Error);
    CHECK_THROWS_AS(profiled(v43, "fast"), Error);
  }

  TEST_CASE("a profiler is refused where the worker would ignore it") {
    const auto profiled = [](EvalType type, const PythonRelease& release) {
      return completed({.input_type_json = "{}", .udf_profiler = "perf"}, type, release, 1);
    };
    for (const EvalType type : {EvalType::non_udf, EvalType::sql_table_udf,
                                EvalType::sql_arrow_table_udf, EvalType::sql_arrow_udtf}) {
      CAPTURE(eval_type_info(type).name);
      CHECK_THROWS_AS(profiled(type, v43), Error);
    }
    CHECK_THROWS_WITH_AS(profiled(EvalType::sql_table_udf, v43),
                         "SQL_TABLE_UDF (eval type 300) cannot be profiled with 'perf': workers "
                         "profile UDFs only; leave udf_profiler empty",
                         Error);
    for (const EvalType type :
         {EvalType::sql_scalar_pandas_iter_udf, EvalType::sql_map_pandas_iter_udf,
          EvalType::sql_map_arrow_iter_udf}) {
      CAPTURE(eval_type_info(type).name);
      CHECK_THROWS_AS(profiled(type, v40), Error);
      CHECK_NOTHROW(profiled(type, v41));
    }
    CHECK_THROWS_WITH_AS(profiled(EvalType::sql_map_arrow_iter_udf, v40),
                         "SQL_MAP_ARROW_ITER_UDF (eval type 207) cannot be profiled with 'perf': "
                         "PySpark 4.0 has no profiler for it; use 4.1 or later",
                         Error);
  }
}
