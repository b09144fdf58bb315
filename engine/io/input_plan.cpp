// SPDX-License-Identifier: Apache-2.0
//
// Listing and cutting of input files. Each rule names the Hadoop or Spark class that it follows.
#include "engine/io/input_plan.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <system_error>

#include "engine/io/glob.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view old_input_error = "org.apache.hadoop.mapred.InvalidInputException";
constexpr std::string_view new_input_error =
    "org.apache.hadoop.mapreduce.lib.input.InvalidInputException";

/// Hadoop's local file system says that its blocks are this long, which bounds every split.
constexpr std::uint64_t local_block_bytes = 32ULL << 20;

/// The last split of a file may be a tenth longer than the others (FileInputFormat.SPLIT_SLOP).
constexpr double split_slop = 1.1;

/// SequenceFileInputFormat cuts no smaller pieces: their writer sets its marks about so far apart.
constexpr std::uint64_t object_split_bytes_min = std::uint64_t{100} * 1024;

struct InputFile {
  std::string path;
  std::uint64_t size;
};

std::string name_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

bool is_hidden(std::string_view name) { return name.starts_with('_') || name.starts_with('.'); }

/// Spark SQL also reads `_key=value` folders and skips files that a copy has not finished.
bool is_hidden_from_sql(std::string_view name) {
  return (name.starts_with('_') && name.find('=') == name.npos) || name.starts_with('.') ||
         name.ends_with("._COPYING_");
}

std::vector<fs::directory_entry> sorted_entries(const std::string& folder) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  fs::directory_iterator iterator(folder, error);
  for (; !error && iterator != fs::directory_iterator(); iterator.increment(error)) {
    entries.push_back(*iterator);
  }
  if (error) {
    throw NamedError("java.io.IOException",
                     "cannot list " + file_uri(folder) + ": " + error.message());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

InputFile file_at(const std::string& path) {
  std::error_code error;
  auto size = fs::file_size(path, error);
  if (error) {
    throw NamedError("java.io.FileNotFoundException", path + " (" + error.message() + ")");
  }
  return {path, size};
}

/// Cuts a list at the commas that are not inside braces or escaped.
std::vector<std::string> split_paths(std::string_view list) {
  std::vector<std::string> paths(1);
  int depth = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    char c = list[i];
    if (c == '\\' && i + 1 < list.size() && list[i + 1] == ',') {
      paths.back() += list[++i];
      continue;
    }
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (c == ',' && depth == 0) {
      paths.emplace_back();
    } else {
      paths.back() += c;
    }
  }
  return paths;
}

/// FileInputFormat.listStatus: the files of every path, or an error about all that find nothing.
std::vector<InputFile> list_files(std::string_view list, std::string_view error_class) {
  if (list.empty()) {
    throw NamedError("java.lang.IllegalArgumentException",
                     "Can not create a Path from an empty string");
  }
  std::vector<InputFile> files;
  std::string errors;
  for (const std::string& path : split_paths(list)) {
    std::string absolute = local_path(path);
    std::vector<std::string> found = find_glob(absolute);
    std::erase_if(found, [](const std::string& p) { return is_hidden(name_of(p)); });
    if (found.empty()) {
      errors += errors.empty() ? "" : "\n";
      errors += is_glob(absolute) ? "Input Pattern " + file_uri(absolute) + " matches 0 files"
                                  : "Input path does not exist: " + file_uri(absolute);
    }
    for (const std::string& one : found) {
      if (!fs::is_directory(one)) {
        files.push_back(file_at(one));
        continue;
      }
      for (const fs::directory_entry& entry : sorted_entries(one)) {
        if (is_hidden(entry.path().filename().string())) continue;
        if (entry.is_directory()) {
          throw NamedError("java.io.IOException",
                           "Path: " + entry.path().string() +
                               " is a directory, and folders inside a folder are not read: name "
                               "them, for instance with a pattern such as " +
                               one + "/*");
        }
        files.push_back(file_at(entry.path().string()));
      }
    }
  }
  if (!errors.empty()) {
    errors += "; correct the path or put the data there: only files of this machine are read";
    throw NamedError(std::string(error_class), errors);
  }
  return files;
}

