// SPDX-License-Identifier: Apache-2.0
//
// Task headers of every release, byte by byte, against the vectors of make_header_vectors.py.
#include "runner/task/task_header.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <string>

#include "base/error.hpp"
#include "hex.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using py4cpp::runner::test::hex;

namespace {

// Everything that a TaskHeader refers to, with the values of the vector of that name.
struct Case {
  TaskContext context = {};
  std::vector<std::string> includes = {};
  std::vector<Broadcast> added = {};
  BroadcastChange broadcasts = {};
  EvalType eval_type = EvalType::non_udf;
  std::map<std::string, std::string> conf = {};
  std::map<std::string, std::string> eval_conf = {};
};

Case full_case() {
  Case made;
  made.context.stage_id = 7;
  made.context.partition_id = 3;
  made.context.attempt_number = 2;
  made.context.task_attempt_id = std::int64_t{1} << 40;
  made.context.cpus = 2;
  made.context.cpu_amount = "2.5";
  made.context.resources = {{"gpu", {"gpu", {"0", "1"}}}, {"fpga", {"fpga", {}}}};
  made.context.local_properties = {{"spark.job.description", "quote \" and \\ and \n"},
                                   {"käse", "日本"}};
  made.includes = {"a.zip", "b.egg"};
  made.added = {{11, "/tmp/b11"}, {12, "/b"}};
  made.broadcasts.removed = {4, 9};
  return made;
}

Case make_case(const std::string& name) {
  Case made;
  if (name == "full") made = full_case();
  if (name == "barrier") {
    made.context.barrier = true;
    made.context.barrier_server = {.port = 4711, .path = {}, .secret = "s3"};
  }
  if (name == "decrypting") {
    made.added = {{11, "/b"}};
    made.broadcasts.removed = {4};
    made.broadcasts.server = LocalServer{.port = 4712, .path = {}, .secret = "s4"};
  }
  if (name == "arrow") {
    made.eval_type = EvalType::sql_scalar_pandas_udf;
    made.conf = {{"a", "1"}, {"b", "2"}};
    made.eval_conf = {{"c", "3"}};
  }
  return made;
}

Bytes encode(PythonRelease release, Case from) {
  for (const Broadcast& broadcast : from.added) {
    from.broadcasts.added.push_back(std::make_shared<const Broadcast>(broadcast));
  }
  constexpr std::string_view command = "\x80\x05N.";
  Bytes out;
  write_task_header(release.variant(),
                    {.context = from.context,
                     .python_version = "3.11",
                     .files_directory = "/tmp/files",
                     .includes = from.includes,
                     .broadcasts = from.broadcasts,
                     .eval_type = from.eval_type,
                     .runner_conf = from.conf,
                     .eval_conf = from.eval_conf,
                     .write_command = [&](BytesWriter& writer) { writer.text(command); }},
                    out);
  return out;
}

}  // namespace

TEST_SUITE("task header") {
  TEST_CASE("every release gets the bytes that it reads") {
    std::ifstream vectors(PY4CPP_HEADER_VECTORS);
    std::string release;
    std::string name;
    std::string expected;
    int compared = 0;
    while (vectors >> release >> name >> expected) {
      CAPTURE(release);
      CAPTURE(name);
      CHECK(hex(encode(PythonRelease::parse(release), make_case(name))) == expected);
      ++compared;
    }
    CHECK(compared == 25);
  }

  TEST_CASE("a server on a Unix socket is for releases that have them") {
    Case barrier = make_case("barrier");
    barrier.context.barrier_server = {.port = -1, .path = "/tmp/barrier.sock", .secret = {}};
    CHECK_NOTHROW(encode(PythonRelease(4, 1), barrier));
    CHECK_THROWS_WITH_AS(encode(PythonRelease(3, 5), barrier),
                         "a barrier task of PySpark 3.5 needs a port, not a Unix socket", Error);
    Case decrypting = make_case("decrypting");
    decrypting.broadcasts.server = LocalServer{.port = -1, .path = "/tmp/b.sock", .secret = {}};
    CHECK_NOTHROW(encode(PythonRelease(4, 1), decrypting));
    CHECK_THROWS_WITH_AS(
        encode(PythonRelease(4, 0), decrypting),
        "a task with encrypted broadcasts of PySpark 4.0 needs a port, not a Unix socket", Error);
  }

  TEST_CASE("a property that is no UTF-8 does not break the header") {
    Case odd;
    odd.context.local_properties = {{"key", "\xff\xfe"}};
    CHECK_FALSE(encode(PythonRelease(4, 3), odd).empty());
  }
}
