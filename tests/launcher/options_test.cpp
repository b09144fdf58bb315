// SPDX-License-Identifier: Apache-2.0
#include "launcher/options.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace py4cpp::launcher;
using Words = std::vector<std::string>;

namespace {

std::string usage_error(const Words& arguments) {
  return error_of([&] { parse_submit_options(arguments); });
}

}  // namespace

TEST_SUITE_BEGIN("launcher options");

TEST_CASE("what follows the script belongs to the script") {
  const auto options =
      parse_submit_options({"--name", "n", "script.py", "a", "--master", "x", "--", "-h", "b c"});
  CHECK_EQ(options.script, "script.py");
  CHECK_EQ(options.arguments, Words{"a", "--master", "x", "--", "-h", "b c"});
  CHECK_EQ(options.name, "n");
  CHECK_FALSE(options.master);
  CHECK_FALSE(options.help);
}

TEST_CASE("options have Spark's names and forms") {
  const auto options =
      parse_submit_options({"--master=local[2]", "-c", "spark.a=1", "--conf", "spark.b=x=y",
                            "--conf=spark.c=", "--properties-file", "p.conf", "--verbose",
                            "--deploy-mode", "client", "s.py"});
  CHECK_EQ(options.master, "local[2]");
  REQUIRE_EQ(options.conf.size(), 3);
  CHECK_EQ(options.conf[0], std::pair<std::string, std::string>("spark.a", "1"));
  CHECK_EQ(options.conf[1], std::pair<std::string, std::string>("spark.b", "x=y"));
  CHECK_EQ(options.conf[2], std::pair<std::string, std::string>("spark.c", ""));
  CHECK_EQ(options.properties_file, "p.conf");
  CHECK_EQ(options.deploy_mode, "client");
  CHECK(options.verbose);
  CHECK_EQ(options.script, "s.py");
}

TEST_CASE("the last one of an option wins, and lists grow") {
  const auto options = parse_submit_options({"--master", "local", "--master", "local[2]",
                                             "--py-files", "a.py, b.zip,", "--py-files", "c.egg",
                                             "--plugin", "x.so", "--plugin", "y.so", "s.py"});
  CHECK_EQ(options.master, "local[2]");
  CHECK_EQ(options.py_files, Words{"a.py", "b.zip", "c.egg"});
  CHECK_EQ(options.plugins, Words{"x.so", "y.so"});
}

TEST_CASE("options that name a setting become that setting") {
  const auto options =
      parse_submit_options({"--driver-memory", "2g", "--driver-java-options", "-Dx=1 -Dy", "s.py"});
  CHECK_EQ(options.named_conf.at("spark.driver.memory"), "2g");
  CHECK_EQ(options.named_conf.at("spark.driver.extraJavaOptions"), "-Dx=1 -Dy");
  CHECK_EQ(options.named_conf.size(), 2);
}

TEST_CASE("options about Java are taken and noted") {
  const auto options = parse_submit_options({"--jars", "a.jar", "--class", "x.Y", "s.py"});
  CHECK_EQ(options.without_effect, Words{"--class", "--jars"});
}

TEST_CASE("an unknown option is named") {
  CHECK(contains(usage_error({"--bogus", "s.py"}), "unknown option '--bogus'"));
  CHECK(contains(usage_error({"--master", "local", "-x", "s.py"}), "unknown option '-x'"));
}

TEST_CASE("an option without its value is named") {
  CHECK(contains(usage_error({"--master"}), "--master needs a value"));
  CHECK(contains(usage_error({"s.py", "--master"}), ""));
}

TEST_CASE("a setting without '=' is named, and what to write") {
  CHECK(contains(usage_error({"--conf", "spark.a", "s.py"}), "'spark.a' has no '='"));
  CHECK(contains(usage_error({"--conf", "=1", "s.py"}), "write --conf KEY=VALUE"));
}

TEST_CASE("what cannot be done is refused, not ignored") {
  CHECK(contains(usage_error({"--kill", "id", "s.py"}), "--kill is not supported"));
  CHECK(contains(usage_error({"--supervise", "s.py"}), "--supervise is not supported"));
}

TEST_CASE("help lists every option") {
  const std::string help = submit_help("py4cpp run");
  CHECK_EQ(help.find("Runs a Python program"), 0);
  CHECK(contains(help, "Usage: py4cpp run [options] script.py"));
  for (const char* option : {"--master", "--name", "--conf", "--properties-file", "--py-files",
                             "--files", "--plugin", "--verbose", "--version", "--driver-memory"}) {
    CHECK_MESSAGE(contains(help, option), option);
  }
}

TEST_CASE("flags alone need no script") {
  CHECK(parse_submit_options({"--help"}).help);
  CHECK(parse_submit_options({"--version"}).version);
  CHECK(parse_submit_options({}).script.empty());
}

TEST_SUITE_END();
