// SPDX-License-Identifier: Apache-2.0
//
// A context's life, its folders and files, broadcasts, and what the status store remembers.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "engine/broadcasts.hpp"
#include "engine/files.hpp"
#include "engine/scheduler/slots.hpp"
#include "engine/status_store.hpp"
#include "engine_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::engine;
using namespace py4cpp::engine::test;
namespace fs = std::filesystem;

TEST_SUITE("context") {
  TEST_CASE("a stopped context leaves no file, and another can be made") {
    fs::path folder;
    {
      Engine engine;
      folder = engine.context().local_dir();
      CHECK(fs::exists(folder));
      CHECK(fs::exists(engine.context().make_temp_dir("broadcast")));
      engine.collect(engine.by_first_digit(engine.parallelize({"0"}, 1), 1));
      engine.context().stop();
      engine.context().stop();
      CHECK_FALSE(fs::exists(folder));
      CHECK(engine.context().stopped());
      CHECK_THROWS_AS(engine.context().make_temp_dir("late"), ContextStopped);
    }
    Engine another;
    CHECK(another.collect(another.parallelize({"a"}, 1)) == std::vector<Texts>{{"a"}});
  }

  TEST_CASE("two contexts live side by side") {
    Engine one;
    Engine two;
    CHECK(one.context().local_dir() != two.context().local_dir());
    CHECK(one.collect(one.parallelize({"a"}, 1)) == two.collect(two.parallelize({"a"}, 1)));
  }

  TEST_CASE("nodes and results may outlive their context's stop") {
    std::vector<Block> blocks;
    std::shared_ptr<Rdd> rdd;
    {
      Engine engine;
      rdd = engine.parallelize({"a"}, 1);
      rdd->persist(memory_only);
      blocks = engine.context().collect(rdd, {});
    }
    CHECK(read_all(*blocks[0].open()) == Texts{"a"});
    CHECK(rdd->partition_count() == 1);
    CHECK_THROWS_AS(rdd->persist(memory_only), ContextStopped);
  }

  TEST_CASE("the conf in effect has the application's id and defaults") {
    Engine engine;
    const Conf& conf = engine.context().conf();
    CHECK(conf.get("spark.app.id", "") == engine.context().application_id());
    CHECK(engine.context().application_id().starts_with("local-"));
    CHECK(conf.get("spark.master", "") == "local[2]");
    CHECK(engine.context().slots() == 2);
    CHECK(engine.context().default_parallelism() == 2);
    CHECK(engine.context().default_min_partitions() == 2);
    Engine wide(Settings{{"spark.master", "local[8]"}, {"spark.default.parallelism", "3"}});
    CHECK(wide.context().default_parallelism() == 3);
    CHECK(wide.context().default_min_partitions() == 2);
  }

  TEST_CASE("a bad setting and a folder that cannot be made are named") {
    CHECK_THROWS_WITH_AS(Engine(Settings{{"spark.driver.memory", "lots"}}),
                         doctest::Contains("spark.driver.memory"), BadSetting);
    CHECK_THROWS_WITH_AS(Engine(Settings{{"spark.local.dir", "/proc/nothing/here"}}),
                         doctest::Contains("/proc/nothing/here"), Error);
  }
}