std::uint64_t total_size(const std::vector<InputFile>& files) {
  std::uint64_t total = 0;
  for (const InputFile& file : files) total += file.size;
  return total;
}

/// Appends the pieces of one file, the last at most `split_slop` times the others.
void cut_file(const InputFile& file, std::uint64_t split_bytes, double slop,
              std::vector<FileSplit>& splits) {
  std::uint64_t start = 0;
  while (static_cast<double>(file.size - start) / static_cast<double>(split_bytes) > slop) {
    splits.push_back({file.path, start, split_bytes});
    start += split_bytes;
  }
  if (start < file.size) splits.push_back({file.path, start, file.size - start});
}

std::vector<InputPartition> one_each(std::vector<FileSplit> splits) {
  std::vector<InputPartition> partitions;
  partitions.reserve(splits.size());
  for (FileSplit& split : splits) partitions.push_back({std::move(split)});
  return partitions;
}

/// CombineFileInputFormat on one machine: whole files until a partition has its share.
std::vector<InputPartition> combine_files(const std::vector<InputFile>& files,
                                          std::uint64_t partition_bytes_max) {
  std::vector<InputPartition> partitions;
  std::uint64_t size = 0;
  bool open = false;
  for (const InputFile& file : files) {
    if (!open) partitions.emplace_back();
    partitions.back().push_back({file.path, 0, file.size});
    size += file.size;
    open = partition_bytes_max == 0 || size < partition_bytes_max;
    if (!open) size = 0;
  }
  return partitions;
}

/// FilePartition.maxSplitBytes: cores get equal shares, unless files are few or huge.
std::uint64_t packed_bytes_max(const std::vector<InputFile>& files, const PackingOptions& options) {
  std::uint64_t total = total_size(files) + files.size() * options.open_cost_bytes;
  std::uint64_t share = total / static_cast<std::uint64_t>(std::max(options.parallelism, 1));
  return std::max<std::uint64_t>(
      std::min(options.partition_bytes_max, std::max(options.open_cost_bytes, share)), 1);
}

/// InMemoryFileIndex: data files of a folder, without the empty ones.
void list_source_folder(const std::string& folder, bool recursive, std::vector<InputFile>& files) {
  for (const fs::directory_entry& entry : sorted_entries(folder)) {
    std::string name = entry.path().filename().string();
    if (is_hidden_from_sql(name)) continue;
    if (!entry.is_directory()) {
      InputFile file = file_at(entry.path().string());
      if (file.size > 0) files.push_back(std::move(file));
    } else if (recursive) {
      list_source_folder(entry.path().string(), recursive, files);
    } else if (name.find('=') != name.npos) {
      throw NamedError("java.lang.UnsupportedOperationException",
                       "partitioned folders (" + name +
                           ") are not read by py4cpp: name the "
                           "folder itself, or set the option recursiveFileLookup");
    }
  }
}

}  // namespace

std::vector<InputPartition> plan_text_file(std::string_view paths, int min_partitions) {
  std::vector<InputFile> files = list_files(paths, old_input_error);
  auto wanted = static_cast<std::uint64_t>(std::max(min_partitions, 1));
  std::uint64_t goal = std::max<std::uint64_t>(total_size(files) / wanted, 1);
  std::vector<FileSplit> splits;
  for (const InputFile& file : files) {
    if (file.size == 0) continue;
    if (is_compressed(file.path)) {
      splits.push_back({file.path, 0, file.size});
    } else {
      cut_file(file, std::min(goal, local_block_bytes), split_slop, splits);
    }
  }
  return one_each(std::move(splits));
}

