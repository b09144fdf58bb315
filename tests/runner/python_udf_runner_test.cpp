// SPDX-License-Identifier: Apache-2.0
//
// UDFs and table functions over pickled rows in the real workers, and commands that name what they
// call: nothing here was pickled by Python.
#include "runner/python_udf_runner.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "runner/pool/handshake.hpp"
#include "runner/python_command.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;
using namespace std::string_literals;

namespace {

constexpr const char* functions = "named_functions";

// Pickles of protocol 2, as an engine without Python writes them.
std::string number(char value) { return "K"s + value; }
std::string word(const std::string& text) {
  return "X"s + static_cast<char>(text.size()) + "\0\0\0"s + text;
}
std::string rows(const std::vector<std::vector<std::string>>& values) {
  std::string pickle = "\x80\x02](";
  for (const std::vector<std::string>& row : values) {
    pickle += "(";
    for (const std::string& value : row) pickle += value;
    pickle += "t";
  }
  return pickle + "e.";
}

PythonFunction with_command(const Workers& workers, Bytes command) {
  PythonFunction made = workers.function("identity");
  made.command = std::make_shared<const Bytes>(std::move(command));
  return made;
}

PythonFunction named(const Workers& workers, const char* name, const char* type) {
  return with_command(workers, python_function_command(functions, name, type));
}

std::vector<std::string> run(Workers& workers, std::vector<ChainedPythonFunctions> chains,
                             std::vector<std::vector<Argument>> arguments,
                             const std::vector<std::string>& input) {
  const PythonUdfRunner runner(workers.factories(), std::move(chains), std::move(arguments),
                               {.files_directory = workers.folder()});
  return read_all(*runner.compute(source(input), {}));
}

std::vector<std::string> run_rdd(Workers& workers, const char* name, RddFrames input,
                                 RddFrames output, const std::vector<std::string>& frames) {
  const PythonRunner runner(
      workers.factories(),
      with_command(workers, rdd_function_command(functions, name, input, output)),
      {.files_directory = workers.folder()});
  return read_all(*runner.compute(source(frames), {.partition_id = 5}));
}

bool holds(const std::string& answer, const std::string& part) {
  return answer.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("python UDF runner") {
  TEST_CASE("profiles of the functions come back as updates of accumulators") {
    for (const Interpreter& interpreter : interpreters()) {
      if (interpreter.release.number() < ReleaseNumber{4, 2}) continue;
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const PythonUdfRunner runner(workers.factories(), {{{named(workers, "add", "\"long\"")}}},
                                   {{1, 0}},
                                   {.files_directory = workers.folder(), .udf_profiler = "perf"});
      const auto task = runner.compute(source({rows({{number(1), number(2)}})}), {});
      CHECK(read_all(*task).size() == 1);
      // SpecialAccumulatorIds: for drivers of two ages.
      REQUIRE(task->accumulator_updates().size() == 2);
      const std::string older(as_text(task->accumulator_updates()[0]));
      const std::string newer(as_text(task->accumulator_updates()[1]));
      CHECK(holds(older, "J\xff\xff\xff\xff"));
      CHECK(holds(newer, "J\xfe\xff\xff\xff"));
      CHECK(holds(newer, "named_functions"));
    }
  }

  TEST_CASE("one function's results come back bare, in batches of a hundred") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const auto add = named(workers, "add", "\"long\"");
      const auto answer = run(
          workers, {{{add}}}, {{1, 0}},
          {rows({{number(1), number(2)}, {number(3), number(4)}}), rows({{word("b"), word("a")}})});
      REQUIRE(answer.size() == 1);
      CHECK(holds(answer[0], "(K\3K\7"));
      CHECK(holds(answer[0], "ab"));
      CHECK(run(workers, {{{add}}}, {{1, 0}}, {}).empty());
      CHECK(workers.stats().created == 1);
    }
  }

