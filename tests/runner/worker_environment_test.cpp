// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/worker_environment.hpp"

#include <doctest/doctest.h>

using namespace py4cpp;
using namespace py4cpp::runner;

TEST_SUITE("worker environment") {
  TEST_CASE("workers get what pyspark asks the environment for") {
    const Environment environment = worker_environment(
        {.local_dirs = {"/a", "/b"}, .buffer_bytes = 1000, .omp_threads = 3, .memory_mb = 512}, {},
        {{"HOME", "/home/me"}}, "");
    CHECK(environment.at("HOME") == "/home/me");
    CHECK(environment.at("SPARK_REUSE_WORKER") == "1");
    CHECK(environment.at("SPARK_LOCAL_DIRS") == "/a,/b");
    CHECK(environment.at("SPARK_BUFFER_SIZE") == "1000");
    CHECK(environment.at("OMP_NUM_THREADS") == "3");
    CHECK(environment.at("PYSPARK_EXECUTOR_MEMORY_MB") == "512");
    CHECK(environment.at("PYTHONUNBUFFERED") == "YES");
    CHECK(environment.at("PYTHONHASHSEED") == "0");
    CHECK(environment.at("SPARK_JOB_ARTIFACT_UUID") == "default");
    CHECK_FALSE(environment.contains("PYTHON_FAULTHANDLER_DIR"));
    CHECK_FALSE(environment.contains("PYTHON_TRACEBACK_DUMP_INTERVAL_SECONDS"));
  }

  TEST_CASE("workers that serve one task are not told to wait for more") {
    CHECK_FALSE(worker_environment({.reuse = false}, {}, {}, "").contains("SPARK_REUSE_WORKER"));
    CHECK_FALSE(
        worker_environment({.use_daemon = false}, {}, {}, "").contains("SPARK_REUSE_WORKER"));
  }

  TEST_CASE("a function's own settings win") {
    const Environment environment =
        worker_environment({.environment = {{"A", "options"}, {"B", "options"}}},
                           {{"A", "function"}, {"OMP_NUM_THREADS", "8"}, {"PYTHONHASHSEED", "7"}},
                           {{"B", "mine"}}, "");
    CHECK(environment.at("A") == "function");
    CHECK(environment.at("B") == "options");
    CHECK(environment.at("OMP_NUM_THREADS") == "8");
    CHECK(environment.at("PYTHONHASHSEED") == "7");
  }

  TEST_CASE("the handshake and the switches of another daemon do not leak in") {
    const Environment environment =
        worker_environment({.reuse = false}, {},
                           {{"PYTHON_WORKER_FACTORY_SECRET", "s"},
                            {"PYTHON_UNIX_DOMAIN_ENABLED", "True"},
                            {"SPARK_REUSE_WORKER", "1"},
                            {"SPARK_PIPELINED_UDF", "1"},
                            {"SPARK_PIPELINED_UDF_QUEUE_DEPTH", "9"},
                            {"PYTHON_TRACEBACK_DUMP_INTERVAL_SECONDS", "1"},
                            {"OMP_NUM_THREADS", "64"}},
                           "");
    CHECK(environment.at("OMP_NUM_THREADS") == "1");
    CHECK_FALSE(environment.contains("PYTHON_WORKER_FACTORY_SECRET"));
    CHECK_FALSE(environment.contains("PYTHON_UNIX_DOMAIN_ENABLED"));
    for (const char* name :
         {"SPARK_REUSE_WORKER", "SPARK_PIPELINED_UDF", "SPARK_PIPELINED_UDF_QUEUE_DEPTH",
          "PYTHON_TRACEBACK_DUMP_INTERVAL_SECONDS"}) {
      CAPTURE(name);
      CHECK_FALSE(environment.contains(name));
    }
  }

  TEST_CASE("module paths are joined, the function's first, each once") {
    const Environment environment =
        worker_environment({.environment = {{"PYTHONPATH", "/o:/both"}}}, {{"PYTHONPATH", "/f"}},
                           {{"PYTHONPATH", "/both::/i"}}, "");
    CHECK(environment.at("PYTHONPATH") == "/f:/o:/both:/i");
  }

  TEST_CASE("crash reports and stack dumps are asked for by name") {
    const Environment environment = worker_environment(
        {.faulthandler = true, .traceback_dump_s = std::chrono::seconds(5)}, {}, {}, "/faults");
    CHECK(environment.at("PYTHON_FAULTHANDLER_DIR") == "/faults");
    CHECK(environment.at("PYTHON_TRACEBACK_DUMP_INTERVAL_SECONDS") == "5");
  }
}
