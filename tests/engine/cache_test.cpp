// SPDX-License-Identifier: Apache-2.0
//
// The cache of persisted partitions: who is pushed out, who waits for whom.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "base/error.hpp"
#include "engine/storage/block_store.hpp"
#include "storage_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::engine;
using namespace py4cpp::engine::test;

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
