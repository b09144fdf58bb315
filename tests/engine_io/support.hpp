// SPDX-License-Identifier: Apache-2.0
//
// A vocabulary for the tests of files: write some, read sources as lists of text, catch Java
// errors.
#pragma once

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/temp_dir.hpp"
#include "engine/frames.hpp"
#include "gateway/named_error.hpp"
#include "runner/byte_source.hpp"

namespace py4cpp::engine::test {

/// A folder with files in it, gone with the test.
class Folder {
 public:
  Folder() : dir_(default_temp_root(), "engine-io-") {}

  std::string path(const std::string& name = {}) const {
    return name.empty() ? dir_.path().string() : (dir_.path() / name).string();
  }
  std::string write(const std::string& name, std::string_view content) const {
    std::filesystem::create_directories((dir_.path() / name).parent_path());
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }
  std::string write_gzip(const std::string& name, std::string_view content) const {
    gzFile file = gzopen(path(name).c_str(), "ab");  // appends a member
    gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
    gzclose(file);
    return path(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  TempDir dir_;
};

inline std::vector<std::string> frames_of(std::unique_ptr<runner::ByteSource> source) {
  std::vector<std::string> frames;
  FrameReader reader(std::move(source));
  for (auto frame = reader.next(); !frame.empty(); frame = reader.next()) {
    auto payload = frame_payload(frame);
    frames.emplace_back(reinterpret_cast<const char*>(payload.data()), payload.size());
  }
  return frames;
}

/// Frames for a source, from text.
inline std::vector<std::byte> as_frames(const std::vector<std::string>& contents) {
  std::vector<std::byte> bytes;
  for (const std::string& content : contents) {
    auto length = big_endian(static_cast<std::uint32_t>(content.size()));
    bytes.insert(bytes.end(), length.begin(), length.end());
    auto data = reinterpret_cast<const std::byte*>(content.data());
    bytes.insert(bytes.end(), data, data + content.size());
  }
  return bytes;
}

/// "class: message" of the NamedError that the action throws; empty when it throws none.
template <class Action>
std::string java_error(Action action) {
  try {
    action();
  } catch (const NamedError& error) {
    return error.text();
  }
  return {};
}

}  // namespace py4cpp::engine::test
