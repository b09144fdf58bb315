// SPDX-License-Identifier: Apache-2.0
//
// Copies are made under a hidden name and renamed, so that a worker never sees half a file.
#include "engine/files.hpp"

#include <algorithm>
#include <fstream>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/socket.hpp"

namespace py4cpp::engine {
namespace fs = std::filesystem;
namespace {

/// The local path of a path or `file:` URI.
fs::path local(std::string_view path) {
  const std::string text(path);
  if (text.starts_with("file:")) {
    const std::size_t slashes = text.find_first_not_of('/', 5);
    return fs::path("/" + (slashes == std::string::npos ? "" : text.substr(slashes)));
  }
  if (const std::size_t scheme = text.find("://"); scheme != std::string::npos) {
    throw Error("No FileSystem for scheme \"" + text.substr(0, scheme) + "\": cannot fetch " +
                text + "; only local files can be added");
  }
  const fs::path absolute = fs::absolute(fs::path(text)).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

bool same_content(const fs::path& a, const fs::path& b) {
  if (fs::is_directory(a) || fs::is_directory(b)) return fs::is_directory(a) && fs::is_directory(b);
  if (fs::file_size(a) != fs::file_size(b)) return false;
  std::ifstream first(a, std::ios::binary);
  std::ifstream second(b, std::ios::binary);
  return std::equal(std::istreambuf_iterator<char>(first), {},
                    std::istreambuf_iterator<char>(second));
}

/// Runs `make` on a hidden path next to `target` and renames the result.
template <typename Make>
void make_whole(const fs::path& source, const fs::path& target, const Make& make) {
  const fs::path hidden = target.parent_path() / ("." + target.filename().string() + ".part");
  try {
    make(hidden);
    fs::rename(hidden, target);
  } catch (const fs::filesystem_error& e) {
    std::error_code ignored;
    fs::remove_all(hidden, ignored);
    throw Error("cannot copy " + source.string() + " to " + target.string() + ": " +
                e.code().message());
  }
}

void copy_whole(const fs::path& source, const fs::path& target) {
  make_whole(source, target,
             [&](const fs::path& to) { fs::copy(source, to, fs::copy_options::recursive); });
}

void require_readable(const fs::path& source) {
  std::error_code error;
  if (!fs::exists(source, error)) throw Error("File file:" + source.string() + " does not exist");
}

constexpr std::size_t error_line_bytes_max = 1000;

enum class Packing { none, zip, tar };

Packing packing_of(const fs::path& path) {
  const std::string name = path.filename().string();
  const auto ends = [&](std::string_view suffix) { return name.ends_with(suffix); };
  if (ends(".zip") || ends(".jar")) return Packing::zip;
  if (ends(".tar") || ends(".tar.gz") || ends(".tgz")) return Packing::tar;
  return Packing::none;
}

/// Reads to the end and returns the last line.
std::string last_line(const Fd& fd) {
  std::string line;
  std::byte byte{};
  bool ended = false;  // the line has; the next byte begins another
  while (read_exact(fd, {&byte, 1})) {
    if (ended) line.clear();
    ended = byte == std::byte('\n');
    if (!ended && line.size() < error_line_bytes_max) line += static_cast<char>(byte);
  }
  return line;
}

/// Python has both formats in its library, and a Python is what every user of this has. It looks at
/// neither its environment nor the working directory.
void unpack(const std::string& python, Packing packing, const fs::path& archive,
            const fs::path& folder) {
  Pipe errors = make_pipe();
  ProcessOptions options;
  const char* module = packing == Packing::zip ? "zipfile" : "tarfile";
  options.argv = {python, "-I", "-m", module, "-e", archive.string(), folder.string()};
  options.stderr_fd = errors.write_end.get();
  Process process(options);
  errors.write_end.reset();
  const std::string said = last_line(errors.read_end);
  const ExitStatus status = process.wait();
  if (!status.success()) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    throw Error("cannot unpack " + archive.string() + ": " + (said.empty() ? status.text() : said));
  }
}

}  // namespace

Files::Files(fs::path root, bool overwrite, std::string python)
    : root_(std::move(root)), overwrite_(overwrite), python_(std::move(python)) {
  std::error_code error;
  fs::create_directories(root_, error);
  if (error) throw Error("cannot make " + root_.string() + ": " + error.message());
}

void Files::add_file(std::string_view path, bool recursive) {
  const fs::path source = local(path);
  require_readable(source);
  if (fs::is_directory(source) && !recursive) {
    throw Error("Added file file:" + source.string() +
                " is a directory and recursive is not turned on.");
  }
  const fs::path target = root_ / source.filename();
  const std::lock_guard lock(mutex_);
  const bool present = fs::exists(target);
  if (present && !same_content(source, target)) {
    if (!overwrite_ || fs::is_directory(target)) {
      throw Error("File " + target.string() +
                  " exists and does not match contents of file:" + source.string());
    }
    copy_whole(source, target);
  } else if (!present) {
    copy_whole(source, target);
  }
  const std::string uri = "file:" + source.string();
  if (std::find(files_.begin(), files_.end(), uri) == files_.end()) files_.push_back(uri);
}

void Files::add_archive(std::string_view path) {
  const std::size_t hash = path.rfind('#');
  const fs::path source = local(path.substr(0, hash));
  require_readable(source);
  const std::string name = hash == std::string_view::npos ? source.filename().string()
                                                          : std::string(path.substr(hash + 1));
  if (name.empty() || name == ".." || name.find('/') != std::string::npos) {
    throw Error("cannot unpack " + source.string() + " under the name '" + name + "'");
  }
  const fs::path target = root_ / name;
  const Packing packing = packing_of(source);
  const std::lock_guard lock(mutex_);
  if (!fs::exists(target)) {
    make_whole(source, target, [&](const fs::path& to) {
      if (packing == Packing::none) {
        fs::copy(source, to, fs::copy_options::recursive);
      } else {
        fs::create_directory(to);
        unpack(python_, packing, source, to);
      }
    });
  }
  const std::string uri = "file:" + source.string();
  if (std::find(archives_.begin(), archives_.end(), uri) == archives_.end()) {
    archives_.push_back(uri);
  }
}

std::vector<std::string> Files::list_files() const {
  const std::lock_guard lock(mutex_);
  return files_;
}

std::vector<std::string> Files::list_archives() const {
  const std::lock_guard lock(mutex_);
  return archives_;
}

}  // namespace py4cpp::engine
