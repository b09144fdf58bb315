// SPDX-License-Identifier: Apache-2.0
//
// The classes that py4j's own tests expect of a server, apart from those of java.lang and java.util
// that every gateway offers. One function for each area; a program binds what its tests touch.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "gateway/registry.hpp"
#include "tests/py4j/lifetimes.hpp"

namespace py4j_peer {

/// The last Python object that took part in a game of ping-pong. A garbage collector comes late,
/// and the tests that count what is left count on it; here somebody holds on instead. Thread-safe.
class LastPing {
 public:
  void hold(py4cpp::Proxy ping) {
    const std::lock_guard lock(mutex_);
    ping_ = std::move(ping);
  }
  void drop() {
    const std::lock_guard lock(mutex_);
    ping_.reset();
  }

 private:
  std::mutex mutex_;
  std::optional<py4cpp::Proxy> ping_;
};

/// Everything below. With a `last_ping` that one is told of each game.
void bind_all(py4cpp::Registry& registry, std::shared_ptr<LastPing> last_ping = nullptr);

void bind_example_class(py4cpp::Registry& registry);  // ExampleClass and its entry point.
/// What calls Python, and its interfaces.
void bind_callbacks(py4cpp::Registry& registry, std::shared_ptr<LastPing> last_ping);
void bind_texts(py4cpp::Registry& registry);      // UTFExample, enums, inner classes.
void bind_java_rest(py4cpp::Registry& registry);  // java.io.File, java.util.TreeSet and such.

/// `gateway.entry_point` of most programs.
struct ExampleEntryPoint : Living<ExampleEntryPoint> {};
/// Its methods are those that pass a Python object to C++ and back; an entry point as well.
struct OperatorExample : Living<OperatorExample> {};
struct InterfaceExample : Living<InterfaceExample> {};

}  // namespace py4j_peer