  TEST_CASE("several functions, one of them a chain, give tuples") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const auto doubled = named(workers, "double", "\"long\"");
      const auto add = named(workers, "add", "\"long\"");
      // double(double(row[1])) and row[0] + row[1]
      const auto answer = run(workers, {{{doubled, doubled}}, {{add}}}, {{1}, {0, 1}},
                              {rows({{number(1), number(5)}})});
      REQUIRE(answer.size() == 1);
      CHECK(holds(answer[0], "K\x14K\6\x86"));
    }
  }

  TEST_CASE("names may have dots, and text travels as text") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const auto shout = named(workers, "Model.shout", "\"string\"");
      const auto whisper = named(workers, "Model.Inner.whisper", "\"string\"");
      const auto answer =
          run(workers, {{{shout}}, {{whisper}}}, {{0}, {0}}, {rows({{word("käsE")}})});
      REQUIRE(answer.size() == 1);
      CHECK(holds(answer[0], "KÄSE"));
      CHECK(holds(answer[0], "käse"));
    }
  }

  TEST_CASE("named arguments reach the function where the release knows them") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const std::vector<Argument> arguments{1, Argument(0, "right"), Argument(2, "left")};
      const auto call = [&] {
        const auto between = named(workers, "between", "\"string\"");
        return run(workers, {{{between}}}, {arguments}, {rows({{word(">"), word("x"), word("<")}})})
            .at(0);
      };
      if (interpreter.release == PythonRelease(3, 5)) {
        CHECK_THROWS_AS(call(), Error);
      } else {
        CHECK(holds(call(), "<x>"));
      }
    }
  }

  TEST_CASE("what a function raises, and a module that is not there, fail the task") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const std::vector<std::string> input{rows({{number(7)}})};
      CHECK_THROWS_WITH_AS(run(workers, {{{named(workers, "fail", "\"long\"")}}}, {{0}}, input),
                           "ValueError: no 7", PythonError);
      const auto nowhere =
          with_command(workers, python_function_command("no_such_module", "f", "\"long\""));
      CHECK_THROWS_WITH_AS(run(workers, {{{nowhere}}}, {{0}}, input),
                           doctest::Contains("no_such_module"), PythonError);
    }
  }

  TEST_CASE("a table function gives rows for each row, and some at its end") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      PythonTableFunction spread;
      spread.handler = with_command(workers, python_class_command(functions, "Spread"));
      spread.arguments = {0};
      spread.return_type_json = R"({"type":"struct","fields":[)"
                                R"({"name":"a","type":"long","nullable":true,"metadata":{}},)"
                                R"({"name":"b","type":"long","nullable":true,"metadata":{}}]})";
      spread.name = "spread";
      const PythonUdtfRunner runner(workers.factories(), spread,
                                    {.files_directory = workers.folder()});
      const auto answer =
          read_all(*runner.compute(source({rows({{number(2)}, {number(0)}, {number(1)}})}), {}));
      REQUIRE(answer.size() == 4);
      CHECK(holds(answer[0], "K\2K\0"s));
      CHECK(holds(answer[0], "K\2K\1"));
      CHECK(holds(answer[2], "K\1K\0"s));
      CHECK(holds(answer[3], "K\3K\x63"));
    }
  }

  TEST_CASE("a table function that a release cannot run is refused") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      PythonTableFunction spread;
      spread.handler = with_command(workers, python_class_command(functions, "Spread"));
      CHECK_THROWS_WITH_AS(PythonUdtfRunner(workers.factories(), spread),
                           doctest::Contains("return_type_json"), Error);
      spread.return_type_json = "{}";
      CHECK_NOTHROW(PythonUdtfRunner(workers.factories(), spread));
      spread.table_argument_offsets = {0};
      CHECK_THROWS_WITH_AS(PythonUdtfRunner(workers.factories(), spread),
                           doctest::Contains("only SQL_ARROW_UDTF"), Error);
      spread.table_argument_offsets = {};
      spread.partition_child_indexes = {0};
      if (interpreter.release == PythonRelease(3, 5)) {
        CHECK_THROWS_AS(PythonUdtfRunner(workers.factories(), spread), Error);
      } else {
        CHECK_NOTHROW(PythonUdtfRunner(workers.factories(), spread));
      }
    }
  }

  TEST_CASE("RDD work can be given by name, with the form of its items") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      CHECK(run_rdd(workers, "tag", RddFrames::bytes, RddFrames::bytes, {"a", "b"}) ==
            std::vector<std::string>{"5:a", "5:b"});
      const auto lengths =
          run_rdd(workers, "lengths", RddFrames::texts, RddFrames::pickles, {"a", "käse", ""});
      REQUIRE(lengths.size() == 3);
      CHECK(holds(lengths[1], "K\4"));
      const std::string batch = "\x80\x02](K\1K\2e.";
      const auto total = run_rdd(workers, "total", RddFrames::pickled_batches,
                                 RddFrames::pickled_batches, {batch, batch});
      REQUIRE(total.size() == 1);
      CHECK(holds(total[0], "K\6"));
    }
  }

  TEST_CASE("a command needs names, a type, and a form that workers can write") {
    CHECK_THROWS_AS(python_function_command("", "f", "\"long\""), Error);
    CHECK_THROWS_AS(python_function_command("m", "", "\"long\""), Error);
    CHECK_THROWS_AS(python_function_command("m", "f", ""), Error);
    CHECK_THROWS_AS(python_class_command("m", ""), Error);
    CHECK_THROWS_AS(rdd_function_command("m", "f", RddFrames::bytes, RddFrames::texts), Error);
  }
}
