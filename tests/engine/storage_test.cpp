// SPDX-License-Identifier: Apache-2.0
//
// Frames in files, and blocks whose memory runs out.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "base/error.hpp"
#include "engine/frames.hpp"
#include "engine/storage/block.hpp"
#include "engine/storage/file_source.hpp"
#include "storage_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::engine;
using namespace py4cpp::engine::test;
namespace fs = std::filesystem;

namespace {

std::string write_file(const Folder& folder, std::span<const std::byte> bytes) {
  const auto path = folder.directory.path() / "file";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path.string();
}

}  // namespace

TEST_SUITE("frames") {
  TEST_CASE("a null frame is its length alone") {
    runner::Bytes bytes{std::byte(0xff), std::byte(0xff), std::byte(0xff), std::byte(0xfb)};
    std::span<const std::byte> run(bytes);
    CHECK(take_frame(run).size() == 4);
    CHECK(run.empty());
  }

  TEST_CASE("half frames and impossible lengths are errors") {
    const auto whole = frames({"abc"});
    for (std::size_t cut = 1; cut < whole.size(); ++cut) {
      auto run = std::span<const std::byte>(whole).first(cut);
      CHECK_THROWS_AS(take_frame(run), Error);
    }
    runner::Bytes negative(4, std::byte(0xff));
    std::span<const std::byte> run(negative);
    CHECK_THROWS_WITH_AS(take_frame(run), "the data holds a frame of length -1", Error);
  }

  TEST_CASE("a file is read as whole frames, however large") {
    const Folder folder;
    Texts content = numbered(1000, 700);
    content.insert(content.begin() + 500, std::string(FileSource::buffer_bytes * 3, 'L'));
    content.emplace_back();
    const auto bytes = frames(content);
    FileSource source(write_file(folder, bytes), 0, bytes.size());
    CHECK(read_all(source) == content);
    CHECK(source.next().empty());
  }

  TEST_CASE("a stretch of a file is read without its neighbours") {
    const Folder folder;
    const auto bytes = frames({"one", "two", "three"});
    FileSource source(write_file(folder, bytes), 7, 7);
    CHECK(read_all(source) == Texts{"two"});
  }

  TEST_CASE("a file that ends too early or is gone is named") {
    const Folder folder;
    const auto bytes = frames({"one"});
    const std::string path = write_file(folder, std::span(bytes).first(5));
    FileSource cut(path, 0, 5);
    CHECK_THROWS_WITH_AS(cut.next(), doctest::Contains(path.c_str()), Error);
    FileSource shrunk(path, 0, 7);
    CHECK_THROWS_WITH_AS(shrunk.next(), doctest::Contains(path.c_str()), Error);
    FileSource gone(path + "-gone", 0, 7);
    CHECK_THROWS_WITH_AS(gone.next(), doctest::Contains("-gone: No such file"), Error);
  }
}

TEST_SUITE("blocks") {
  TEST_CASE("a block within its budget stays in memory, and gives it back with its last copy") {
    Folder folder;
    const auto memory = budget(1 << 20);
    {
      const Block block = collect_block(*one_by_one(numbered(100, 50)), memory.get(), folder.disk);
      CHECK(block.memory_bytes() == block.bytes());
      CHECK(memory->used() >= block.bytes());
      const Block copy = block;
      CHECK(read_all(*copy.open()) == numbered(100, 50));
      CHECK(read_all(*block.open()) == numbered(100, 50));
    }
    CHECK(memory->used() == 0);
    CHECK(folder.files() == 0);
  }

  TEST_CASE("what exceeds the budget goes to a file, which goes with the block") {
    Folder folder;
    const auto memory = budget(2000);
    {
      const Block block = collect_block(*one_by_one(numbered(100, 100)), memory.get(), folder.disk);
      CHECK(block.memory_bytes() > 0);
      CHECK(block.memory_bytes() <= 2000);
      CHECK(folder.files() == 1);
      CHECK(read_all(*block.open()) == numbered(100, 100));
    }
    CHECK(folder.files() == 0);
  }

  TEST_CASE("a block may outlive its budget's other owners") {
    Folder folder;
    auto memory = budget(1 << 20);
    const Block block = collect_block(*one_by_one({"a"}), memory.get(), folder.disk);
    memory.reset();
    CHECK(read_all(*block.open()) == Texts{"a"});
  }

  TEST_CASE("many tiny runs share chunks") {
    ChunkList list;
    for (int i = 0; i < 100'000; ++i) list.append(frames({"x"}));
    CHECK(list.bytes() == 500'000);
    CHECK(list.chunks().size() < 25);
  }

  TEST_CASE("a folder that is gone is named with the file") {
    Folder folder;
    folder.directory.remove();
    CHECK_THROWS_WITH_AS(collect_block(*one_by_one({"a"}), nullptr, folder.disk),
                         doctest::Contains("storage-test-"), Error);
  }

  TEST_CASE("a file that cannot grow is named, and leaves nothing behind") {
    Folder folder;
    const auto old_action = std::signal(SIGXFSZ, SIG_IGN);
    rlimit old_limit{};
    getrlimit(RLIMIT_FSIZE, &old_limit);
    const rlimit small{1000, old_limit.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    CHECK_THROWS_WITH_AS(
        collect_block(*one_by_one({std::string(2000, 'x')}), nullptr, folder.disk),
        doctest::Contains(("cannot write to " + folder.directory.path().string()).c_str()), Error);
    setrlimit(RLIMIT_FSIZE, &old_limit);
    std::signal(SIGXFSZ, old_action);
    CHECK(folder.files() == 0);
  }
}
