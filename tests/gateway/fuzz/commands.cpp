// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes a whole conversation: a session over a few classes reads the input, and whatever that is
// it ends, answers in lines, and leaves no object behind. Calls to Python go over the same session
// and find their answers in the input as well.
#include <boost/asio/error.hpp>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "../fixture.hpp"

namespace {

using namespace py4cpp;

class Input final : public Transport {
 public:
  explicit Input(std::string_view bytes) : left_(bytes) {}
  std::size_t read(std::span<char> space, boost::system::error_code& error) override {
    const std::size_t count = std::min(space.size(), left_.size());
    if (count == 0) error = boost::asio::error::eof;
    std::copy_n(left_.begin(), count, space.begin());
    left_.remove_prefix(count);
    return count;
  }
  void write(std::string_view, boost::system::error_code&) override {}
  void shut_down() noexcept override { left_ = {}; }
  bool wait_readable(std::chrono::milliseconds) override { return true; }
  std::uint16_t local_port() const override { return 1; }
  std::uint16_t remote_port() const override { return 2; }

 private:
  std::string_view left_;
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
  Session session(
      core, std::make_unique<Input>(std::string_view(reinterpret_cast<const char*>(data), size)),
      Session::Opened::by_client);
  caller->session = &session;
  session.serve();
  core.objects.clear();
  if (test::Counted::alive != 0) std::abort();
  return 0;
}
