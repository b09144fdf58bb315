// SPDX-License-Identifier: Apache-2.0
//
// DataFrameReader for text files and the Dataset that it gives: enough for
// `spark.read.text(path).rdd` and for collecting the lines.
#include <map>
#include <string>
#include <vector>

#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"
#include "engine/facade/java_rdd.hpp"
#include "engine/facade/results.hpp"
#include "engine/facade/spark_error.hpp"
#include "engine/facade/text_dataset.hpp"

namespace py4cpp::engine {
namespace {

using SharedReader = std::shared_ptr<TextReader>;

/// org.apache.spark.sql.types.StructType with the one column of a text source.
struct TextSchema {};

constexpr const char* schema_json = R"({"type":"struct","fields":[{"name":"value","type":"string",)"
                                    R"("nullable":true,"metadata":{}}]})";
constexpr const char* schema_tree = "root\n |-- value: string (nullable = true)\n";

std::string site(CallContext& call) {
  return call.session_state<LocalProperties>().site("javaToPython");
}

TextDataset load(const TextReader& reader, const std::vector<std::string>& paths) {
  if (reader.format() == "text") return {reader, paths};
  std::string format = reader.format().empty() ? "parquet" : reader.format();
  throw SparkError("java.lang.UnsupportedOperationException",
                   "org.apache.spark.sql.DataFrameReader.load of the format '" + format +
                       "' is not supported by py4cpp " PY4CPP_VERSION
                       ": it reads text, spark.read.text(path) or format('text')",
                   {});
}

void bind_reader(Registry& registry) {
  registry.type<TextReader>("org.apache.spark.sql.classic.DataFrameReader")
      .method("format",
              [](const SharedReader& reader, const std::string& format) {
                reader->set_format(format);
                return reader;
              })
      .method("option",
              [](const SharedReader& reader, const std::string& name, const std::string& value) {
                reader->set_option(name, value);
                return reader;
              })
      .method("options",
              [](const SharedReader& reader, const std::map<std::string, std::string>& options) {
                for (const auto& [name, value] : options) reader->set_option(name, value);
                return reader;
              })
      .method("text",
              [](const TextReader& reader, const std::vector<std::string>& paths) {
                return TextDataset(reader, paths);
              })
      .method("text", [](const TextReader& reader,
                         const std::string& path) { return TextDataset(reader, {path}); })
      .method("load", [](const TextReader& reader,
                         const std::string& path) { return load(reader, {path}); })
      .method("load", &load)
      .method("load",
              [](const TextReader& reader) { return load(reader, {reader.option("path", "")}); });
  registry.alias("org.apache.spark.sql.DataFrameReader",
                 "org.apache.spark.sql.classic.DataFrameReader");
  registry.type<SqlSession>("org.apache.spark.sql.classic.SparkSession")
      .method("read", [](const std::shared_ptr<SqlSession>& session) {
        return std::make_shared<TextReader>(session);
      });
}

void bind_dataset(Registry& registry) {
  registry.type<TextDataset>("org.apache.spark.sql.classic.Dataset")
      .method("javaToPython", [](const TextDataset& dataset,
                                 CallContext& call) { return JavaRdd{dataset.rows(site(call))}; })
      .method("collectToPython",
              [](const TextDataset& dataset, CallContext& call) {
                return collect_and_serve(*dataset.session()->application(),
                                         dataset.rows(site(call)),
                                         call.session_state<LocalProperties>().values);
              })
      .method("toPythonIterator",
              [](const TextDataset& dataset, CallContext& call, bool prefetch) {
                return serve_local_iterator(*dataset.session()->application(),
                                            dataset.rows(site(call)),
                                            call.session_state<LocalProperties>().values, prefetch);
              })
      .method("count",
              [](const TextDataset& dataset, CallContext& call) {
                return static_cast<std::int64_t>(dataset.count(call));
              })
      .method("isEmpty", &TextDataset::is_empty)
      .method("isStreaming", [](const TextDataset&) { return false; })
      .method("sparkSession", [](const TextDataset& dataset) { return dataset.session(); })
      .method("schema", [](const TextDataset&) { return TextSchema(); });
  registry.alias("org.apache.spark.sql.Dataset", "org.apache.spark.sql.classic.Dataset");
  registry.type<TextSchema>("org.apache.spark.sql.types.StructType")
      .method("json", [](const TextSchema&) { return schema_json; })
      .method("treeString", [](const TextSchema&) { return schema_tree; })
      .method("treeString", [](const TextSchema&, int) { return schema_tree; })
      .method("simpleString", [](const TextSchema&) { return "struct<value:string>"; });
}

}  // namespace

void bind_dataset_classes(Registry& registry, const SharedHost&) {
  bind_reader(registry);
  bind_dataset(registry);
}

}  // namespace py4cpp::engine