std::vector<InputPartition> plan_object_file(std::string_view paths, int min_partitions) {
  std::vector<InputFile> files = list_files(paths, old_input_error);
  auto wanted = static_cast<std::uint64_t>(std::max(min_partitions, 1));
  std::uint64_t goal = std::min(total_size(files) / wanted, local_block_bytes);
  std::vector<FileSplit> splits;
  for (const InputFile& file : files) {
    cut_file(file, std::max(goal, object_split_bytes_min), split_slop, splits);
  }
  return one_each(std::move(splits));
}

std::vector<InputPartition> plan_whole_text_files(std::string_view paths, int min_partitions) {
  std::vector<InputFile> files = list_files(paths, new_input_error);
  auto wanted = static_cast<std::uint64_t>(std::max(min_partitions, 1));
  return combine_files(files, (total_size(files) + wanted - 1) / wanted);
}

std::vector<InputPartition> plan_binary_files(std::string_view paths,
                                              const PackingOptions& options) {
  std::vector<InputFile> files = list_files(paths, new_input_error);
  return combine_files(files, packed_bytes_max(files, options));
}

std::vector<InputPartition> plan_binary_records(std::string_view paths, int record_length) {
  if (record_length <= 0) {
    throw NamedError("java.lang.IllegalArgumentException",
                     "the record length must be positive, not " + std::to_string(record_length));
  }
  auto length = static_cast<std::uint64_t>(record_length);
  std::uint64_t split_bytes = std::max(local_block_bytes / length, std::uint64_t{1}) * length;
  std::vector<FileSplit> splits;
  for (const InputFile& file : list_files(paths, new_input_error)) {
    cut_file(file, split_bytes, split_slop, splits);
  }
  return one_each(std::move(splits));
}

std::vector<InputPartition> plan_text_source(const std::vector<std::string>& paths,
                                             const PackingOptions& options) {
  std::vector<InputFile> files;
  for (const std::string& path : paths) {
    std::string absolute = local_path(path);
    std::vector<std::string> found = find_glob(absolute);
    if (found.empty()) throw PathNotFound(file_uri(absolute));
    for (const std::string& one : found) {
      if (fs::is_directory(one)) {
        list_source_folder(one, options.recursive, files);
      } else if (InputFile file = file_at(one); file.size > 0) {
        files.push_back(std::move(file));
      }
    }
  }
  std::uint64_t bytes_max = packed_bytes_max(files, options);
  std::vector<FileSplit> splits;
  for (const InputFile& file : files) {
    bool whole = options.whole_files || is_compressed(file.path);
    cut_file(file, whole ? file.size : bytes_max, 1.0, splits);
  }
  std::stable_sort(splits.begin(), splits.end(),
                   [](const FileSplit& a, const FileSplit& b) { return a.length > b.length; });
  std::vector<InputPartition> partitions;
  std::uint64_t size = 0;
  for (FileSplit& split : splits) {  // FilePartition.getFilePartitions: next fit, in this order
    if (partitions.empty() || size + split.length > bytes_max) {
      partitions.emplace_back();
      size = 0;
    }
    size += split.length + options.open_cost_bytes;
    partitions.back().push_back(std::move(split));
  }
  return partitions;
}

bool is_compressed(std::string_view path) {
  return path.ends_with(".gz") || path.ends_with(".deflate");
}

std::string file_uri(std::string_view path) { return "file:" + local_path(path); }

std::string local_path(std::string_view path) {
  std::size_t colon = path.find(':');
  if (colon != path.npos && colon < path.find('/')) {
    std::string scheme(path.substr(0, colon));
    if (scheme != "file") {
      throw NamedError(
          "org.apache.hadoop.fs.UnsupportedFileSystemException",
          "No FileSystem for scheme \"" + scheme + "\": py4cpp reads and writes local files only");
    }
    path.remove_prefix(colon + 1);
    if (path.starts_with("//")) path.remove_prefix(std::min(path.find('/', 2), path.size()));
  }
  fs::path absolute = fs::absolute(fs::path(path)).lexically_normal();
  std::string text = absolute.string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

}  // namespace py4cpp::engine
