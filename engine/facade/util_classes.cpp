// SPDX-License-Identifier: Apache-2.0
//
// SparkConf, and the static helpers that PySpark calls on the way: directories, constants, texts of
// exceptions.
#include <filesystem>

#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"
#include "engine/facade/conf_object.hpp"
#include "engine/facade/context_objects.hpp"
#include "engine/facade/scala_classes.hpp"
#include "engine/files.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

using SharedConf = std::shared_ptr<ConfObject>;

/// java.io.File, of which the driver asks the path only.
struct JavaFile {
  std::filesystem::path path;
};

std::string get_setting(const ConfObject& conf, const std::string& key) {
  auto value = conf.find(key);
  if (!value) throw NamedError("java.util.NoSuchElementException", key);
  return *value;
}

Array<std::shared_ptr<Tuple2>> all_settings(const ConfObject& conf) {
  Array<std::shared_ptr<Tuple2>> pairs{{}, "scala.Tuple2"};
  const Conf settings = conf.snapshot();
  for (const auto& [key, value] : settings.all()) {
    pairs.values.push_back(std::make_shared<Tuple2>(Tuple2{key, value}));
  }
  return pairs;
}

/// A setter answers the conf itself, so that calls can be chained.
template <class Change>
auto chained(Change change) {
  return [change](const SharedConf& conf, const std::string& key, const std::string& value) {
    change(*conf, key, value);
    return conf;
  };
}

void bind_conf(Registry& registry, const SharedHost& host) {
  auto named = [](const char* key) {
    return [key](const SharedConf& conf, const std::string& value) {
      conf->set(key, value);
      return conf;
    };
  };
  registry.type<ConfObject>("org.apache.spark.SparkConf")
      .constructor([host](bool load_defaults) {
        return std::make_shared<ConfObject>(load_defaults ? Conf(host->services().conf) : Conf());
      })
      .constructor([host] { return std::make_shared<ConfObject>(Conf(host->services().conf)); })
      .method("set", chained([](ConfObject& conf, const std::string& key,
                                const std::string& value) { conf.set(key, value); }))
      .method("setIfMissing",
              chained([](ConfObject& conf, const std::string& key, const std::string& value) {
                conf.set_if_missing(key, value);
              }))
      .method("setExecutorEnv",
              chained([](ConfObject& conf, const std::string& key, const std::string& value) {
                conf.set("spark.executorEnv." + key, value);
              }))
      .method("setMaster", named("spark.master"))
      .method("setAppName", named("spark.app.name"))
      .method("setSparkHome", named("spark.home"))
      .method("remove",
              [](const SharedConf& conf, const std::string& key) {
                conf->remove(key);
                return conf;
              })
      .method("contains", [](const ConfObject& conf,
                             const std::string& key) { return conf.find(key).has_value(); })
      .method("get", &get_setting)
      .method("get",
              [](const ConfObject& conf, const std::string& key,
                 const std::optional<std::string>& fallback) {
                auto value = conf.find(key);
                return value ? value : fallback;
              })
      .method("getOption", [](const ConfObject& conf,
                              const std::string& key) { return Option::of(conf.find(key)); })
      .method("getAll", &all_settings)
      .method("getAppId", [](const ConfObject& conf) { return get_setting(conf, "spark.app.id"); })
      .method("clone",
              [](const ConfObject& conf) { return std::make_shared<ConfObject>(conf.snapshot()); })
      .method("toDebugString",
              [](const ConfObject& conf) { return conf.snapshot().to_debug_string(); });
}

void bind_directories(Registry& registry, const SharedHost& host) {
  registry.type("org.apache.spark.SparkFiles")
      .static_method("getRootDirectory",
                     [host] { return host->require()->context().files().root().string(); })
      .static_method("get", [host](const std::string& name) {
        return (host->require()->context().files().root() / name).string();
      });
  registry.type<JavaFile>("java.io.File")
      .constructor([](const std::string& path) { return JavaFile{path}; })
      .method("getAbsolutePath",
              [](const JavaFile& file) { return std::filesystem::absolute(file.path).string(); })
      .method("getPath", [](const JavaFile& file) { return file.path.string(); })
      .method("getName", [](const JavaFile& file) { return file.path.filename().string(); })
      .method("exists", [](const JavaFile& file) { return std::filesystem::exists(file.path); })
      .method("toString", [](const JavaFile& file) { return file.path.string(); });
  registry.type("org.apache.spark.util.Utils")
      .static_method(
          "getLocalDir",
          [host](const ConfObject&) { return host->require()->context().local_dir().string(); })
      .static_method("createTempDir",
                     [host](const std::string&, const std::string& prefix) {
                       return JavaFile{host->require()->context().make_temp_dir(prefix)};
                     })
      .static_method("exceptionString", [](const NamedError& error) { return error.stack_text(); });
}

void bind_python_constants(Registry& registry) {
  registry.type("org.apache.spark.api.python.PythonUtils")
      .static_method("isEncryptionEnabled", [](const JavaSparkContext&) { return false; })
      .static_method("getPythonAuthSocketTimeout",
                     [](const JavaSparkContext&) { return std::int64_t{15}; })
      .static_method("getSparkBufferSize",
                     [](const JavaSparkContext& context) {
                       return static_cast<std::int32_t>(
                           context.application->context().conf().size("spark.buffer.size"));
                     })
      .static_method("getBroadcastThreshold", [](const JavaSparkContext& context) {
        return static_cast<std::int64_t>(
            context.application->context().conf().size("spark.broadcast.UDFCompressionThreshold"));
      });
}

}  // namespace

void bind_util_classes(Registry& registry, const SharedHost& host) {
  bind_conf(registry, host);
  bind_directories(registry, host);
  bind_python_constants(registry);
}

}  // namespace py4cpp::engine
