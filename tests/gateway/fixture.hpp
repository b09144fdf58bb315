// SPDX-License-Identifier: Apache-2.0
//
// A gateway's inside without sockets: a registry with a few classes, and conversations played from
// scripts.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gateway/session/core.hpp"
#include "gateway/session/session.hpp"
#include "scripted_transport.hpp"

namespace py4cpp::test {

/// Counts how many of its kind live, to see that nothing leaks.
struct Counted {
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  ~Counted() { --alive; }
  static inline int alive = 0;
};

struct Shape {
  virtual ~Shape() = default;
  virtual double area() const { return 0; }
  std::string kind = "shape";
};

struct Named {
  virtual ~Named() = default;
  std::string label = "label";
  std::string read_label() const { return label; }
};

/// Shape is its second base, so that a wrong cast shows.
struct Square : Named, Shape {
  explicit Square(int side_in = 1) : side(side_in) {}
  double area() const override { return side * side; }
  Square& grow(int by) {
    side += by;
    return *this;
  }
  int side;
};

struct Circle : Shape {};  // Not registered.

struct Picky : NamedError {
  Picky() : NamedError("test.Picky", "too picky") {}
  std::string advice() const { return "relax"; }
};

/// Binds the classes above and a few functions in "test".
void bind_test_classes(Registry& registry);

/// Routes calls of proxies to the session under test.
class DirectCaller final : public ProxyCaller {
 public:
  void call(const std::string& id, std::string_view method, std::vector<Value> arguments,
            const TakeResult& take) override {
    bool was_sent = false;
    Value result = session->call(id, method, arguments, was_sent);
    take(result, *known);
  }
  void release(const std::string& id, std::uint64_t) noexcept override { released.push_back(id); }

  const Registry* known = nullptr;
  Session* session = nullptr;
  std::vector<std::string> released;
};

class Conversation {
 public:
  using Bind = void (*)(Registry& registry);
  using MakeEntryPoint = Value (*)();

  /// Over the classes above; the entry point is a Square of side 3.
  explicit Conversation(GatewayOptions options = without_token());
  /// Over other classes.
  Conversation(GatewayOptions options, Bind bind, MakeEntryPoint make_entry_point);

  /// Plays a script to its end and checks that every step was taken. No object may have an id then
  /// that the peer does not know.
  void play(Script script);
  /// Plays it again and again, with the connection cut after 0, 1, 2, ... steps. Here, too,
  /// no object may have an unknown id then.
  void play_cut_at_every_step(const Script& script);

  static GatewayOptions without_token() {
    GatewayOptions options;
    options.authenticate = false;
    options.object_id_nonce = "";
    return options;
  }

  Registry registry;
  std::unique_ptr<Core> core;
  std::shared_ptr<DirectCaller> caller = std::make_shared<DirectCaller>();

 private:
  void renew();
  bool play_until(const Script& script, std::size_t steps_max, bool must_finish);

  GatewayOptions options_;
  MakeEntryPoint make_entry_point_;
};

}  // namespace py4cpp::test
