// SPDX-License-Identifier: Apache-2.0
//
// Blocks, files of frames, the cache and shuffles, each with memory that runs out.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "base/error.hpp"
#include "engine/frames.hpp"
#include "engine/storage/block_store.hpp"
#include "engine/storage/file_source.hpp"
#include "engine/storage/shuffle.hpp"
#include "engine_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::engine;
using namespace py4cpp::engine::test;
namespace fs = std::filesystem;

namespace {

struct Folder {
  TempDir directory{default_temp_root(), "storage-test-"};
  DiskSpace disk{directory.path()};

  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()));
  }
};

std::shared_ptr<MemoryBudget> budget(std::size_t bytes) {
  return std::make_shared<MemoryBudget>(bytes);
}

std::string write_file(const Folder& folder, std::span<const std::byte> bytes) {
  const auto path = folder.directory.path() / "file";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path.string();
}

Texts numbered(std::size_t count, std::size_t bytes) {
  Texts list;
  for (std::size_t i = 0; i < count; ++i) {
    list.push_back(std::to_string(i) + std::string(bytes, '.'));
  }
  return list;
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

TEST_SUITE("cache") {
  struct Cache {
    explicit Cache(std::size_t bytes) : store(bytes, folder.disk) {}

    Texts get(int rdd, std::size_t partition, StorageLevel level, const Texts& content) {
      TaskRun task(engine.context(), {}, cancel);
      const auto source = store.get_or_compute(
          rdd, partition, level,
          [&] {
            ++computed;
            return one_by_one(content);
          },
          task);
      return read_all(*source);
    }

    Engine engine;
    Folder folder;
    BlockStore store;
    std::shared_ptr<runner::CancelToken> cancel = std::make_shared<runner::CancelToken>();
    int computed = 0;
  };

  TEST_CASE("a partition is computed once and then read") {
    Cache cache(1 << 20);
    CHECK(cache.get(1, 0, memory_only, {"a", "b"}) == Texts{"a", "b"});
    CHECK(cache.get(1, 0, memory_only, {"a", "b"}) == Texts{"a", "b"});
    CHECK(cache.computed == 1);
    CHECK(cache.store.has_all(1, 1));
    CHECK_FALSE(cache.store.has_all(1, 2));
    CHECK(cache.store.usage(1).partitions == 1);
    CHECK(cache.store.usage(1).memory_bytes == 10);
  }

  TEST_CASE("the partition that was not used for the longest time is forgotten") {
    Cache cache(3000);
    const Texts content = numbered(10, 90);
    cache.get(1, 0, memory_only, content);
    cache.get(2, 0, memory_only, content);
    cache.get(1, 0, memory_only, content);
    cache.get(3, 0, memory_only, content);
    CHECK(cache.store.has_all(1, 1));
    CHECK_FALSE(cache.store.has_all(2, 1));
    CHECK(cache.store.has_all(3, 1));
    CHECK(cache.store.memory_used() <= 3000);
  }

  TEST_CASE("a partition that may be on disk goes there in place of being forgotten") {
    Cache cache(3000);
    const Texts content = numbered(10, 90);
    cache.get(1, 0, memory_and_disk, content);
    cache.get(2, 0, memory_only, content);
    cache.get(3, 0, memory_only, content);
    CHECK(cache.store.usage(1).disk_bytes > 0);
    CHECK(cache.store.usage(1).memory_bytes == 0);
    CHECK(cache.get(1, 0, memory_and_disk, content) == content);
    CHECK(cache.computed == 3);
  }

  TEST_CASE("an RDD does not push out its own partitions") {
    Cache cache(2000);
    const Texts content = numbered(10, 90);
    cache.get(1, 0, memory_only, content);
    CHECK(cache.get(1, 1, memory_only, content) == content);
    CHECK(cache.get(1, 1, memory_only, content) == content);
    CHECK(cache.computed == 3);
    CHECK(cache.store.usage(1).partitions == 1);
  }

  TEST_CASE("a partition larger than the memory is handed through, or goes to disk") {
    Cache cache(500);
    const Texts content = numbered(50, 90);
    CHECK(cache.get(1, 0, memory_only, content) == content);
    CHECK(cache.store.usage(1).partitions == 0);
    CHECK(cache.store.memory_used() == 0);
    CHECK(cache.get(2, 0, memory_and_disk, content) == content);
    CHECK(cache.get(3, 0, disk_only, content) == content);
    CHECK(cache.store.usage(2).disk_bytes > 0);
    CHECK(cache.store.usage(3).memory_bytes == 0);
    CHECK(cache.folder.files() == 2);
    cache.store.remove_rdd(2);
    cache.store.clear();
    CHECK(cache.folder.files() == 0);
  }

  TEST_CASE("tasks that want the same partition wait for the one that computes it") {
    Cache cache(1 << 20);
    Gate gate;
    std::atomic<int> computed = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        TaskRun task(cache.engine.context(), {}, cache.cancel);
        const auto source = cache.store.get_or_compute(
            1, 0, memory_only,
            [&] {
              ++computed;
              gate.pass();
              return one_by_one({"a"});
            },
            task);
        CHECK(read_all(*source) == Texts{"a"});
      });
    }
    gate.wait_for_arrivals(1);
    gate.open();
    for (auto& thread : threads) thread.join();
    CHECK(computed == 1);
  }

  TEST_CASE("a task that waits for a partition can be cancelled") {
    Cache cache(1 << 20);
    Gate gate;
    std::thread owner([&] {
      TaskRun task(cache.engine.context(), {}, std::make_shared<runner::CancelToken>());
      cache.store.get_or_compute(
          1, 0, memory_only,
          [&] {
            gate.pass();
            return one_by_one({"a"});
          },
          task);
    });
    gate.wait_for_arrivals(1);
    std::thread waiter(
        [&] { CHECK_THROWS_AS(cache.get(1, 0, memory_only, {}), runner::TaskCancelled); });
    cache.cancel->cancel("enough");
    cache.store.wake_waiting();
    waiter.join();
    gate.open();
    owner.join();
  }

  TEST_CASE("a failed computation leaves the partition to the next one") {
    Cache cache(1 << 20);
    TaskRun task(cache.engine.context(), {}, cache.cancel);
    CHECK_THROWS_AS(
        cache.store.get_or_compute(
            1, 0, memory_only,
            []() -> std::unique_ptr<runner::ByteSource> { throw WorkerFailed("gone", {}); }, task),
        WorkerFailed);
    CHECK(cache.get(1, 0, memory_only, {"a"}) == Texts{"a"});
  }

  TEST_CASE("what is removed while it is computed is not kept") {
    Cache cache(1 << 20);
    TaskRun task(cache.engine.context(), {}, cache.cancel);
    cache.store.get_or_compute(
        1, 0, memory_only,
        [&] {
          cache.store.remove_rdd(1);
          return one_by_one({"a"});
        },
        task);
    CHECK(cache.store.usage(1).partitions == 0);
  }
}

