// SPDX-License-Identifier: Apache-2.0
#include "launcher/interpreter.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace py4cpp;
using namespace py4cpp::launcher;

TEST_SUITE_BEGIN("launcher interpreter");

TEST_CASE("the chain of names goes from the driver's setting to python3") {
  const Folder folder;
  const std::string python3 = folder.program("bin/python3");
  Environment environment{{"PATH", folder.path("bin")}};
  CHECK_EQ(find_interpreters({}, environment).driver, python3);

  const std::string python = folder.program("bin/python");
  CHECK_EQ(find_interpreters({}, environment).driver, python);
  environment["PYSPARK_PYTHON"] = folder.program("a");
  CHECK_EQ(find_interpreters({}, environment).driver, folder.path("a"));
  environment["PYSPARK_DRIVER_PYTHON"] = folder.program("b");
  CHECK_EQ(find_interpreters({}, environment).driver, folder.path("b"));
  std::map<std::string, std::string> conf{{"spark.pyspark.python", folder.program("c")}};
  CHECK_EQ(find_interpreters(conf, environment).driver, folder.path("c"));
  conf["spark.pyspark.driver.python"] = folder.program("d");
  CHECK_EQ(find_interpreters(conf, environment).driver, folder.path("d"));
}

TEST_CASE("workers run the driver's interpreter unless the user names another") {
  const Folder folder;
  const std::string python = folder.program("bin/python");
  Environment environment{{"PATH", folder.path("bin")}};
  CHECK_EQ(find_interpreters({}, environment).workers, python);
  environment["PYSPARK_DRIVER_PYTHON"] = folder.program("d");
  CHECK_EQ(find_interpreters({}, environment).workers, folder.path("d"));
  environment["PYSPARK_PYTHON"] = "python3.11";
  CHECK_EQ(find_interpreters({}, environment).workers, "python3.11");
  CHECK_EQ(find_interpreters({{"spark.pyspark.python", folder.program("c")}}, environment).workers,
           folder.path("c"));
}

TEST_CASE("an interpreter that is not there is named with its source") {
  const std::string text = error_of([] {
    find_interpreters({{"spark.pyspark.python", "/no/python"}}, {{"PATH", "/bin"}});
  });
  CHECK(contains(text, "'/no/python' (from --conf spark.pyspark.python)"));
  CHECK(contains(error_of([] {
                   find_interpreters({}, {{"PATH", "/nowhere"}});
                 }),
                 "neither 'python' nor 'python3'"));
}

TEST_CASE("a driver's interpreter keeps the path of its virtual environment") {
  const Folder folder;
  const std::string real = folder.program("base/python3.11");
  folder.write("venv/bin/other", "");
  const std::string venv = folder.path("venv/bin/python");
  std::filesystem::create_symlink(real, venv);
  const auto found = [&](const std::string& first, const std::string& executable) {
    return interpreter_from({.first_argument = first,
                             .executable = executable,
                             .path = folder.path("venv/bin"),
                             .working_directory = folder.path("venv")});
  };
  CHECK_EQ(found(venv, real), venv);
  CHECK_EQ(found("python", real), venv);
  CHECK_EQ(found("bin/python", real), folder.path("venv/bin/python"));
  CHECK_EQ(found("made up", real), real);
  CHECK_EQ(found(folder.path("venv/bin/other"), real), real);
  CHECK_EQ(found("java", "/usr/bin/java"), "");
}

TEST_CASE("this process is no Python") { CHECK_EQ(interpreter_of(::getpid()), ""); }

TEST_SUITE_END();
