// SPDX-License-Identifier: Apache-2.0
//
// JavaSparkContext and SparkContext without what makes RDDs (input_methods.cpp): identity, local
// properties, job groups and tags, files, stop.
#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <sstream>

#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"
#include "engine/facade/conf_object.hpp"
#include "engine/facade/context_objects.hpp"
#include "engine/facade/scala_classes.hpp"
#include "engine/files.hpp"
#include "engine/io/input_plan.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

using MaybeText = std::optional<std::string>;

constexpr const char* group_key = "spark.jobGroup.id";
constexpr const char* description_key = "spark.job.description";
constexpr const char* interrupt_key = "spark.job.interruptOnCancel";
constexpr const char* tags_key = "spark.job.tags";
constexpr const char* call_site_key = "callSite.short";

/// java.util.Properties: a copy of a thread's local properties that another thread may take over.
struct JavaProperties {
  Properties values;
};

void set_property(CallContext& call, const std::string& key, const MaybeText& value) {
  Properties& values = call.session_state<LocalProperties>().values;
  if (value) {
    values[key] = *value;
  } else {
    values.erase(key);
  }
}

std::int64_t start_ms(const Application& application) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             application.context().start_time().time_since_epoch())
      .count();
}

std::set<std::string> tags_of(CallContext& call) {
  std::set<std::string> tags;
  std::istringstream list(call.session_state<LocalProperties>().get(tags_key));
  for (std::string tag; std::getline(list, tag, ',');) tags.insert(tag);
  return tags;
}

void set_tags(CallContext& call, const std::set<std::string>& tags) {
  std::string list;
  for (const std::string& tag : tags) list += (list.empty() ? "" : ",") + tag;
  set_property(call, tags_key, tags.empty() ? MaybeText() : MaybeText(list));
}

void check_tag(const std::string& tag) {
  if (!tag.empty() && tag.find(',') == tag.npos) return;
  throw NamedError("java.lang.IllegalArgumentException",
                   tag.empty() ? "Spark job tag cannot be an empty string."
                               : "Spark job tag cannot contain ',' character.");
}

void add_file(Context& context, const std::string& path, bool recursive) {
  if (!std::filesystem::exists(local_path(path))) {
    throw NamedError("java.io.FileNotFoundException", "File " + file_uri(path) + " does not exist");
  }
  context.files().add_file(path, recursive);
}

/// What both faces answer alike.
template <class Face>
void bind_identity(const Type<Face>& type, const SharedHost& host) {
  type.method("version", [](const Face& face) { return face.application->release(); })
      .method("startTime", [](const Face& face) { return start_ms(*face.application); })
      .method(
          "master",
          [](const Face& face) { return face.application->context().conf().text("spark.master"); })
      .method("appName",
              [](const Face& face) {
                return face.application->context().conf().text("spark.app.name");
              })
      .method("isLocal", [](const Face&) { return true; })
      .method("defaultParallelism",
              [](const Face& face) {
                return static_cast<std::int32_t>(face.application->context().default_parallelism());
              })
      .method(
          "defaultMinPartitions",
          [](const Face& face) {
            return static_cast<std::int32_t>(face.application->context().default_min_partitions());
          })
      .method("sparkUser", [](const Face& face) { return face.application->user(); })
      .method("getConf",
              [](const Face& face) {
                return std::make_shared<ConfObject>(face.application->context().conf());
              })
      .method("setLogLevel",
              [](const Face& face, const std::string& level) {
                face.application->set_log_level(level);
              })
      .method("stop", [host](const Face& face) { host->stop(face.application); });
}

template <class Face>
void bind_properties(const Type<Face>& type) {
  type.method("setLocalProperty", [](const Face&, CallContext& call, const std::string& key,
                                     const MaybeText& value) { set_property(call, key, value); })
      .method("getLocalProperty",
              [](const Face&, CallContext& call, const std::string& key) {
                const Properties& values = call.session_state<LocalProperties>().values;
                auto found = values.find(key);
                return found == values.end() ? MaybeText() : MaybeText(found->second);
              })
      .method("setJobDescription",
              [](const Face&, CallContext& call, const MaybeText& text) {
                set_property(call, description_key, text);
              })
      .method("setJobGroup",
              [](const Face&, CallContext& call, const MaybeText& group,
                 const MaybeText& description, bool interrupt) {
                set_property(call, group_key, group);
                set_property(call, description_key, description);
                set_property(call, interrupt_key, interrupt ? "true" : "false");
              })
      .method("clearJobGroup",
              [](const Face&, CallContext& call) {
                for (const char* key : {group_key, description_key, interrupt_key}) {
                  set_property(call, key, {});
                }
              })
      .method("setInterruptOnCancel",
              [](const Face&, CallContext& call, bool interrupt) {
                set_property(call, interrupt_key, interrupt ? "true" : "false");
              })
      .method("setCallSite", [](const Face&, CallContext& call,
                                const MaybeText& site) { set_property(call, call_site_key, site); })
      .method("clearCallSite",
              [](const Face&, CallContext& call) { set_property(call, call_site_key, {}); });
}

