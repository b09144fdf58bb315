// SPDX-License-Identifier: Apache-2.0
//
// Commands as steps of a stream.
#include "runner/piped_process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <future>
#include <thread>

#include "base/error.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

PipedProcessOptions shell_options(const std::string& script) {
  return {.command = {"sh", "-c", script}, .stderr_lines = [](std::string_view) {}};
}

std::unique_ptr<PipedProcess> shell(const std::string& script,
                                    const std::vector<std::string>& input,
                                    std::shared_ptr<const CancelToken> cancel = {}) {
  return std::make_unique<PipedProcess>(shell_options(script), source(input), std::move(cancel));
}

// Gives a line, and no more before somebody opens the gate.
class GatedSource final : public ByteSource {
 public:
  explicit GatedSource(std::shared_future<void> gate) : gate_(std::move(gate)) {}
  std::span<const std::byte> next() override {
    if (calls_++ == 0) return frames_;
    CHECK(gate_.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    return {};
  }

 private:
  const Bytes frames_ = frames({"a"});
  const std::shared_future<void> gate_;
  int calls_ = 0;
};

class FailingSource final : public ByteSource {
 public:
  std::span<const std::byte> next() override { throw Error("the block is gone"); }
};

std::vector<std::string> pipe(const std::string& script, const std::vector<std::string>& input) {
  return read_all(*shell(script, input));
}

}  // namespace

