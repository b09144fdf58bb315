// SPDX-License-Identifier: Apache-2.0
#include "launcher/submission.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string_view>

#include "engine/io/glob.hpp"
#include "gateway/named_error.hpp"
#include "launcher/properties.hpp"

namespace py4cpp::launcher {
namespace {

namespace fs = std::filesystem;
using Conf = std::map<std::string, std::string>;

std::string value_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

// The path behind a plain path or a file: URI, absolute.
std::string local_path(const std::string& name, const std::string& option) {
  std::string path = name;
  if (path.rfind("file:", 0) == 0) {
    path.erase(0, 5);
    while (path.rfind("//", 0) == 0) path.erase(0, 1);
  } else if (const std::size_t scheme = path.find("://"); scheme != std::string::npos) {
    throw Error(option + " '" + name + "': py4cpp reads local files only; copy it here first");
  }
  return fs::absolute(path).lexically_normal().string();
}

// A file whose name happens to look like a pattern is itself.
std::vector<std::string> matching_files(const std::string& name, const std::string& option) {
  const std::string path = local_path(name, option);
  if (fs::exists(path)) return {path};
  const auto nothing = [&](const std::string& what, const std::string& detail) {
    return Error(option + " '" + name + "' " + what + " (" + detail +
                 "); correct the path or put the file there");
  };
  std::vector<std::string> found;
  const bool is_pattern = engine::is_glob(path);
  try {
    if (is_pattern) found = engine::find_glob(path);
  } catch (const NamedError& error) {
    throw nothing("does not exist and is no pattern", error.what());
  }
  if (found.empty()) {
    throw nothing(is_pattern ? "matches no file" : "does not exist", "looked for " + path);
  }
  return found;
}

std::vector<std::string> existing_files(const std::vector<std::string>& names,
                                        const std::string& option) {
  std::vector<std::string> paths;
  for (const std::string& name : names) {
    for (std::string& path : matching_files(name, option)) paths.push_back(std::move(path));
  }
  return paths;
}

void check_py_files(const std::vector<std::string>& paths) {
  static constexpr std::array endings = {".py", ".zip", ".egg", ".whl", ".jar"};
  for (const std::string& path : paths) {
    const std::string ending = fs::path(path).extension().string();
    if (fs::is_directory(path) ||
        std::find(endings.begin(), endings.end(), ending) == endings.end()) {
      throw Error("--py-files '" + path +
                  "' is no .py, .zip or .egg file; pack a package folder into a .zip first");
    }
  }
}

// Settings of files: only spark.* keys count, the others are named in a warning as Spark does.
void add_file(const std::string& path, Conf& conf, std::vector<std::string>& warnings) {
  for (auto& [key, value] : read_properties(path)) {
    if (key.rfind("spark.", 0) == 0) {
      conf[key] = value;
    } else {
      warnings.push_back("Ignoring non-Spark config property: " + key);
    }
  }
}

std::string defaults_file(const Environment& environment) {
  std::string folder = value_of(environment, "SPARK_CONF_DIR");
  if (folder.empty()) {
    const std::string home = value_of(environment, "SPARK_HOME");
    if (home.empty()) return {};
    folder = home + "/conf";
  }
  const std::string path = folder + "/spark-defaults.conf";
  return fs::is_regular_file(path) ? path : std::string();
}

void add_settings(const SubmitOptions& options, const Environment& environment,
                  Submission& submission) {
  Conf& conf = submission.conf;
  if (!options.properties_file || options.load_defaults) {
    const std::string defaults = defaults_file(environment);
    if (!defaults.empty()) add_file(defaults, conf, submission.warnings);
  }
  if (options.properties_file) add_file(*options.properties_file, conf, submission.warnings);
  for (const auto& [key, value] : options.conf) {
    if (key.rfind("spark.", 0) == 0) {
      conf[key] = value;
    } else {
      submission.warnings.push_back("Ignoring non-Spark config property: " + key);
    }
  }
  for (const auto& [key, value] : options.named_conf) conf[key] = value;
  if (options.name) conf["spark.app.name"] = *options.name;
  if (options.master) conf["spark.master"] = *options.master;
  if (!value_of(environment, "MASTER").empty()) {
    conf.emplace("spark.master", environment.at("MASTER"));
  }
  conf.emplace("spark.master", "local[*]");
  if (options.deploy_mode) conf["spark.submit.deployMode"] = *options.deploy_mode;
  conf.emplace("spark.submit.deployMode", "client");
}

// An archive may be followed by '#' and the name of the folder to unpack it into.
void add_archives(const std::vector<std::string>& names, Conf& conf) {
  std::vector<std::string> archives;
  for (const std::string& name : names) {
    const std::size_t fragment = std::min(name.find('#'), name.size());
    const auto found = matching_files(name.substr(0, fragment), "--archives");
    if (found.size() > 1 && fragment < name.size()) {
      throw Error("--archives '" + name + "' matches " + std::to_string(found.size()) +
                  " files, which cannot all be unpacked into one folder; leave out the '#' part");
    }
    for (const std::string& file : found) archives.push_back(file + name.substr(fragment));
  }
  if (!archives.empty()) conf["spark.archives"] = joined(archives);
}

// What follows a '#' names a link on a cluster; on one machine Spark cuts it off. A file whose own
// name holds one is itself.
std::vector<std::string> without_fragments(std::vector<std::string> names) {
  for (std::string& name : names) {
    if (!fs::exists(name)) name.resize(std::min(name.find('#'), name.size()));
  }
  return names;
}

// As in Spark the Python files are among the files that every task may see.
void add_files(const SubmitOptions& options, Submission& submission) {
  Conf& conf = submission.conf;
  const auto listed = [&conf](const std::vector<std::string>& given, const std::string& key) {
    const auto set = conf.find(key);
    return given.empty() && set != conf.end() ? split_list(set->second) : given;
  };
  submission.py_files =
      existing_files(listed(options.py_files, "spark.submit.pyFiles"), "--py-files");
  check_py_files(submission.py_files);
  std::vector<std::string> files =
      existing_files(without_fragments(listed(options.files, "spark.files")), "--files");
  if (!submission.py_files.empty()) conf["spark.submit.pyFiles"] = joined(submission.py_files);
  for (const std::string& file : submission.py_files) {
    if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  }
  if (!files.empty()) conf["spark.files"] = joined(files);
  add_archives(listed(options.archives, "spark.archives"), conf);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

LogLevels named_levels(const std::string& text, const std::string& source) {
  try {
    return LogLevels::parse(text);
  } catch (const Error& error) {
    throw Error(source + " '" + text + "': " + error.what());
  }
}

LogLevels log_levels(const SubmitOptions& options, const Conf& conf,
                     const Environment& environment) {
  const auto set = conf.find("spark.log.level");
  if (set != conf.end()) return named_levels(set->second, "spark.log.level");
  const std::string variable = value_of(environment, "PY4CPP_LOG");
  if (!variable.empty()) return named_levels(variable, "PY4CPP_LOG");
  return LogLevels(options.verbose ? LogLevel::info : LogLevel::warn);
}

bool is_count(std::string_view text) {
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() && count > 0;
}

// local, local[N], local[*], local[N,F] or local[*,F].
bool is_local(std::string_view master) {
  if (master == "local") return true;
  if (master.rfind("local[", 0) != 0 || master.back() != ']') return false;
  const std::string_view inside = master.substr(6, master.size() - 7);
  const std::size_t comma = inside.find(',');
  const std::string_view slots = inside.substr(0, comma);
  if (slots != "*" && !is_count(slots)) return false;
  if (comma == std::string_view::npos) return true;
  std::string_view attempts = inside.substr(comma + 1);
  attempts.remove_prefix(std::min(attempts.find_first_not_of(' '), attempts.size()));
  return is_count(attempts);
}

bool looks_secret(std::string key) {
  static constexpr std::array words = {"secret", "password", "token", "access.key", "accesskey"};
  key = lower(key);
  return std::any_of(words.begin(), words.end(),
                     [&key](const char* word) { return key.find(word) != std::string::npos; });
}

void check_deploy_mode(const std::string& mode) {
  if (mode == "client") return;
  throw Error("--deploy-mode " + mode +
              " is not supported: py4cpp runs the driver on this machine (client)");
}

}  // namespace

void check_master(const std::string& master) {
  if (is_local(master)) return;
  static constexpr std::array clusters = {"spark://", "yarn", "k8s://", "mesos://",
                                          "local-cluster["};
  for (const char* cluster : clusters) {
    if (master.rfind(cluster, 0) == 0) {
      throw Error("master '" + master +
                  "' is a cluster: py4cpp cannot hand a program over to Apache Spark yet; use "
                  "--master local[N] here, or Spark's own spark-submit");
    }
  }
  throw Error("master '" + master +
              "' is not understood; use local, local[N] with N of 1 or more, or local[*]");
}

Submission make_submission(const SubmitOptions& options, const Environment& environment) {
  Submission submission;
  add_settings(options, environment, submission);
  check_master(submission.conf["spark.master"]);
  check_deploy_mode(submission.conf["spark.submit.deployMode"]);
  if (!options.script.empty() && options.script != shell_gateway) {
    submission.script = local_path(options.script, "the script");
  }
  const std::string name = submission.script.empty()
                               ? std::string(shell_gateway)
                               : fs::path(submission.script).filename().string();
  submission.conf.emplace("spark.app.name", name);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  submission.conf.emplace(
      "spark.app.submitTime",
      std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
  add_files(options, submission);
  submission.plugins = existing_files(options.plugins, "--plugin");
  submission.arguments = options.arguments;
  submission.verbose = options.verbose;
  submission.log_levels = log_levels(options, submission.conf, environment);
  for (const std::string& option : options.without_effect) {
    submission.warnings.push_back(option + " has no effect in py4cpp");
  }
  return submission;
}

std::string describe(const Submission& submission) {
  std::string text = "Script: " + submission.script + "\nArguments:";
  for (const std::string& argument : submission.arguments) text += " " + argument;
  text += "\nPython files: " + joined(submission.py_files);
  text += "\nPlugins: " + joined(submission.plugins) + "\nSettings:";
  for (const auto& [key, value] : submission.conf) {
    text += "\n  " + key + "=" + (looks_secret(key) ? "*********" : value);
  }
  return text + "\n";
}

}  // namespace py4cpp::launcher
