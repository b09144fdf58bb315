// SPDX-License-Identifier: Apache-2.0
#include "launcher/submission.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "support.hpp"

using namespace py4cpp;
using namespace py4cpp::launcher;
using Words = std::vector<std::string>;

namespace {

Submission submit(SubmitOptions options, const Environment& environment = {}) {
  if (options.script.empty()) options.script = "/home/me/script.py";
  return make_submission(options, environment);
}

std::string submit_error(const SubmitOptions& options, const Environment& environment = {}) {
  return error_of([&] { submit(options, environment); });
}

// The lowest level that any component may write.
std::string least_level(const Submission& submission) {
  for (const auto& [level, name] :
       {std::pair(LogLevel::debug, "debug"), std::pair(LogLevel::info, "info"),
        std::pair(LogLevel::warn, "warn"), std::pair(LogLevel::error, "error")}) {
    if (submission.log_levels.allows(level, "Any")) return name;
  }
  return "off";
}

}  // namespace

TEST_SUITE_BEGIN("launcher submission");

TEST_CASE("without options a script runs on all processors under its own name") {
  const Submission submission = submit({.script = "/home/me/script.py", .arguments = {"a"}});
  CHECK_EQ(submission.conf.at("spark.master"), "local[*]");
  CHECK_EQ(submission.conf.at("spark.app.name"), "script.py");
  CHECK_EQ(submission.conf.at("spark.submit.deployMode"), "client");
  CHECK_EQ(submission.script, "/home/me/script.py");
  CHECK_EQ(submission.arguments, Words{"a"});
  CHECK_EQ(least_level(submission), "warn");
  CHECK(submission.warnings.empty());
}

TEST_CASE("the gateway of a shell is named as pyspark names it") {
  const Submission submission = submit({.script = shell_gateway});
  CHECK_EQ(submission.conf.at("spark.app.name"), "pyspark-shell");
  CHECK(submission.script.empty());
}

TEST_CASE("options win over --conf, --conf over the file, the file over the defaults") {
  const Folder folder;
  folder.write("spark-defaults.conf", "spark.a d\nspark.b d\nspark.c d\nspark.master local[9]");
  const std::string file = folder.write("p.conf", "spark.b f\nspark.c f\nspark.d f");
  const Environment environment{{"SPARK_CONF_DIR", folder.path("")}};
  SubmitOptions options{.conf = {{"spark.c", "c"}, {"spark.driver.memory", "c"}},
                        .named_conf = {{"spark.driver.memory", "o"}}};

  CHECK_EQ(submit(options, environment).conf.at("spark.master"), "local[9]");
  options.properties_file = file;
  Submission submission = submit(options, environment);
  CHECK_EQ(submission.conf.count("spark.a"), 0);
  CHECK_EQ(submission.conf.at("spark.b"), "f");
  CHECK_EQ(submission.conf.at("spark.c"), "c");
  CHECK_EQ(submission.conf.at("spark.driver.memory"), "o");

  options.load_defaults = true;
  options.master = "local[3]";
  submission = submit(options, environment);
  CHECK_EQ(submission.conf.at("spark.a"), "d");
  CHECK_EQ(submission.conf.at("spark.b"), "f");
  CHECK_EQ(submission.conf.at("spark.master"), "local[3]");
}

TEST_CASE("settings that are not Spark's are dropped with a warning") {
  const Submission submission = submit({.conf = {{"my.key", "1"}, {"spark.x", "2"}}});
  CHECK_EQ(submission.conf.count("my.key"), 0);
  CHECK_EQ(submission.warnings, Words{"Ignoring non-Spark config property: my.key"});
}

TEST_CASE("Python files are absolute and among the files of the tasks") {
  const Folder folder;
  const std::string module = folder.write("m.py", "");
  const std::string data = folder.write("data.txt", "");
  const Submission submission = submit({.py_files = {"file://" + module}, .files = {data}});
  CHECK_EQ(submission.py_files, Words{module});
  CHECK_EQ(submission.conf.at("spark.submit.pyFiles"), module);
  CHECK_EQ(submission.conf.at("spark.files"), data + "," + module);
}

TEST_CASE("what follows a file's hash is cut off, unless the name itself holds it") {
  const Folder folder;
  const std::string plain = folder.write("a.conf", ""), odd = folder.write("b#c.conf", "");
  CHECK_EQ(submit({.files = {plain + "#alias", odd}}).conf.at("spark.files"), plain + "," + odd);
  CHECK(contains(submit_error({.files = {"no.conf#x"}}), "--files 'no.conf' does not exist"));
}

TEST_CASE("an archive keeps the name of its folder") {
  const Folder folder;
  const std::string archive = folder.write("a.zip", "");
  CHECK_EQ(submit({.archives = {archive + "#data"}}).conf.at("spark.archives"), archive + "#data");
  CHECK(contains(submit_error({.archives = {"no.zip#data"}}), "--archives 'no.zip' does not"));
}

