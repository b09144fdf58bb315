// SPDX-License-Identifier: Apache-2.0
#include "engine/io/input_plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "support.hpp"

namespace py4cpp::engine {
namespace {

using test::Folder;
using test::java_error;

constexpr std::uint64_t mib = 1ULL << 20;

/// A file with a size and no content on disk.
std::string sparse(const Folder& folder, const std::string& name, std::uint64_t size) {
  std::string path = folder.write(name, "");
  std::filesystem::resize_file(path, size);
  return path;
}

std::vector<std::uint64_t> lengths(const std::vector<InputPartition>& partitions) {
  std::vector<std::uint64_t> sums;
  for (const InputPartition& partition : partitions) {
    std::uint64_t sum = 0;
    for (const FileSplit& split : partition) sum += split.length;
    sums.push_back(sum);
  }
  return sums;
}

TEST_SUITE_BEGIN("engine_io");

TEST_CASE("textFile cuts a file into at least the wanted number of splits") {
  Folder folder;
  std::string path = sparse(folder, "a", 100);
  CHECK(lengths(plan_text_file(path, 2)) == std::vector<std::uint64_t>{50, 50});
  CHECK(lengths(plan_text_file(path, 3)) == std::vector<std::uint64_t>{33, 33, 34});
  CHECK(lengths(plan_text_file(path, 1)) == std::vector<std::uint64_t>{100});
}

TEST_CASE("the last split may be a tenth longer, and none is longer than a block") {
  Folder folder;
  std::string path = sparse(folder, "a", 64 * mib + 3 * mib);
  CHECK(lengths(plan_text_file(path, 1)) == std::vector<std::uint64_t>{32 * mib, 35 * mib});
}

TEST_CASE("each split knows where it starts") {
  Folder folder;
  auto partitions = plan_text_file(sparse(folder, "a", 90), 3);
  REQUIRE(partitions.size() == 3);
  CHECK(partitions[2][0].start == 60);
  CHECK(partitions[2][0].length == 30);
}

TEST_CASE("a folder gives its files in order, without hidden and empty ones") {
  Folder folder;
  folder.write("d/part-00001", "bb");
  folder.write("d/part-00000", "a");
  folder.write("d/_SUCCESS", "x");
  folder.write("d/.part.crc", "x");
  folder.write("d/empty", "");
  auto partitions = plan_text_file(folder.path("d"), 1);
  REQUIRE(partitions.size() == 2);
  CHECK(partitions[0][0].path == folder.path("d/part-00000"));
  CHECK(partitions[1][0].path == folder.path("d/part-00001"));
}

TEST_CASE("a gzip file is one split") {
  Folder folder;
  folder.write_gzip("a.gz", std::string(1000, 'x'));
  CHECK(plan_text_file(folder.path("a.gz"), 8).size() == 1);
}

TEST_CASE("commas separate paths, except inside braces") {
  Folder folder;
  for (const char* name : {"a", "b", "c"}) folder.write(name, "x");
  CHECK(plan_text_file(folder.path("a") + "," + folder.path("c"), 1).size() == 2);
  CHECK(plan_text_file(folder.path("{a,b}"), 1).size() == 2);
}

TEST_CASE("what is not there is named as Hadoop names it, and what to do is said once") {
  Folder folder;
  const std::string advice =
      "; correct the path or put the data there: only files of this machine are read";
  CHECK(java_error([&] { plan_text_file(folder.path("no"), 1); }) ==
        "org.apache.hadoop.mapred.InvalidInputException: Input path does not exist: file:" +
            folder.path("no") + advice);
  CHECK(java_error([&] { plan_text_file(folder.path("no*") + "," + folder.path("x"), 1); }) ==
        "org.apache.hadoop.mapred.InvalidInputException: Input Pattern file:" + folder.path("no*") +
            " matches 0 files\nInput path does not exist: file:" + folder.path("x") + advice);
  CHECK(java_error([&] {
          plan_binary_files(folder.path("no"), {});
        }).starts_with("org.apache.hadoop.mapreduce.lib.input.InvalidInputException"));
  CHECK_THROWS_AS(plan_text_source({folder.path("no")}, {}), PathNotFound);
}

TEST_CASE("a folder inside a folder, and another file system, are refused") {
  Folder folder;
  folder.write("d/inner/a", "x");
  CHECK(java_error([&] { plan_text_file(folder.path("d"), 1); }).find("is a directory") !=
        std::string::npos);
  CHECK(java_error([] {
          plan_text_file("s3a://bucket/key", 1);
        }).find("No FileSystem for scheme \"s3a\"") != std::string::npos);
}

TEST_CASE("paths and URIs become one form") {
  CHECK(local_path("file:///tmp//a/./b/") == "/tmp/a/b");
  CHECK(local_path("file:/tmp/a") == "/tmp/a");
  CHECK(local_path("file://localhost/tmp/a") == "/tmp/a");
  CHECK(file_uri("/tmp/a") == "file:/tmp/a");
  CHECK(local_path("x").starts_with("/"));
}

TEST_CASE("wholeTextFiles packs whole files until each partition has its share") {
  Folder folder;
  for (const char* name : {"a", "b", "c", "d"}) folder.write(name, std::string(10, 'x'));
  auto partitions = plan_whole_text_files(folder.path(), 2);
  CHECK(lengths(partitions) == std::vector<std::uint64_t>{20, 20});
  CHECK(partitions[0].size() == 2);
}

TEST_CASE("binaryRecords cuts only between records") {
  Folder folder;
  auto partitions = plan_binary_records(sparse(folder, "a", 100 * mib), 7 * mib / 2 + 1);
  for (const InputPartition& partition : partitions) {
    CHECK(partition[0].start % (7 * mib / 2 + 1) == 0);
  }
  CHECK(java_error([&] {
          plan_binary_records(folder.path("a"), 0);
        }).starts_with("java.lang.IllegalArgumentException"));
}

TEST_CASE("Spark SQL cuts and packs files, largest first") {
  Folder folder;
  sparse(folder, "big", 20 * mib);
  sparse(folder, "small1", 1 * mib);
  sparse(folder, "small2", 2 * mib);
  // 23 MiB and 3 times 4 MiB to open them, on 2 cores: at most 17.5 MiB each.
  auto partitions = plan_text_source({folder.path()}, {.parallelism = 2});
  CHECK(lengths(partitions) ==
        std::vector<std::uint64_t>{35 * mib / 2, 5 * mib / 2 + 2 * mib + 1 * mib});
  auto whole = plan_text_source({folder.path()}, {.parallelism = 2, .whole_files = true});
  CHECK(lengths(whole) == std::vector<std::uint64_t>{20 * mib, 3 * mib});
}

TEST_CASE("Spark SQL reads folders below only when it is told to") {
  Folder folder;
  folder.write("a", "x");
  folder.write("d/b", "x");
  CHECK(lengths(plan_text_source({folder.path()}, {})) == std::vector<std::uint64_t>{1});
  CHECK(lengths(plan_text_source({folder.path()}, {.recursive = true})) ==
        std::vector<std::uint64_t>{2});
}

TEST_SUITE_END();

}  // namespace
}  // namespace py4cpp::engine
