// SPDX-License-Identifier: Apache-2.0
//
// Counts the objects of the classes that the programs register and the Python objects that their
// gateways hold. What is left when a program has ended orderly is written to a file, which
// run_suite.py reads: each test starts a program of its own, so nothing may be left of it.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <typeinfo>

#include "gateway/gateway.hpp"

namespace py4j_peer {

/// How many there are of one kind. Every one of these is in the report. Thread-safe.
class LiveCount {
 public:
  explicit LiveCount(std::string kind);
  explicit LiveCount(const std::type_info& type);
  LiveCount(const LiveCount&) = delete;
  LiveCount& operator=(const LiveCount&) = delete;

  void add(long change) { count_ += change; }
  long count() const { return count_; }
  const std::string& kind() const { return kind_; }

 private:
  const std::string kind_;
  std::atomic<long> count_ = 0;
};

/// The base of a class T whose objects are counted.
template <class T>
class Living {
 public:
  Living() { live_.add(1); }
  Living(const Living&) : Living() {}
  Living& operator=(const Living&) = default;
  ~Living() { live_.add(-1); }

 private:
  static inline LiveCount live_{typeid(T)};
};

/// Runs a function on a thread that nobody waits for before end().
void launch(std::function<void(std::stop_token asked_to_end)> function);

/// Stops a gateway and the threads that were launched. No proxy may be held after that.
void end(py4cpp::Gateway& gateway);

/// The report of one run of a program: a file in the folder that $PY4J_PEER_REPORTS names, or
/// nothing without it. It begins with the test that pytest is running and with the program.
class Report {
 public:
  explicit Report(std::string_view program);
  /// Writes what is left, and that the program ended orderly. Call it when all else is destroyed.
  void finish() const;

 private:
  std::string path_;
};

}  // namespace py4j_peer
