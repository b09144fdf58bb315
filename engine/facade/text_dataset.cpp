// SPDX-License-Identifier: Apache-2.0
//
// Options of the text source, and nodes over its partitions.
#include "engine/facade/text_dataset.hpp"

#include <algorithm>
#include <cctype>

#include "engine/facade/application.hpp"
#include "engine/facade/java_actions.hpp"
#include "engine/nodes/input_rdd.hpp"
#include "gateway/call_context.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Options that choose files or rows in ways that we do not know: ignoring them would be wrong.
void refuse_unknown(const TextReader& reader) {
  for (const char* name : {"pathglobfilter", "modifiedbefore", "modifiedafter"}) {
    if (reader.option(name, "").empty()) continue;
    throw NamedError(
        "java.lang.UnsupportedOperationException",
        std::string("the option ") + name +
            " of org.apache.spark.sql.DataFrameReader is not supported by py4cpp " PY4CPP_VERSION
            ": name the files with a pattern instead");
  }
  if (std::string encoding = lower(reader.option("encoding", "utf-8")); encoding != "utf-8") {
    throw NamedError("java.lang.UnsupportedOperationException",
                     "reading text as " + encoding +
                         " is not supported by py4cpp " PY4CPP_VERSION
                         ": convert the files to UTF-8");
  }
}

PackingOptions packing_of(const TextReader& reader, bool whole_files) {
  const SqlConf& conf = *reader.session()->conf();
  Context& context = reader.session()->application()->context();
  return {.partition_bytes_max = parse_size(conf.get("spark.sql.files.maxPartitionBytes")),
          .open_cost_bytes = parse_size(conf.get("spark.sql.files.openCostInBytes")),
          .parallelism = static_cast<int>(context.default_parallelism()),
          .whole_files = whole_files,
          .recursive = lower(reader.option("recursivefilelookup", "false")) == "true"};
}

using Open = std::function<std::unique_ptr<runner::ByteSource>(InputPartition)>;

std::shared_ptr<Rdd> make_node(const SqlSession& session, std::string site,
                               const std::shared_ptr<const std::vector<InputPartition>>& partitions,
                               Open open) {
  Input input{[partitions] { return partitions->size(); },
              [partitions, open = std::move(open)](std::size_t index, TaskRun&) {
                return open(partitions->at(index));
              }};
  return std::make_shared<InputRdd>(session.application()->shared_context(),
                                    RddLabel{"MapPartitionsRDD", std::move(site)},
                                    std::move(input));
}

}  // namespace

void TextReader::set_format(const std::string& format) { format_ = lower(format); }

void TextReader::set_option(const std::string& name, const std::string& value) {
  options_[lower(name)] = value;
}

std::string TextReader::option(const std::string& name, const std::string& fallback) const {
  auto found = options_.find(name);
  return found == options_.end() ? fallback : found->second;
}

TextDataset::TextDataset(const TextReader& reader, const std::vector<std::string>& paths)
    : session_(reader.session()) {
  refuse_unknown(reader);
  options_.line_separator = reader.option("linesep", "");
  options_.whole_text = lower(reader.option("wholetext", "false")) == "true";
  partitions_ = std::make_shared<const std::vector<InputPartition>>(plan_text_source(
      paths, packing_of(reader, options_.whole_text || overlaps_itself(options_.line_separator))));
}

std::shared_ptr<Rdd> TextDataset::rows(const std::string& site) const {
  return make_node(*session_, site, partitions_, [options = options_](InputPartition partition) {
    return open_text_rows(std::move(partition), options);
  });
}

std::shared_ptr<Rdd> TextDataset::lines() const {
  return make_node(*session_, "count", partitions_,
                   [separator = options_.line_separator](InputPartition partition) {
                     return open_lines(std::move(partition), separator);
                   });
}

std::uint64_t TextDataset::count(CallContext& call) const {
  if (!options_.whole_text) return count_frames(*lines(), call);
  std::uint64_t files = 0;
  for (const InputPartition& partition : *partitions_) files += partition.size();
  return files;
}

bool TextDataset::is_empty(CallContext& call) const {
  if (options_.whole_text) return partitions_->empty();
  return take_frames(lines(), call, 1).empty();
}

}  // namespace py4cpp::engine