TEST_SUITE("files") {
  struct Fixture {
    TempDir folder{default_temp_root(), "files-test-"};
    Files files{folder.path() / "root"};

    std::string make(const std::string& name, const std::string& content) {
      const fs::path path = folder.path() / name;
      fs::create_directories(path.parent_path());
      std::ofstream(path) << content;
      return path.string();
    }
  };

  TEST_CASE("files are copied by name and listed as URIs") {
    Fixture fixture;
    const std::string path = fixture.make("a.txt", "hello");
    fixture.files.add_file(path);
    fixture.files.add_file("file://" + path);
    CHECK(fs::file_size(fixture.files.root() / "a.txt") == 5);
    CHECK(fixture.files.list_files() == Texts{"file:" + path});
  }

  TEST_CASE("a folder needs recursive") {
    Fixture fixture;
    fixture.make("dir/inner/b.txt", "b");
    const std::string folder = (fixture.folder.path() / "dir").string();
    CHECK_THROWS_WITH_AS(fixture.files.add_file(folder),
                         doctest::Contains("is a directory and recursive is not turned on"), Error);
    fixture.files.add_file(folder + "/", true);
    CHECK(fs::exists(fixture.files.root() / "dir" / "inner" / "b.txt"));
  }

  TEST_CASE("missing files, other schemes and other content under the same name are refused") {
    Fixture fixture;
    CHECK_THROWS_WITH_AS(fixture.files.add_file("/no/such/file"),
                         "File file:/no/such/file does not exist", Error);
    CHECK_THROWS_WITH_AS(fixture.files.add_file("hdfs://host/x"),
                         doctest::Contains("No FileSystem for scheme \"hdfs\""), Error);
    fixture.files.add_file(fixture.make("one/a.txt", "1"));
    CHECK_THROWS_WITH_AS(fixture.files.add_file(fixture.make("two/a.txt", "2")),
                         doctest::Contains("does not match contents"), Error);
    Files overwriting(fixture.files.root(), true);
    overwriting.add_file(fixture.make("two/a.txt", "two"));
    CHECK(fs::file_size(overwriting.root() / "a.txt") == 3);
  }

  TEST_CASE("archives are unpacked under their name or the one after the hash") {
    Fixture fixture;
    fixture.make("packed/inner.txt", "inner");
    const std::string folder = fixture.folder.path().string();
    const std::string zip = folder + "/data.zip";
    REQUIRE(std::system(("cd " + folder + " && python3 -m zipfile -c data.zip packed && " +
                         "tar czf data.tgz packed")
                            .c_str()) == 0);
    fixture.files.add_archive(zip);
    fixture.files.add_archive(folder + "/data.tgz#other");
    CHECK(fs::exists(fixture.files.root() / "data.zip" / "packed" / "inner.txt"));
    CHECK(fs::exists(fixture.files.root() / "other" / "packed" / "inner.txt"));
    CHECK(fixture.files.list_archives().size() == 2);
    CHECK_THROWS_WITH_AS(fixture.files.add_archive(zip + "#../up"), doctest::Contains("../up"),
                         Error);
    CHECK_THROWS_WITH_AS(fixture.files.add_archive(fixture.make("bad.zip", "no zip")),
                         doctest::Contains("File is not a zip file"), Error);
  }
}

TEST_SUITE("broadcasts") {
  TEST_CASE("ids count up, and a destroyed variable cannot be used") {
    Broadcasts broadcasts;
    const auto first = broadcasts.create("/a");
    const auto second = broadcasts.create("/b");
    CHECK(first->id() == 0);
    CHECK(second->id() == 1);
    CHECK(second->value()->path == "/b");
    first->destroy();
    CHECK(first->destroyed());
    CHECK_THROWS_WITH_AS(first->value(), "Attempted to use Broadcast(0) after it was destroyed",
                         BadArgument);
  }
}

TEST_SUITE("status store") {
  TEST_CASE("finished jobs and stages beyond the bounds are forgotten, oldest first") {
    StatusStore store(2, 2);
    for (int id = 0; id < 4; ++id) {
      store.put_job({.id = id, .group = "g"});
      store.put_stage({.id = id, .active = true});
      if (id > 0) {
        store.end_job(id, JobStatus::succeeded);
        store.end_stage(id);
      }
    }
    CHECK(store.find_job(0));
    CHECK_FALSE(store.find_job(1));
    CHECK(store.active_jobs() == std::vector<int>{0});
    CHECK(store.active_stages() == std::vector<int>{0});
    CHECK(store.jobs_of_group("g").size() == 2);
    CHECK_FALSE(store.find_stage(1));
    CHECK(std::string(to_text(store.find_job(0)->status)) == "RUNNING");
  }
}

TEST_SUITE("slots") {
  TEST_CASE("no more work runs at once than there are slots") {
    Slots slots(2);
    Gate gate;
    std::atomic<int> running = 0;
    std::atomic<int> most = 0;
    std::atomic<int> done = 0;
    for (int i = 0; i < 20; ++i) {
      slots.submit({0, 0}, [&] {
        most = std::max(most.load(), ++running);
        gate.pass();
        --running;
        ++done;
      });
    }
    gate.wait_for_arrivals(2);
    gate.open();
    while (done < 20) std::this_thread::yield();
    CHECK(most == 2);
  }

  TEST_CASE("withdrawn work and work after a stop never runs") {
    Gate gate;
    std::atomic<int> ran = 0;
    Slots slots(1);
    slots.submit({0, 0}, [&] { gate.pass(); });
    gate.wait_for_arrivals(1);
    slots.submit({0, 1}, [&] { ++ran; });
    slots.submit({0, 2}, [&] { ++ran; });
    slots.withdraw({0, 1});
    slots.withdraw({0, 9});
    gate.open();
    while (ran == 0) std::this_thread::yield();
    slots.stop();
    slots.submit({0, 0}, [&] { ++ran; });
    CHECK(ran == 1);
  }

  TEST_CASE("a slot may stop its own pool") {
    const auto slots = std::make_shared<Slots>(1);
    std::atomic<bool> stopped = false;
    slots->submit({0, 0}, [&] {
      slots->stop();
      stopped = true;
    });
    while (!stopped) std::this_thread::yield();
    CHECK(stopped);
  }
}
