// SPDX-License-Identifier: Apache-2.0
//
// Each kind of node: its partitions, its frames, its partitioner and its place in the lineage.
#include <doctest/doctest.h>

#include <fstream>

#include "base/error.hpp"
#include "engine/nodes/checkpoint_rdd.hpp"
#include "engine/nodes/coalesced_rdd.hpp"
#include "engine/nodes/input_rdd.hpp"
#include "engine/nodes/paired_rdd.hpp"
#include "engine/nodes/parallel_collection.hpp"
#include "engine/nodes/piped_rdd.hpp"
#include "engine/nodes/python_rdd.hpp"
#include "engine/nodes/shuffled_rdd.hpp"
#include "engine/nodes/union_rdd.hpp"
#include "engine_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::engine;
using namespace py4cpp::engine::test;

namespace {

Texts same(const Texts& input, TaskRun&) { return input; }

Texts letters(std::size_t count) {
  Texts list;
  for (std::size_t i = 0; i < count; ++i) list.emplace_back(1, static_cast<char>('a' + i));
  return list;
}

std::vector<std::size_t> sizes(const std::vector<Texts>& partitions) {
  std::vector<std::size_t> list;
  for (const Texts& texts : partitions) list.push_back(texts.size());
  return list;
}

}  // namespace

TEST_SUITE("nodes") {
  TEST_CASE("parallelize cuts batches at i * n / slices") {
    Engine engine;
    CHECK(sizes(engine.collect(engine.parallelize(letters(10), 4))) ==
          std::vector<std::size_t>{2, 3, 2, 3});
    CHECK(sizes(engine.collect(engine.parallelize(letters(2), 4))) ==
          std::vector<std::size_t>{0, 1, 0, 1});
    CHECK(sizes(engine.collect(engine.parallelize({}, 3))) == std::vector<std::size_t>{0, 0, 0});
    CHECK_THROWS_AS(engine.parallelize({"a"}, 0), BadArgument);
  }

  TEST_CASE("a large collection stays in its file, which may lose its name") {
    Engine engine;
    Texts large(5);
    for (auto& text : large) text.assign(ParallelCollectionRdd::memory_bytes_max / 2, 'x');
    const auto rdd = engine.parallelize(large, 2);
    CHECK(engine.collect(rdd) ==
          std::vector<Texts>{{large.begin(), large.begin() + 2}, {large.begin() + 2, large.end()}});
  }

  TEST_CASE("a collection's file that is missing or broken is named") {
    Engine engine;
    const auto path = engine.folder() / "broken";
    const auto make = [&] { ParallelCollectionRdd(engine.shared(), path, 1); };
    CHECK_THROWS_WITH_AS(make(), doctest::Contains("broken: No such file"), Error);
    std::ofstream(path) << "abc";
    CHECK_THROWS_WITH_AS(make(), doctest::Contains("broken ends inside a frame"), Error);
  }

  TEST_CASE("ids count up, and names come first in texts") {
    Engine engine;
    const auto first = engine.parallelize({}, 1);
    const auto second = Engine::map(first, "f");
    CHECK(second->id() == first->id() + 1);
    CHECK(first->to_string() == "ParallelCollectionRDD[0] at readRDDFromFile");
    first->set_name("numbers");
    CHECK(first->to_string() == "numbers ParallelCollectionRDD[0] at readRDDFromFile");
    CHECK(EmptyRdd(engine.shared()).partition_count() == 0);
  }

  TEST_CASE("an input is asked for its partitions once, and its errors reach the caller") {
    Engine engine;
    int asked = 0;
    Input input;
    input.count_partitions = [&asked] {
      ++asked;
      return std::size_t{2};
    };
    input.open = [](std::size_t partition, TaskRun&) {
      return one_by_one({std::to_string(partition)});
    };
    const auto rdd = std::make_shared<InputRdd>(engine.shared(), RddLabel{"HadoopRDD"}, input);
    CHECK(engine.collect(rdd) == std::vector<Texts>{{"0"}, {"1"}});
    CHECK(asked == 1);
    input.count_partitions = []() -> std::size_t { throw Error("Input path does not exist"); };
    const auto missing = std::make_shared<InputRdd>(engine.shared(), RddLabel{"HadoopRDD"}, input);
    CHECK(engine.failure(missing) == "Input path does not exist");
  }

  TEST_CASE("keys choose partitions by a modulo that is never negative") {
    Engine engine;
    engine.define("keys", [](const Texts&, TaskRun&) {
      return Texts{key(-1), "minus one", key(4), "four", key(1LL << 32), "zero"};
    });
    const auto pairs =
        std::make_shared<PairwiseRdd>(Engine::map(engine.parallelize({"x"}, 1), "keys"));
    const auto shuffled = partition_by(pairs, {.partition_count = 3, .function_id = 1});
    CHECK(engine.collect(std::make_shared<ValueOfPairRdd>(shuffled)) ==
          std::vector<Texts>{{"zero"}, {"four"}, {"minus one"}});
    CHECK(engine.collect(shuffled)[2] == Texts{key(2), "minus one"});
  }

  TEST_CASE("a key of another size and a key without a value are errors") {
    Engine engine;
    engine.define("short", [](const Texts&, TaskRun&) { return Texts{"abc", "value"}; });
    engine.define("alone", [](const Texts&, TaskRun&) { return Texts{key(1)}; });
    for (const char* name : {"short", "alone"}) {
      const auto pairs =
          std::make_shared<PairwiseRdd>(Engine::map(engine.parallelize({"x"}, 1), name));
      const std::string text = engine.failure(partition_by(pairs, {.partition_count = 3}));
      CHECK(text.find("a shuffle key") != std::string::npos);
    }
  }

  TEST_CASE("an equal partitioner lets pairs pass through, another one shuffles again") {
    Engine engine;
    engine.define("same", same);
    const auto once = engine.by_first_digit(engine.parallelize({"0", "1"}, 2), 2, 7);
    CHECK(once->partitioner() == Partitioner{.partition_count = 2, .function_id = 7});
    const auto keyed = Engine::map(once, "key by digit", true);
    const auto pairs = std::make_shared<PairwiseRdd>(keyed);
    CHECK(partition_by(pairs, {.partition_count = 2, .function_id = 7}) == pairs);
    CHECK(partition_by(pairs, {.partition_count = 2, .function_id = 8}) != pairs);
    CHECK_FALSE(Engine::map(once, "same")->partitioner());
    CHECK(engine.collect(std::make_shared<ValueOfPairRdd>(pairs)) ==
          std::vector<Texts>{{"0"}, {"1"}});
    CHECK_THROWS_AS(partition_by(pairs, {}), BadArgument);
  }

  TEST_CASE("a persisted shuffle keeps its pairs") {
    Engine engine;
    engine.define("key by digit", [](const Texts&, TaskRun&) { return Texts{key(1), "x"}; });
    const auto shuffled = partition_by(
        std::make_shared<PairwiseRdd>(Engine::map(engine.parallelize({"1"}, 1), "key by digit")),
        {.partition_count = 2});
    shuffled->persist(memory_only);
    const auto values = std::make_shared<ValueOfPairRdd>(shuffled);
    CHECK(engine.collect(values) == std::vector<Texts>{{}, {"x"}});
    CHECK(engine.collect(values) == std::vector<Texts>{{}, {"x"}});
  }

  TEST_CASE("a union lists all partitions, side by side when they are partitioned alike") {
    Engine engine;
    const auto a = engine.parallelize({"a", "b"}, 2);
    const auto b = engine.parallelize({"c"}, 1);
    CHECK(engine.collect(make_union(engine.shared(), {a, b})) ==
          std::vector<Texts>{{"a"}, {"b"}, {"c"}});
    const auto left = engine.by_first_digit(engine.parallelize({"0x", "1x"}, 1), 2);
    const auto right = engine.by_first_digit(engine.parallelize({"0y", "1y"}, 1), 2);
    const auto both = make_union(engine.shared(), {left, right});
    CHECK(both->kind() == "PartitionerAwareUnionRDD");
    CHECK(engine.collect(both) == std::vector<Texts>{{"0x", "0y"}, {"1x", "1y"}});
    CHECK(both->partitioner() == left->partitioner());
    CHECK(make_union(engine.shared(), {left, a})->partition_count() == 4);
    CHECK(make_union(engine.shared(), {})->partition_count() == 0);
  }

  TEST_CASE("parents without partitions do not keep a union from being side by side") {
    Engine engine;
    const auto left = engine.by_first_digit(engine.parallelize({"0x"}, 1), 2);
    const auto empty = std::make_shared<EmptyRdd>(engine.shared());
    CHECK(make_union(engine.shared(), {left, empty})->partition_count() == 2);
  }

  TEST_CASE("coalesce packs neighbours and never makes more partitions") {
    Engine engine;
    const auto rdd = engine.parallelize(letters(8), 8);
    CHECK(engine.collect(make_coalesce(rdd, 3, false)) ==
          std::vector<Texts>{{"a", "b"}, {"c", "d", "e"}, {"f", "g", "h"}});
    CHECK(make_coalesce(rdd, 20, false)->partition_count() == 8);
    CHECK_THROWS_AS(make_coalesce(rdd, 0, true), BadArgument);
  }

  TEST_CASE("coalesce with a shuffle deals frames out from where Spark begins") {
    // What `parallelize(list(range(20)), p).coalesce(n, True).glom()` gave with Apache Spark 4.3.0.
    CHECK(first_deal_position(0, 3) == 0);
    CHECK(first_deal_position(1, 3) == 1);
    CHECK(first_deal_position(2, 3) == 2);
    CHECK(first_deal_position(0, 4) == 1);
    CHECK(first_deal_position(1, 4) == 1);
    CHECK(first_deal_position(2, 4) == 0);
    CHECK(first_deal_position(0, 7) == 3);
    CHECK(first_deal_position(1, 7) == 6);
    CHECK(first_deal_position(2, 7) == 2);
    Engine engine;
    const auto rdd = engine.parallelize(letters(6), 2);
    std::vector<Texts> expected(4);
    for (std::size_t i = 0; i < 3; ++i) {
      expected[(first_deal_position(0, 4) + i) % 4].push_back(letters(6)[i]);
    }
    for (std::size_t i = 0; i < 3; ++i) {
      expected[(first_deal_position(1, 4) + i) % 4].push_back(letters(6)[3 + i]);
    }
    CHECK(engine.collect(make_coalesce(rdd, 4, true)) == expected);
  }

  TEST_CASE("a product pairs every frame with every other, partition by partition") {
    Engine engine;
    engine.define("same", same);
    const auto left = engine.parallelize({"a", "b"}, 2);
    const auto right = Engine::map(engine.parallelize({"1", "2", "3"}, 2), "same");
    CHECK(engine.collect(std::make_shared<CartesianRdd>(left, right)) ==
          std::vector<Texts>{{"a", "1"}, {"a", "2", "a", "3"}, {"b", "1"}, {"b", "2", "b", "3"}});
    CHECK(engine.calls("same") == 4);
    const auto empty = engine.parallelize({}, 1);
    CHECK(engine.collect(std::make_shared<CartesianRdd>(left, empty)) == std::vector<Texts>(2));
  }

  TEST_CASE("a zip pairs frames by position and wants equal numbers of them") {
    Engine engine;
    const auto left = engine.parallelize({"a", "b", "c"}, 2);
    const auto right = engine.parallelize({"1", "2", "3"}, 2);
    CHECK(engine.collect(std::make_shared<ZippedRdd>(left, right)) ==
          std::vector<Texts>{{"a", "1"}, {"b", "2", "c", "3"}});
    CHECK(engine.failure(std::make_shared<ZippedRdd>(left, engine.parallelize({"1"}, 2)))
              .find("Can only zip RDDs with same number of elements in each partition") !=
          std::string::npos);
    CHECK_THROWS_WITH_AS(ZippedRdd(left, engine.parallelize({"1"}, 1)),
                         "Can't zip RDDs with unequal numbers of partitions: List(2, 1)",
                         BadArgument);
  }

  TEST_CASE("a pipe runs one command for each partition, line by line") {
    Engine engine;
    const auto rdd = engine.parallelize({"john", "paul", "george"}, 2);
    CHECK(engine.collect(std::make_shared<PipedRdd>(rdd, split_command("tr  a-z A-Z "))) ==
          std::vector<Texts>{{"JOHN"}, {"PAUL", "GEORGE"}});
    CHECK_THROWS_AS(PipedRdd(rdd, split_command("  ")), BadArgument);
  }

  TEST_CASE("a pipe's command that fails is reported once, with its status") {
    Engine engine;
    const auto rdd = engine.parallelize({"a"}, 1);
    const std::string text =
        engine.failure(std::make_shared<PipedRdd>(rdd, Texts{"sh", "-c", "echo oh >&2; exit 3"}));
    CHECK(text.find("failed 1 times") != std::string::npos);
    CHECK(text.find("java.lang.IllegalStateException: ") != std::string::npos);
    CHECK(text.find("status 3") != std::string::npos);
    CHECK(text.find("oh") != std::string::npos);
  }

  TEST_CASE("map_partitions changes frames in C++") {
    Engine engine;
    const auto rdd = engine.by_first_digit(engine.parallelize({"0", "1"}, 1), 2);
    const auto doubled = std::make_shared<MapPartitionsRdd>(
        rdd, "test",
        [](std::size_t, std::unique_ptr<runner::ByteSource> source, TaskRun&) {
          Texts all;
          for (const std::string& text : read_all(*source)) all.insert(all.end(), {text, text});
          return one_by_one(all);
        },
        true);
    CHECK(engine.collect(doubled) == std::vector<Texts>{{"0", "0"}, {"1", "1"}});
    CHECK(doubled->partitioner() == rdd->partitioner());
  }
}

