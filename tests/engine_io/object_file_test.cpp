// SPDX-License-Identifier: Apache-2.0
#include "engine/io/object_file.hpp"

#include <doctest/doctest.h>

#include "engine/io/java_arrays.hpp"
#include "engine/io/output_folder.hpp"
#include "support.hpp"

namespace py4cpp::engine {
namespace {

using test::as_frames;
using test::Folder;
using test::frames_of;
using test::java_error;
using Contents = std::vector<std::string>;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::uint64_t write(const Folder& folder, const std::string& name, const Contents& contents) {
  runner::BytesSource frames(as_frames(contents));
  OutputFile file(folder.path(name));
  write_object_file(frames, file);
  file.close();
  return std::filesystem::file_size(folder.path(name));
}

Contents read(const Folder& folder, const std::string& name, std::uint64_t start,
              std::uint64_t length) {
  return frames_of(open_object_file({{folder.path(name), start, length}}));
}

TEST_SUITE_BEGIN("engine_io");

TEST_CASE("byte arrays survive Java's format") {
  std::vector<std::byte> out;
  std::vector<std::span<const std::byte>> arrays{bytes_of("one"), bytes_of(""), bytes_of("three")};
  append_java_arrays(arrays, out);
  auto read = read_java_arrays(out);
  REQUIRE(read.size() == 3);
  CHECK(read[1].empty());
  CHECK(std::string(reinterpret_cast<const char*>(read[2].data()), read[2].size()) == "three");
}

TEST_CASE("another object, or half of one, is refused") {
  std::vector<std::byte> out;
  std::vector<std::span<const std::byte>> arrays{bytes_of("one")};
  append_java_arrays(arrays, out);
  for (std::size_t length = 0; length < out.size(); ++length) {
    CAPTURE(length);
    CHECK(java_error([&] {
            read_java_arrays(std::span(out).first(length));
          }).starts_with("java.io.StreamCorruptedException"));
  }
  CHECK_FALSE(java_error([] { read_java_arrays(bytes_of("not Java at all")); }).empty());
}

TEST_CASE("frames come back in order") {
  Folder folder;
  Contents contents;
  for (int i = 0; i < 57; ++i) contents.push_back("frame " + std::to_string(i));
  auto size = write(folder, "a", contents);
  CHECK(read(folder, "a", 0, size) == contents);
  CHECK(folder.read("a").substr(0, 5) == "SEQ\x06!");
  size = write(folder, "empty", {});
  CHECK(read(folder, "empty", 0, size).empty());
}

TEST_CASE("wherever a file is cut, each frame comes once") {
  Folder folder;
  Contents contents;
  for (int i = 0; i < 400; ++i) contents.push_back(std::to_string(i) + std::string(2'000, 'x'));
  auto size = write(folder, "a", contents);
  for (std::uint64_t cut = 1; cut < size; cut += 9'973) {
    CAPTURE(cut);
    Contents joined = read(folder, "a", 0, cut);
    Contents rest = read(folder, "a", cut, size - cut);
    joined.insert(joined.end(), rest.begin(), rest.end());
    CHECK(joined == contents);
  }
}

TEST_CASE("a damaged file, and one of another kind, are named") {
  Folder folder;
  auto size = write(folder, "a", {"one", "two"});
  std::string content = folder.read("a");
  folder.write("cut", content.substr(0, size - 1));
  folder.write("text",
               "just text, and long enough to hold a header of a SequenceFile somewhere "
               "in the first hundred bytes");
  CHECK(java_error([&] { read(folder, "cut", 0, size - 1); }).starts_with("java.io.EOFException"));
  CHECK(java_error([&] { read(folder, "text", 0, 90); }).find(folder.path("text")) !=
        std::string::npos);
}

TEST_SUITE_END();

}  // namespace
}  // namespace py4cpp::engine
