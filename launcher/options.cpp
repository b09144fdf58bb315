// SPDX-License-Identifier: Apache-2.0
#include "launcher/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>

namespace py4cpp::launcher {
namespace {

// Options with a value that only name a conf key in another way.
struct NamedConf {
  const char* option;
  const char* key;
};
constexpr std::array<NamedConf, 8> named_conf = {{
    {"--driver-memory", "spark.driver.memory"},
    {"--driver-cores", "spark.driver.cores"},
    {"--executor-memory", "spark.executor.memory"},
    {"--executor-cores", "spark.executor.cores"},
    {"--total-executor-cores", "spark.cores.max"},
    {"--num-executors", "spark.executor.instances"},
    {"--driver-java-options", "spark.driver.extraJavaOptions"},
    {"--driver-library-path", "spark.driver.extraLibraryPath"},
}};

// Options about Java code or clusters, which change nothing for a Python program on one machine.
constexpr std::array without_effect = {
    "--class",        "--jars",  "--packages",         "--exclude-packages",
    "--repositories", "--queue", "--driver-class-path"};

// Options whose meaning we cannot keep: to go on without them would do something else than asked.
constexpr std::array refused = {"--kill",   "--status",    "--remote",
                                "--keytab", "--principal", "--proxy-user"};

// What the parser fills besides SubmitOptions.
struct Raw {
  std::vector<std::string> conf;
  std::vector<std::string> py_files;
  std::vector<std::string> files;
  std::vector<std::string> archives;
  std::vector<std::string> plugins;
  std::map<std::string, std::string> values;  // Every table-driven option by its name.
  bool supervise = false;
};

template <typename Target>
CLI::Option* value_option(CLI::App& app, const std::string& names, Target& target,
                          const std::string& text, const char* placeholder) {
  return app.add_option(names, target, text)
      ->type_name(placeholder)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void list_option(CLI::App& app, const std::string& names, std::vector<std::string>& target,
                 const std::string& text, const char* placeholder) {
  app.add_option(names, target, text)
      ->type_name(placeholder)
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void declare(CLI::App& app, SubmitOptions& options, Raw& raw) {
  app.set_help_flag();
  app.prefix_command();
  value_option(app, "--master", options.master,
               "local, local[N] or local[*]: tasks at once (default: local[*])", "URL");
  value_option(app, "--name", options.name, "name of the application (default: the script's)",
               "NAME");
  value_option(app, "--deploy-mode", options.deploy_mode, "client, the only one here", "MODE");
  list_option(app, "-c,--conf", raw.conf, "a Spark setting; may be given again", "KEY=VALUE");
  value_option(app, "--properties-file", options.properties_file,
               "settings, one a line (default: spark-defaults.conf)", "FILE");
  app.add_flag("--load-spark-defaults", options.load_defaults,
               "read spark-defaults.conf besides --properties-file");
  list_option(app, "--py-files", raw.py_files,
              ".py, .zip and .egg files, with commas, to import from", "FILES");
  list_option(app, "--files", raw.files, "files, with commas, for SparkFiles.get(name)", "FILES");
  list_option(app, "--archives", raw.archives,
              "archives, with commas, to unpack for the tasks (x.zip#folder)", "FILES");
  list_option(app, "--plugin", raw.plugins, "a shared library with C++ classes; may be given again",
              "LIBRARY");
  app.add_flag("-v,--verbose", options.verbose, "show what was understood, and log more");
  app.add_flag("-h,--help", options.help, "show this text");
  app.add_flag("--version", options.version, "show the version");
  for (const NamedConf& entry : named_conf) {
    value_option(app, entry.option, raw.values[entry.option], entry.key, "VALUE")
        ->group("Other names of settings");
  }
  for (const char* name : without_effect) {
    value_option(app, name, raw.values[name], "", "VALUE")->group("Accepted, without effect");
  }
  for (const char* name : refused)
    value_option(app, name, raw.values[name], "", "VALUE")->group("");
  app.add_flag("--supervise", raw.supervise)->group("");
}

// CLI11's usage line does not know that the script comes last.
class SubmitFormatter : public CLI::Formatter {
 public:
  explicit SubmitFormatter(std::string command) : command_(std::move(command)) { column_width(32); }
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: " + command_ + " [options] script.py [arguments of the script]\n";
  }

 private:
  const std::string command_;
};

std::pair<std::string, std::string> split_conf(const std::string& setting) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError("--conf '" + setting + "' has no " +
                     (equals == 0 ? "name before the '='" : "'='") + "; write --conf KEY=VALUE");
  }
  return {setting.substr(0, equals), setting.substr(equals + 1)};
}

void append_lists(const std::vector<std::string>& lists, std::vector<std::string>& target) {
  for (const std::string& list : lists) {
    for (std::string& part : split_list(list)) target.push_back(std::move(part));
  }
}

// CLI11 wants the arguments in reverse order. Its own messages name neither cause nor remedy.
void parse(CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ArgumentMismatch& mismatch) {
    const std::string text = mismatch.what();
    throw UsageError("option " + text.substr(0, text.find(':')) + " needs a value after it");
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace

SubmitOptions parse_submit_options(const std::vector<std::string>& arguments) {
  CLI::App app;
  SubmitOptions options;
  Raw raw;
  declare(app, options, raw);
  parse(app, arguments);

  std::vector<std::string> rest = app.remaining();
  if (!rest.empty() && rest.front().size() > 1 && rest.front().front() == '-') {
    throw UsageError("unknown option '" + rest.front() +
                     "'; options of the script itself go after the script");
  }
  for (const char* name : refused) {
    if (app.count(name) > 0) throw UsageError(std::string(name) + " is not supported by py4cpp");
  }
  if (raw.supervise) throw UsageError("--supervise is not supported by py4cpp");
  for (const NamedConf& entry : named_conf) {
    if (app.count(entry.option) > 0) options.named_conf[entry.key] = raw.values[entry.option];
  }
  for (const char* name : without_effect) {
    if (app.count(name) > 0) options.without_effect.emplace_back(name);
  }
  for (const std::string& setting : raw.conf) options.conf.push_back(split_conf(setting));
  append_lists(raw.py_files, options.py_files);
  append_lists(raw.files, options.files);
  append_lists(raw.archives, options.archives);
  append_lists(raw.plugins, options.plugins);
  if (!rest.empty()) {
    options.script = rest.front();
    options.arguments.assign(rest.begin() + 1, rest.end());
  }
  return options;
}

std::string submit_help(const std::string& command) {
  CLI::App app("Runs a Python program that uses PySpark, with C++ in the place of the JVM.");
  SubmitOptions options;
  Raw raw;
  declare(app, options, raw);
  app.formatter(std::make_shared<SubmitFormatter>(command));
  return app.help();
}

std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    const std::string part = CLI::detail::trim_copy(list.substr(begin, comma - begin));
    if (!part.empty()) parts.push_back(part);
    begin = comma + 1;
  }
  return parts;
}

}  // namespace py4cpp::launcher