TEST_SUITE("persistence") {
  TEST_CASE("a persisted node is computed once, until it is unpersisted") {
    Engine engine;
    engine.define("same", same);
    const auto rdd = Engine::map(engine.parallelize({"a", "b"}, 2), "same");
    rdd->persist(memory_only);
    engine.collect(rdd);
    CHECK(engine.collect(rdd) == std::vector<Texts>{{"a"}, {"b"}});
    CHECK(engine.calls("same") == 2);
    CHECK_THROWS_AS(rdd->persist(disk_only), BadArgument);
    rdd->unpersist();
    engine.collect(rdd);
    CHECK(engine.calls("same") == 4);
    rdd->persist(disk_only);
    engine.collect(rdd);
    CHECK(engine.collect(rdd) == std::vector<Texts>{{"a"}, {"b"}});
    CHECK(engine.calls("same") == 6);
  }

  TEST_CASE("cached partitions spare the stages behind them") {
    Engine engine;
    engine.define("same", same);
    const auto shuffled = engine.by_first_digit(engine.parallelize({"0", "1"}, 2), 2);
    const auto rdd = Engine::map(shuffled, "same");
    rdd->persist(memory_only);
    engine.collect(rdd);
    CHECK(engine.collect(rdd) == std::vector<Texts>{{"0"}, {"1"}});
    CHECK(engine.calls("key by digit") == 2);
    CHECK(engine.calls("same") == 2);
  }

  TEST_CASE("a checkpoint is written by the next job and takes the lineage's place") {
    Engine engine;
    engine.define("same", same);
    const auto rdd = Engine::map(engine.parallelize({"a", "b"}, 2), "same");
    CHECK_THROWS_AS(rdd->checkpoint(), BadArgument);
    engine.context().set_checkpoint_dir(engine.folder().string());
    rdd->checkpoint();
    CHECK_FALSE(rdd->is_checkpointed());
    const auto child = Engine::map(rdd, "same");
    CHECK(engine.collect(child) == std::vector<Texts>{{"a"}, {"b"}});
    CHECK(rdd->is_checkpointed());
    CHECK_FALSE(rdd->is_locally_checkpointed());
    REQUIRE(rdd->checkpoint_path());
    const int calls = engine.calls("same");
    CHECK(engine.collect(rdd) == std::vector<Texts>{{"a"}, {"b"}});
    CHECK(engine.calls("same") == calls);
    CHECK(rdd->dependencies()[0].parent->kind() == "ReliableCheckpointRDD");
    const CheckpointRdd again(engine.shared(), *rdd->checkpoint_path());
    CHECK(again.partition_count() == 2);
    std::filesystem::remove(std::filesystem::path(*rdd->checkpoint_path()) / part_name(0));
    CHECK_THROWS_WITH_AS(CheckpointRdd(engine.shared(), *rdd->checkpoint_path()),
                         doctest::Contains("part-00000"), Error);
  }

  TEST_CASE("a local checkpoint keeps blocks") {
    Engine engine;
    engine.define("same", same);
    const auto rdd = Engine::map(engine.parallelize({"a", "b"}, 2), "same");
    rdd->local_checkpoint();
    engine.collect(rdd);
    CHECK(rdd->is_locally_checkpointed());
    CHECK(rdd->is_checkpointed());
    const int calls = engine.calls("same");
    CHECK(engine.collect(rdd) == std::vector<Texts>{{"a"}, {"b"}});
    CHECK(engine.calls("same") == calls);
  }
}