TEST_CASE("a pattern stands for the files that it matches") {
  const Folder folder;
  const std::string a = folder.write("a.zip", ""), b = folder.write("b.zip", "");
  folder.write("c.py", "");
  const std::string pattern = std::filesystem::path(a).parent_path() / "*.zip";
  CHECK_EQ(submit({.py_files = {pattern}}).py_files, Words{a, b});
  CHECK_EQ(submit({.files = {pattern}}).conf.at("spark.files"), a + "," + b);
  CHECK_EQ(submit({.archives = {pattern}}).conf.at("spark.archives"), a + "," + b);
  CHECK(contains(submit_error({.archives = {pattern + "#x"}}), "matches 2 files"));
  const std::string advice = "; correct the path or put the file there";
  const std::string nothing = submit_error({.files = {"no*.txt"}});
  CHECK(contains(nothing, "--files 'no*.txt' matches no file (looked for "));
  CHECK(nothing.ends_with("/no*.txt)" + advice));
  const std::string no_pattern = submit_error({.files = {"{a"}});
  CHECK(contains(no_pattern, "--files '{a' does not exist and is no pattern"));
  CHECK(no_pattern.ends_with(advice));
  const std::string odd = folder.write("[odd].zip", "");
  CHECK_EQ(submit({.py_files = {odd}}).py_files, Words{odd});
}

TEST_CASE("files may also come from the settings") {
  const Folder folder;
  const std::string module = folder.write("m.zip", "");
  const Submission submission = submit({.conf = {{"spark.submit.pyFiles", module}}});
  CHECK_EQ(submission.py_files, Words{module});
}

TEST_CASE("a file that is missing or of the wrong kind is named with its option") {
  CHECK(contains(submit_error({.py_files = {"no.py"}}), "--py-files 'no.py' does not exist"));
  CHECK(contains(submit_error({.files = {"/no/file"}}), "--files '/no/file' does not exist"));
  CHECK(contains(submit_error({.plugins = {"no.so"}}), "--plugin 'no.so' does not exist"));
  CHECK(contains(submit_error({.py_files = {"/etc/passwd"}}), "no .py, .zip or .egg"));
  CHECK(contains(submit_error({.files = {"hdfs://host/file"}}), "local files only"));
  CHECK(contains(submit_error({.properties_file = "no.conf"}), "'no.conf' cannot be read"));
}

TEST_CASE("local masters are accepted, everything else says what to use") {
  for (const char* master :
       {"local", "local[1]", "local[16]", "local[*]", "local[2,4]", "local[*, 2]"}) {
    CHECK_NOTHROW(check_master(master));
  }
  for (const char* master : {"local[0]", "local[]", "local[-1]", "local[x]", "local[2", "local2",
                             "local[2,]", "local[2,0]", "bogus", ""}) {
    CHECK_MESSAGE(contains(error_of([&] { check_master(master); }), "local[N]"), master);
  }
  for (const char* master : {"spark://host:7077", "yarn", "k8s://https://host:443"}) {
    CHECK_MESSAGE(contains(error_of([&] { check_master(master); }), "cannot hand a program over"),
                  master);
  }
}

TEST_CASE("only the client mode exists") {
  CHECK(contains(submit_error({.deploy_mode = "cluster"}), "--deploy-mode cluster"));
  CHECK_NOTHROW(submit({.deploy_mode = "client"}));
}

TEST_CASE("the log level comes from setting, variable or --verbose, in this order") {
  const Environment debug{{"PY4CPP_LOG", "debug"}};
  const auto error = submit({.conf = {{"spark.log.level", "ERROR"}}, .verbose = true}, debug);
  CHECK_EQ(least_level(error), "error");
  CHECK_EQ(least_level(submit({.verbose = true}, debug)), "debug");
  CHECK_EQ(least_level(submit({.verbose = true})), "info");
  CHECK(contains(submit_error({}, {{"PY4CPP_LOG", "loud"}}), "PY4CPP_LOG 'loud'"));
}

TEST_CASE("one component may have a log level of its own") {
  const Submission submission = submit({}, {{"PY4CPP_LOG", "error,Gateway=debug"}});
  CHECK(submission.log_levels.allows(LogLevel::debug, "Gateway"));
  CHECK_FALSE(submission.log_levels.allows(LogLevel::warn, "WorkerFactory"));
}

TEST_CASE("options without effect are told to the user") {
  CHECK_EQ(submit({.without_effect = {"--jars"}}).warnings,
           Words{"--jars has no effect in py4cpp"});
}

TEST_CASE("the verbose description hides secrets") {
  const std::string text =
      describe(submit({.conf = {{"spark.my.password", "hunter2"}, {"spark.x", "seen"}}}));
  CHECK(contains(text, "spark.x=seen"));
  CHECK(contains(text, "spark.my.password=***"));
  CHECK_FALSE(contains(text, "hunter2"));
}

TEST_SUITE_END();