TEST_SUITE("piped process") {
  TEST_CASE("a command gets lines and answers lines, in order") {
    const NothingIsLeft check;
    CHECK(pipe("while read name; do echo \"hello $name\"; done", {"john", "paul", "george"}) ==
          std::vector<std::string>{"hello john", "hello paul", "hello george"});
    CHECK(pipe("cat", {}).empty());
    CHECK(pipe("cat", {"", "x", ""}) == std::vector<std::string>{"", "x", ""});
  }

  TEST_CASE("a last line without an end is a line") {
    CHECK(pipe("printf 'a\\nb'", {"unread"}) == std::vector<std::string>{"a", "b"});
  }

  TEST_CASE("a command may read and write frames as they are") {
    const NothingIsLeft check;
    const auto pass = [](const std::string& script, PipeForm input, PipeForm output,
                         const std::vector<std::string>& items) {
      PipedProcess process({.command = {"sh", "-c", script},
                            .input = input,
                            .output = output,
                            .line_bytes_max = 1'000'000},
                           source(items));
      return read_all(process);
    };
    const std::vector<std::string> items{"a\nb", "", std::string(300'000, 'x')};
    CHECK(pass("cat", PipeForm::frames, PipeForm::frames, items) == items);
    CHECK(pass("printf '\\000\\000\\000\\002hi'", PipeForm::lines, PipeForm::frames, {}) ==
          std::vector<std::string>{"hi"});
    CHECK(pass("head -c 4 >/dev/null; cat", PipeForm::frames, PipeForm::lines, {"a\nb"}) ==
          std::vector<std::string>{"a", "b"});
    CHECK_THROWS_WITH_AS(
        pass("printf '\\000\\000\\000\\002h'", PipeForm::lines, PipeForm::frames, {}),
        "a command's output ends within a frame", Error);
    CHECK_THROWS_AS(pass("printf '\\000\\000'; exit 3", PipeForm::lines, PipeForm::frames, {}),
                    WorkerFailed);
    CHECK_THROWS_WITH_AS(pass("echo text, not frames", PipeForm::lines, PipeForm::frames, {}),
                         doctest::Contains("frame of the length 1952807028"), Error);
  }

  TEST_CASE("a failing command is an error with its status and what it said") {
    const NothingIsLeft check;
    auto process = shell("cat; echo no luck >&2; exit 3", {"x"});
    CHECK(texts(process->next()) == std::vector<std::string>{"x"});
    try {
      process->next();
      FAIL("no error");
    } catch (const WorkerFailed& error) {
      const std::string text = error.what();
      CHECK(text.find("exit status 3") != std::string::npos);
      CHECK(text.find("sh -c cat;") != std::string::npos);
      CHECK(text.find("no luck") != std::string::npos);
      CHECK(error.stderr_lines() == std::vector<std::string>{"no luck"});
    }
    CHECK_THROWS_AS(process->next(), WorkerFailed);
  }

  TEST_CASE("a command that a signal ends is an error that names the signal") {
    CHECK_THROWS_WITH_AS(
        pipe("kill -KILL $$", {}),
        "Subprocess exited with killed by SIGKILL. Command ran: sh -c kill -KILL $$", WorkerFailed);
  }

  TEST_CASE("a command that is not there is an error that names it") {
    const NothingIsLeft check;
    try {
      PipedProcess process({.command = {"/no/such/command"}}, source({}));
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("/no/such/command") != std::string::npos);
    }
    CHECK_THROWS_AS(PipedProcess({.command = {}}, source({})), Error);
  }

  TEST_CASE("more data than all pipes hold flows through, both ways at once") {
    const NothingIsLeft check;
    std::vector<std::string> lines;
    lines.reserve(20'000);
    for (int i = 0; i < 20'000; ++i) lines.push_back(std::to_string(i) + std::string(500, 'x'));
    CHECK(pipe("cat", lines) == lines);
  }

  TEST_CASE("a lot of stderr does not stop a command") {
    CHECK(pipe("i=0; while [ $i -lt 3000 ]; do echo " + std::string(100, 'e') +
                   " >&2; i=$((i+1)); done; echo done",
               {}) == std::vector<std::string>{"done"});
  }

  TEST_CASE("a command may stop reading early") {
    const NothingIsLeft check;
    const std::vector<std::string> lines(100'000, std::string(100, 'x'));
    CHECK(pipe("head -n 1", lines).size() == 1);
    CHECK(pipe("exec 0<&-; echo none", lines) == std::vector<std::string>{"none"});
  }

  TEST_CASE("a command that answers nothing gets all of its input") {
    const NothingIsLeft check;
    const TempDir folder(default_temp_root(), "py4cpp-pipe-");
    const std::string file = (folder.path() / "input").string();
    const std::vector<std::string> lines(20'000, std::string(100, 'x'));
    CHECK(pipe("exec cat >" + file + " 2>&1", lines).empty());
    CHECK(std::filesystem::file_size(file) == 20'000 * 101);
    CHECK(pipe("exec >&- 2>&-; cat >" + file, {"x"}).empty());
    CHECK(std::filesystem::file_size(file) == 2);
    CHECK_THROWS_WITH_AS(pipe("exec >&- 2>&-; cat >" + file + "; exit 3", lines),
                         doctest::Contains("exit status 3"), WorkerFailed);
  }

  TEST_CASE("what a command starts may outlive it, when it writes to stderr at most") {
    const auto start = std::chrono::steady_clock::now();
    const std::vector<std::string> ids = pipe("sleep 20 >&- & echo $!; echo bye >&2", {"unread"});
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
    REQUIRE(ids.size() == 1);
    const int id = std::stoi(ids.front());
    ::kill(id, SIGKILL);
    CHECK(eventually([&] { return !process_exists(id); }));
    CHECK_THROWS_WITH_AS(pipe("yes e >&2 & echo no luck >&2; exit 3", {}),
                         doctest::Contains("exit status 3"), WorkerFailed);
  }

  TEST_CASE("a reader that stops early ends the command and what it started") {
    const NothingIsLeft check;
    std::vector<std::string> ids;
    {
      auto process = shell("sleep 600 & echo $!; echo $$; wait", {});
      while (ids.size() < 2) {
        for (std::string& id : texts(process->next())) ids.push_back(std::move(id));
      }
    }
    for (const std::string& id : ids) {
      CHECK(eventually([&] { return !process_exists(std::stoi(id)); }));
    }
  }

  TEST_CASE("a cancelled command is killed") {
    const NothingIsLeft check;
    const auto cancel = std::make_shared<CancelToken>();
    auto process = shell("sleep 600", {}, cancel);
    auto silent = shell("exec >&- 2>&-; sleep 600", {}, cancel);
    const std::jthread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      cancel->cancel("enough");
    });
    CHECK_THROWS_WITH_AS(silent->next(), "enough", TaskCancelled);
    CHECK_THROWS_WITH_AS(process->next(), "enough", TaskCancelled);
  }

  TEST_CASE("what a command answers is read while its next input is still to come") {
    const NothingIsLeft check;
    std::promise<void> gate;
    PipedProcess process(shell_options("cat"),
                         std::make_unique<GatedSource>(gate.get_future().share()));
    CHECK(texts(process.next()) == std::vector<std::string>{"a"});
    gate.set_value();
    CHECK(process.next().empty());
  }

  TEST_CASE("a command's end and a cancellation are seen while its next input is still to come") {
    const NothingIsLeft check;
    std::promise<void> gate;
    const auto opened = gate.get_future().share();
    const auto cancel = std::make_shared<CancelToken>();
    {
      PipedProcess failed(shell_options("read line; exit 3"),
                          std::make_unique<GatedSource>(opened));
      CHECK_THROWS_WITH_AS(failed.next(), doctest::Contains("exit status 3"), WorkerFailed);
      PipedProcess ended(shell_options("head -n 1"), std::make_unique<GatedSource>(opened));
      CHECK(read_all(ended) == std::vector<std::string>{"a"});
      PipedProcess cancelled(shell_options("exec sleep 600"), std::make_unique<GatedSource>(opened),
                             cancel);
      cancel->cancel("enough");
      CHECK_THROWS_WITH_AS(cancelled.next(), "enough", TaskCancelled);
      gate.set_value();
    }
  }

  TEST_CASE("an input that fails is an error, and no end of the command's input") {
    const NothingIsLeft check;
    PipedProcess process(shell_options("cat; echo that was all"),
                         std::make_unique<FailingSource>());
    CHECK_THROWS_WITH_AS(process.next(), "the block is gone", Error);
    CHECK_THROWS_WITH_AS(process.next(), "the block is gone", Error);
  }

  TEST_CASE("environment and folder are the command's") {
    PipedProcess process({.command = {"sh", "-c", "echo $WORD; pwd"},
                          .environment = {{"WORD", "set"}},
                          .working_directory = "/usr"},
                         source({}));
    CHECK(read_all(process) == std::vector<std::string>{"set", "/usr"});
  }
}