template <class Face>
void bind_jobs(const Type<Face>& type) {
  type.method("addJobTag",
              [](const Face&, CallContext& call, const std::string& tag) {
                check_tag(tag);
                std::set<std::string> tags = tags_of(call);
                tags.insert(tag);
                set_tags(call, tags);
              })
      .method("removeJobTag",
              [](const Face&, CallContext& call, const std::string& tag) {
                check_tag(tag);
                std::set<std::string> tags = tags_of(call);
                tags.erase(tag);
                set_tags(call, tags);
              })
      .method("getJobTags", [](const Face&, CallContext& call) { return tags_of(call); })
      .method("clearJobTags", [](const Face&, CallContext& call) { set_tags(call, {}); })
      .method("cancelJobsWithTag",
              [](const Face& face, const std::string& tag) {
                check_tag(tag);
                face.application->context().cancel_jobs_with_tag(tag);
              })
      .method("cancelJobGroup",
              [](const Face& face, const std::string& group) {
                face.application->context().cancel_job_group(group);
              })
      .method("cancelJob",
              [](const Face& face, int job) { face.application->context().cancel_job(job); })
      .method("cancelStage",
              [](const Face& face, int stage) { face.application->context().cancel_stage(stage); })
      .method("cancelAllJobs",
              [](const Face& face) { face.application->context().cancel_all_jobs(); });
}

template <class Face>
void bind_files(const Type<Face>& type) {
  type.method("addFile",
              [](const Face& face, const std::string& path, bool recursive) {
                add_file(face.application->context(), path, recursive);
              })
      .method("addFile",
              [](const Face& face, const std::string& path) {
                add_file(face.application->context(), path, false);
              })
      .method("addArchive",
              [](const Face& face, const std::string& path) {
                face.application->context().files().add_archive(path);
              })
      .method("listFiles",
              [](const Face& face) { return face.application->context().files().list_files(); })
      .method("listArchives",
              [](const Face& face) { return face.application->context().files().list_archives(); })
      .method("setCheckpointDir",
              [](const Face& face, const std::string& path) {
                std::string folder = local_path(path);
                std::filesystem::create_directories(folder);
                face.application->context().set_checkpoint_dir(folder);
              })
      .method("getCheckpointDir", [](const Face& face) {
        return Option::of(face.application->context().checkpoint_dir());
      });
}

/// InheritableThread copies its parent's properties with these.
void bind_property_copies(Registry& registry, const Type<ScalaSparkContext>& type) {
  registry.type<JavaProperties>("java.util.Properties")
      .method("clone", [](const JavaProperties& properties) { return JavaProperties(properties); })
      .method("getProperty", [](const JavaProperties& properties, const std::string& key) {
        auto found = properties.values.find(key);
        return found == properties.values.end() ? MaybeText() : MaybeText(found->second);
      });
  type.method("getLocalProperties",
              [](const ScalaSparkContext&, CallContext& call) {
                return JavaProperties{call.session_state<LocalProperties>().values};
              })
      .method("setLocalProperties",
              [](const ScalaSparkContext&, CallContext& call, const JavaProperties& properties) {
                call.session_state<LocalProperties>().values = properties.values;
              });
}

}  // namespace

void bind_context_classes(Registry& registry, const SharedHost& host) {
  auto java = registry.type<JavaSparkContext>("org.apache.spark.api.java.JavaSparkContext");
  auto scala = registry.type<ScalaSparkContext>("org.apache.spark.SparkContext");
  java.constructor(
          [host](const ConfObject& conf) { return JavaSparkContext{host->start(conf.snapshot())}; })
      .method(
          "sc",
          [](const JavaSparkContext& context) { return ScalaSparkContext{context.application}; })
      .method("close", [host](const JavaSparkContext& context) { host->stop(context.application); })
      .method("resources", [](const JavaSparkContext&) { return std::make_shared<Map>(); });
  scala
      .method("conf",
              [](const ScalaSparkContext& context) {
                return std::make_shared<ConfObject>(context.application->context().conf());
              })
      .method("applicationId",
              [](const ScalaSparkContext& context) {
                return context.application->context().application_id();
              })
      .method("uiWebUrl", [](const ScalaSparkContext&) { return Option(); })
      .method("resources", [](const ScalaSparkContext&) { return std::make_shared<Map>(); })
      .method("isStopped", [](const ScalaSparkContext& context) {
        return context.application->context().stopped();
      });
  bind_identity(java, host);
  bind_identity(scala, host);
  bind_properties(java);
  bind_properties(scala);
  bind_jobs(java);
  bind_jobs(scala);
  bind_files(java);
  bind_files(scala);
  bind_property_copies(registry, scala);
}

}  // namespace py4cpp::engine