TEST_SUITE("shuffle") {
  /// Sends each text to the partition of its first digit.
  void by_digit(std::size_t, runner::ByteSource & source, ShuffleWriter & writer) {
    for (auto run = source.next(); !run.empty(); run = source.next()) {
      while (!run.empty()) {
        const auto frame = take_frame(run);
        const auto digit = std::to_integer<std::size_t>(frame_payload(frame)[0]) - '0';
        writer.add(digit % writer.partitions(), frame);
      }
    }
  }

  TEST_CASE("a partition is read in the order of the map tasks, not of their ends") {
    Folder folder;
    const auto memory = budget(1 << 20);
    const auto shuffle = std::make_shared<Shuffle>(0, 2, by_digit);
    shuffle->set_maps(2);
    CHECK(shuffle->missing() == std::vector<std::size_t>{0, 1});
    shuffle->commit(1, shuffle->write(1, *one_by_one({"0c", "1d", "0e"}), *memory, folder.disk));
    CHECK_THROWS_AS(shuffle->open(0), ShuffleMissing);
    shuffle->commit(0, shuffle->write(0, *one_by_one({"1a", "0b"}), *memory, folder.disk));
    CHECK(shuffle->complete());
    CHECK(read_all(*shuffle->open(0)) == Texts{"0b", "0c", "0e"});
    CHECK(read_all(*shuffle->open(1)) == Texts{"1a", "1d"});
    CHECK(folder.files() == 0);
    shuffle->clear();
    CHECK(memory->used() == 0);
    CHECK_FALSE(shuffle->complete());
  }

  TEST_CASE("a map task that exceeds its memory spills, and the order stays") {
    Folder folder;
    const auto memory = budget(64 << 10);
    const auto shuffle = std::make_shared<Shuffle>(0, 3, by_digit);
    shuffle->set_maps(1);
    Texts content;
    for (int i = 0; i < 3000; ++i) {
      content.push_back(std::to_string(i % 3) + "-" + std::to_string(i) + std::string(2000, '.'));
    }
    shuffle->commit(0, shuffle->write(0, *one_by_one(content), *memory, folder.disk));
    CHECK(folder.files() == 1);
    CHECK(memory->used() <= memory->bytes_max());
    for (std::size_t partition = 0; partition < 3; ++partition) {
      Texts expected;
      for (std::size_t i = partition; i < content.size(); i += 3) expected.push_back(content[i]);
      CHECK(read_all(*shuffle->open(partition)) == expected);
    }
    shuffle->clear();
    CHECK(folder.files() == 0);
  }

  TEST_CASE("a single frame larger than all memory passes through the disk") {
    Folder folder;
    const auto memory = budget(1000);
    const auto shuffle = std::make_shared<Shuffle>(0, 2, by_digit);
    shuffle->set_maps(1);
    const Texts content{"0" + std::string(3 << 20, 'x'), "1", "0"};
    shuffle->commit(0, shuffle->write(0, *one_by_one(content), *memory, folder.disk));
    CHECK(read_all(*shuffle->open(0)) == Texts{content[0], content[2]});
    CHECK(read_all(*shuffle->open(1)) == Texts{"1"});
    CHECK(memory->used() <= 1000);
  }

  TEST_CASE("small outputs that fit nowhere in memory are written when they are finished") {
    Folder folder;
    const auto memory = budget(0);
    const auto shuffle = std::make_shared<Shuffle>(0, 2, by_digit);
    shuffle->set_maps(1);
    const auto output = shuffle->write(0, *one_by_one({"0", "1"}), *memory, folder.disk);
    CHECK(output->bytes() == 10);
    CHECK(folder.files() == 1);
    shuffle->commit(0, output);
    CHECK(read_all(*shuffle->open(1)) == Texts{"1"});
  }

  TEST_CASE("the first output of a map task stays") {
    Folder folder;
    const auto memory = budget(1 << 20);
    const auto shuffle = std::make_shared<Shuffle>(0, 1, by_digit);
    shuffle->set_maps(1);
    shuffle->commit(0, shuffle->write(0, *one_by_one({"0a"}), *memory, folder.disk));
    shuffle->commit(0, shuffle->write(0, *one_by_one({"0b"}), *memory, folder.disk));
    CHECK(read_all(*shuffle->open(0)) == Texts{"0a"});
  }

  TEST_CASE("a shuffle of no map tasks is complete and empty") {
    const auto shuffle = std::make_shared<Shuffle>(0, 1, by_digit);
    shuffle->set_maps(0);
    CHECK(shuffle->complete());
    CHECK(shuffle->open(0)->next().empty());
  }
}