TEST_SUITE("lineage text") {
  TEST_CASE("shuffles indent, and every line shows the root's storage level") {
    Engine engine;
    engine.define("same", same);
    const auto rdd = engine.by_first_digit(engine.parallelize({"0", "1"}, 3), 3);
    const auto root =
        Engine::map(make_union(engine.shared(), {rdd, engine.parallelize({}, 1)}), "same");
    CHECK(root->to_debug_string() ==
          "(4) PythonRDD[7] at RDD at PythonRDD.scala []\n"
          " |  UnionRDD[6] at union []\n"
          " |  MapPartitionsRDD[4] at mapPartitions at PythonRDD.scala []\n"
          " |  ShuffledRDD[3] at partitionBy []\n"
          " +-(3) PairwiseRDD[2] at RDD at PythonRDD.scala []\n"
          "    |  PythonRDD[1] at RDD at PythonRDD.scala []\n"
          "    |  ParallelCollectionRDD[0] at readRDDFromFile []\n"
          " |  ParallelCollectionRDD[5] at readRDDFromFile []");
  }

  TEST_CASE("cached partitions are counted below their node") {
    Engine engine;
    const auto rdd = engine.parallelize({"0", "1"}, 2);
    rdd->persist(memory_and_disk);
    engine.collect(rdd);
    CHECK(rdd->to_debug_string() ==
          "(2) ParallelCollectionRDD[0] at readRDDFromFile [Disk Memory Serialized 1x "
          "Replicated]\n"
          " |       CachedPartitions: 2; MemorySize: 10.0 B; DiskSize: 0.0 B");
  }
}
