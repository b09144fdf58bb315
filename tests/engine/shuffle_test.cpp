// SPDX-License-Identifier: Apache-2.0
//
// Shuffles: order, spills, and outputs that count once.
#include "engine/storage/shuffle.hpp"

#include <doctest/doctest.h>

#include "engine/frames.hpp"
#include "storage_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::engine;
using namespace py4cpp::engine::test;

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
