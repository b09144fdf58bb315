// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes a whole conversation: a session over a few classes reads the input, and whatever that is
// it ends, answers in lines, and leaves no object behind. Calls to Python go over the same session
// and find their answers in the input as well.
//
// Containers that the input puts into one another are freed by nobody, as in any program with
// shared_ptr. So that leaks can be looked for, all containers are emptied at the end.
#include <boost/asio/error.hpp>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../fixture.hpp"
#include "gateway/collections.hpp"

namespace {

using namespace py4cpp;

/// Remembers every container that had an id, without keeping it alive. Python can only put
/// something into a container that has one, so each ring has one of these in it.
class Containers {
 public:
  explicit Containers(const ObjectTable& objects) : objects_(objects) {}

  /// Looks for ids that were not there before.
  void look() {
    for (const auto minted = objects_.minted(); next_ < minted; ++next_)
      if (const auto value = objects_.find("o" + std::to_string(next_))) remember(*value);
  }

  void empty_all() const {
    for (const auto& empty : all_) empty();
  }

 private:
  void remember(const Value& value) {
    remember_as<List>(value, [](List& list) { list.clear(); });
    remember_as<Map>(value, [](Map& map) { map.clear(); });
    remember_as<Set>(value, [](Set& set) { set.clear(); });
    remember_as<ObjectArray>(value, [](ObjectArray& array) {
      for (std::size_t i = 0; i < array.size(); ++i)
        array.set(static_cast<std::int64_t>(i), Value());
    });
  }

  template <class T>
  void remember_as(const Value& value, void (*empty)(T&)) {
    const std::weak_ptr<T> container = value.object<T>();
    if (container.expired()) return;
    all_.emplace_back([container, empty] {
      if (const auto alive = container.lock()) empty(*alive);
    });
  }

  const ObjectTable& objects_;
  std::uint64_t next_ = 0;
  std::vector<std::function<void()>> all_;
};

/// Gives one line at a time, so that the containers of each command can be looked for, and looks at
/// what comes back: a request of ours is lines to an `e`, an answer is one line. What follows an
/// answer before anything else is read are the bytes of a stream, if one was asked for.
class Input final : public Transport {
 public:
  Input(std::string_view bytes, Containers& containers) : left_(bytes), containers_(containers) {}
  std::size_t read(std::span<char> space, boost::system::error_code& error) override {
    containers_.look();
    is_answered_ = false;
    was_stream_asked_ = was_stream_asked_ || left_.starts_with("S\n");
    const std::size_t size = std::min(left_.find('\n'), left_.size() - 1) + 1;
    const std::size_t count = std::min(space.size(), size);
    if (count == 0) error = boost::asio::error::eof;
    std::copy_n(left_.begin(), count, space.begin());
    left_.remove_prefix(count);
    return count;
  }
  void write(std::string_view bytes, std::chrono::milliseconds,
             boost::system::error_code& error) override {
    if (is_shut_) {
      error = boost::asio::error::broken_pipe;
      return;
    }
    const bool is_answer = bytes.starts_with('!') && bytes.find('\n') == bytes.size() - 1;
    const bool is_request = bytes.starts_with("c\n") && bytes.ends_with("\ne\n");
    const bool is_of_stream = is_answered_ && was_stream_asked_;
    if (!is_of_stream && (is_answered_ || !(is_answer || is_request))) std::abort();
    is_answered_ = true;
  }
  void shut_down() noexcept override {
    left_ = {};
    is_shut_ = true;
  }
  bool wait_readable(std::chrono::milliseconds) override { return true; }
  std::uint16_t local_port() const override { return 1; }
  std::uint16_t remote_port() const override { return 2; }

 private:
  std::string_view left_;
  Containers& containers_;
  bool is_shut_ = false;
  bool is_answered_ = false;       // Since the last line.
  bool was_stream_asked_ = false;  // At any time.
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto registry = [] {
    auto made = std::make_unique<Registry>();
    test::bind_test_classes(*made);
    made->freeze();
    return made;
  }();
  GatewayOptions options = test::Conversation::without_token();
  options.entry_point = std::make_shared<test::Square>(3);
  options.depth_max = 20;
  options.command_bytes_max = 10'000;
  options.objects_max = 1'000;
  Core core(*registry, options);
  const auto caller = std::make_shared<test::DirectCaller>();
  caller->known = registry.get();
  core.proxy_caller = caller;
  Containers containers(core.objects);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Session session(core, std::make_unique<Input>(bytes, containers), Session::Opened::by_client);
  caller->session = &session;
  session.serve();
  containers.empty_all();
  core.objects.clear();
  if (test::Counted::alive != 0) std::abort();
  return 0;
}
