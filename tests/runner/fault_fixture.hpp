// SPDX-License-Identifier: Apache-2.0
//
// What the tests of faults share: tasks that are in their middle, and a process that may not open
// much more.
#pragma once

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "worker_fixture.hpp"

namespace py4cpp::runner::test {

/// The pool works as if nothing had been.
inline void check_well(Workers& workers) {
  CHECK(workers.run("upper", {"a", "b"}) == std::vector<std::string>{"A", "B"});
  CHECK(workers.stats().live == workers.stats().idle);
}

/// Two tasks in their middle: one whose worker waits for most of its input, and one whose worker
/// waits for its output to be taken.
class ReadingAndWriting {
 public:
  explicit ReadingAndWriting(Workers& workers)
      : reads_(workers.start("identity", megabytes_)),
        writes_(workers.start("megabytes", std::vector<std::string>(megabytes_.size(), "1"))),
        written_(texts(writes_->next())) {
    REQUIRE(written_.size() < megabytes_.size());
  }

  void check_right() {
    CHECK(read_all(*reads_) == megabytes_);
    for (std::string& text : read_all(*writes_)) written_.push_back(std::move(text));
    CHECK(written_ == megabytes_);
  }

  void kill_workers() {
    for (PythonTask* task : {reads_.get(), writes_.get()}) ::kill(task->worker_pid(), SIGKILL);
  }

  void check_fails(const char* text) {
    for (PythonTask* task : {reads_.get(), writes_.get()}) {
      CHECK_THROWS_WITH_AS(read_all(*task), doctest::Contains(text), WorkerFailed);
    }
  }

 private:
  const std::vector<std::string> megabytes_ =
      std::vector<std::string>(50, std::string(1 << 20, 'x'));
  const std::unique_ptr<PythonTask> reads_;
  const std::unique_ptr<PythonTask> writes_;
  std::vector<std::string> written_;
};

/// Leaves this process that many descriptors.
class FewDescriptors {
 public:
  explicit FewDescriptors(std::size_t left) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit few = before_;
    // The count is of the open ones and of the one that lists them.
    few.rlim_cur = open_descriptors() - 1 + left;
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace py4cpp::runner::test
