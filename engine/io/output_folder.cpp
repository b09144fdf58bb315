// SPDX-License-Identifier: Apache-2.0
//
// Attempt files lie in `_temporary`, which every reader of the folder skips.
#include "engine/io/output_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "engine/io/input_plan.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const fs::path& path, int error) {
  throw NamedError("java.io.IOException",
                   "cannot write " + path.string() + ": " + std::strerror(error) +
                       (error == ENOSPC ? " (free some space, or write to another disk)" : ""));
}

}  // namespace

OutputFile::OutputFile(fs::path path)
    : path_(std::move(path)),
      fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (!fd_) cannot_write(path_, errno);
}

void OutputFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) cannot_write(path_, errno);
    if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void OutputFile::close() {
  if (::close(fd_.release()) != 0) cannot_write(path_, errno);
}

OutputFolder::OutputFolder(std::string_view path)
    : folder_(local_path(path)), attempts_(folder_ / "_temporary") {
  if (fs::exists(folder_)) {
    throw NamedError("org.apache.hadoop.mapred.FileAlreadyExistsException",
                     "Output directory " + file_uri(path) + " already exists");
  }
  std::error_code error;
  fs::create_directories(attempts_, error);
  if (error) cannot_write(attempts_, error.value());
}

OutputFolder::~OutputFolder() {
  std::error_code ignored;
  fs::remove_all(attempts_, ignored);
}

void OutputFolder::write_part(std::size_t partition, std::size_t attempt, std::string_view suffix,
                              const std::function<void(OutputFile&)>& write) const {
  char name[32];
  std::snprintf(name, sizeof name, "part-%05zu", partition);
  std::string part = name + std::string(suffix);
  fs::path unfinished = attempts_ / (part + "-" + std::to_string(attempt));
  OutputFile file(unfinished);
  write(file);
  file.close();
  std::error_code error;
  fs::rename(unfinished, folder_ / part, error);
  if (error) cannot_write(folder_ / part, error.value());
}

void OutputFolder::commit() const {
  std::error_code ignored;
  fs::remove_all(attempts_, ignored);
  OutputFile(folder_ / "_SUCCESS").close();
}

}  // namespace py4cpp::engine
