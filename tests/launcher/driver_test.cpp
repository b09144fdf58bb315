// SPDX-License-Identifier: Apache-2.0
#include "launcher/driver.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace py4cpp;
using namespace py4cpp::launcher;

TEST_SUITE_BEGIN("launcher driver");

TEST_CASE("the driver's environment says where the gateway is and how Python shall behave") {
  const Environment environment = driver_environment(
      {{"HOME", "/home/me"}, {"_PYSPARK_DRIVER_CONN_INFO_PATH", "/x"}, {"PY4CPP_RUN", "y"}},
      {.port = 4711, .token = "t", .worker_python = "/bin/python3", .home = "/spark", .mark = "m"});
  CHECK_EQ(environment, Environment{{"HOME", "/home/me"},
                                    {"PY4CPP_DRIVER", "m"},
                                    {"PYSPARK_GATEWAY_PORT", "4711"},
                                    {"PYSPARK_GATEWAY_SECRET", "t"},
                                    {"PYSPARK_PYTHON", "/bin/python3"},
                                    {"PYTHONHASHSEED", "0"},
                                    {"PYTHONUNBUFFERED", "YES"},
                                    {"SPARK_HOME", "/spark"}});
}

TEST_CASE("the user's own hash seed and SPARK_HOME are kept") {
  const Environment environment =
      driver_environment({{"PYTHONHASHSEED", "7"}, {"SPARK_HOME", "/theirs"}}, {.home = "/spark"});
  CHECK_EQ(environment.at("PYTHONHASHSEED"), "7");
  CHECK_EQ(environment.at("SPARK_HOME"), "/theirs");
}

TEST_CASE("Python files come before the inherited path") {
  CHECK_EQ(
      driver_environment({{"PYTHONPATH", "/c"}}, {.python_path = {"/a", "/b"}}).at("PYTHONPATH"),
      "/a:/b:/c");
  CHECK_EQ(driver_environment({}, {.python_path = {"/a"}}).at("PYTHONPATH"), "/a");
}

TEST_CASE("modules are copied into one folder, archives stay where they are") {
  const Folder folder;
  const std::string first = folder.write("x/m.py", "1");
  const std::string second = folder.write("y/n.py", "2");
  const std::string archive = folder.write("z.zip", "");
  const auto path = python_path_of({first, archive, second}, folder.path(""));
  CHECK_EQ(path, std::vector<std::string>{folder.path("py-files"), archive});
  CHECK(std::filesystem::exists(folder.path("py-files/m.py")));
  CHECK(std::filesystem::exists(folder.path("py-files/n.py")));
}

TEST_CASE("a module that cannot be copied is named") {
  const Folder folder;
  const std::string module = folder.write("m.py", "1");
  CHECK(contains(error_of([&] { python_path_of({module}, "/no/such/folder"); }), module));
}

TEST_SUITE_END();
