// SPDX-License-Identifier: Apache-2.0
#include "engine/io/text_output.hpp"

#include <doctest/doctest.h>

#include "engine/io/text_input.hpp"
#include "support.hpp"

namespace py4cpp::engine {
namespace {

using test::as_frames;
using test::Folder;
using test::java_error;

constexpr const char* gzip_codec = "org.apache.hadoop.io.compress.GzipCodec";

void write(const TextOutput& output, std::size_t part, const std::vector<std::string>& lines) {
  runner::BytesSource frames(as_frames(lines));
  output.write_part(part, part, frames);
}

/// Fails in the middle, as a task whose worker dies.
class BrokenSource final : public runner::ByteSource {
 public:
  std::span<const std::byte> next() override {
    if (read_) throw Error("the worker died");
    read_ = true;
    return bytes_;
  }

 private:
  std::vector<std::byte> bytes_ = as_frames({"half"});
  bool read_ = false;
};

TEST_SUITE_BEGIN("engine_io");

TEST_CASE("each partition is a part, and success is marked at the end") {
  Folder folder;
  TextOutput output(folder.path("out"), "");
  write(output, 0, {"a", "b"});
  write(output, 1, {});
  CHECK_FALSE(std::filesystem::exists(folder.path("out/_SUCCESS")));
  output.commit();
  CHECK(folder.read("out/part-00000") == "a\nb\n");
  CHECK(folder.read("out/part-00001").empty());
  CHECK(std::filesystem::exists(folder.path("out/_SUCCESS")));
  CHECK_FALSE(std::filesystem::exists(folder.path("out/_temporary")));
}

TEST_CASE("the codec names the file and compresses it") {
  Folder folder;
  TextOutput output(folder.path("out"), gzip_codec);
  std::string line(100'000, 'x');
  write(output, 0, {line, line});
  output.commit();
  auto path = folder.path("out/part-00000.gz");
  CHECK(std::filesystem::file_size(path) < 10'000);
  CHECK(test::frames_of(open_lines({{path, 0, std::filesystem::file_size(path)}})) ==
        std::vector<std::string>{line, line});
}

TEST_CASE("a folder that is there is left alone") {
  Folder folder;
  folder.write("out/mine", "x");
  CHECK(java_error([&] { TextOutput(folder.path("out"), ""); }) ==
        "org.apache.hadoop.mapred.FileAlreadyExistsException: Output directory file:" +
            folder.path("out") + " already exists");
  CHECK(folder.read("out/mine") == "x");
}

TEST_CASE("an unknown codec is refused before anything is made") {
  Folder folder;
  CHECK(java_error([&] {
          TextOutput(folder.path("out"), "x.Lz4Codec");
        }).find("x.Lz4Codec is not supported") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
}

TEST_CASE("a task that fails leaves no part behind") {
  Folder folder;
  {
    TextOutput output(folder.path("out"), "");
    BrokenSource broken;
    CHECK_THROWS(output.write_part(0, 0, broken));
    CHECK_FALSE(std::filesystem::exists(folder.path("out/part-00000")));
    write(output, 0, {"again"});
  }
  CHECK(folder.read("out/part-00000") == "again\n");
  CHECK_FALSE(std::filesystem::exists(folder.path("out/_temporary")));
}

TEST_CASE("a full disk is named with its path") {
  if (!std::filesystem::exists("/dev/full")) return;
  Folder folder;
  TextOutput output(folder.path("out"), "");
  std::filesystem::create_symlink("/dev/full", folder.path("out/_temporary/part-00000-0"));
  std::string error = java_error([&] { write(output, 0, {"a"}); });
  CHECK(error.starts_with("java.io.IOException: cannot write " + folder.path("out")));
  CHECK(error.find("No space left on device") != std::string::npos);
}

TEST_SUITE_END();

}  // namespace
}  // namespace py4cpp::engine
