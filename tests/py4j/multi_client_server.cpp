// SPDX-License-Identifier: Apache-2.0
//
// py4j.examples.MultiClientServer: two pinned gateways in one program, and one thread that both use
// besides those of their connections. Its methods tell which thread they end up on.
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "tests/py4j/applications.hpp"
#include "tests/py4j/classes.hpp"
#include "tests/py4j/programs.hpp"

namespace py4j_peer {

using namespace py4cpp;

namespace {

/// Runs what it is given, in turn, on one thread.
class SharedThread {
 public:
  SharedThread() : thread_([this] { run(); }) {}
  ~SharedThread() {
    add({});
    thread_.join();
  }
  SharedThread(const SharedThread&) = delete;
  SharedThread& operator=(const SharedThread&) = delete;

  /// What `question` returns or throws on that thread.
  std::int64_t ask(std::function<std::int64_t()> question) {
    std::packaged_task<std::int64_t()> task(std::move(question));
    auto answer = task.get_future();
    add(std::move(task));
    return answer.get();
  }

 private:
  void add(std::packaged_task<std::int64_t()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    added_.notify_one();
  }
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      added_.wait(lock, [this] { return !tasks_.empty(); });
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      if (!task.valid()) return;
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<std::packaged_task<std::int64_t()>> tasks_;
  std::thread thread_;
};

class EntryPoint : Living<EntryPoint> {
 public:
  EntryPoint(std::int32_t id, SharedThread& shared) : id_(id), shared_(shared) {}

  std::int32_t id() const { return id_; }
  void set_python(Proxy python) { python_ = std::move(python); }
  void forget_python() { python_.reset(); }
  std::int64_t own_thread() const { return ::gettid(); }
  std::int64_t shared_thread() const {
    return shared_.ask([] { return std::int64_t{::gettid()}; });
  }
  /// A thread's number as Python's method tells it, asked from this thread or from the shared one.
  std::int64_t python_says(const char* method) const {
    return std::stoll(plain_text(python_->call(method)));
  }
  std::int64_t shared_python_says(const char* method) const {
    return shared_.ask([this, method] { return python_says(method); });
  }

 private:
  const std::int32_t id_;
  SharedThread& shared_;
  std::optional<Proxy> python_;
};

void bind_entry_point(Registry& registry) {
  const auto type = registry.type<EntryPoint>("py4j.examples.MultiClientServer$EntryPoint");
  type.method("getEntryId", &EntryPoint::id)
      .method("setPythonThreadIdGetter", &EntryPoint::set_python)
      .method("getJavaThreadId", &EntryPoint::own_thread)
      .method("getSharedJavaThreadId", &EntryPoint::shared_thread)
      .method("getPythonThreadId",
              [](const EntryPoint& self) { return self.python_says("getThreadId"); })
      .method("getSharedPythonThreadId",
              [](const EntryPoint& self) { return self.shared_python_says("getThreadId"); })
      .method("getViaPythonJavaThreadId",
              [](const EntryPoint& self) { return self.python_says("getJavaThreadId"); })
      .method("getSharedViaPythonJavaThreadId",
              [](const EntryPoint& self) { return self.shared_python_says("getJavaThreadId"); });
}

GatewayOptions with_entry_point(std::uint16_t offset, std::shared_ptr<EntryPoint> entry_point) {
  auto options = pinned(fixed_ports(offset));
  options.entry_point = std::move(entry_point);
  return options;
}

}  // namespace

int run_multi_client_server(Words) {
  SharedThread shared;
  Registry registry;
  bind_all(registry);
  bind_entry_point(registry);
  const auto first_entry = std::make_shared<EntryPoint>(0, shared);
  const auto second_entry = std::make_shared<EntryPoint>(1, shared);
  Gateway first(registry, with_entry_point(0, first_entry));
  Gateway second(registry, with_entry_point(2, second_entry));
  first.wait_for_shutdown();
  second.wait_for_shutdown();
  first_entry->forget_python();
  second_entry->forget_python();
  end(first);
  end(second);
  return 0;
}

}  // namespace py4j_peer
