// SPDX-License-Identifier: Apache-2.0
#include "gateway/server_main.hpp"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <span>
#include <stop_token>
#include <string_view>
#include <thread>

namespace py4cpp {

namespace {

constexpr std::string_view server_class = "py4j.GatewayServer";

struct ServerWords {
  std::uint16_t port = 0;
  bool authenticate = false;
  bool ends_with_input = false;
};

std::uint16_t port_from(std::string_view word) {
  std::uint16_t port = 0;
  const auto end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data(), end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end)
    throw Error(std::string(word) +
                " is no port; the words are [--die-on-broken-pipe] [--enable-auth] [PORT]");
  return port;
}

/// What stands before the name of the class belongs to java; without that name all words are ours.
ServerWords read_words(std::span<const char* const> words) {
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == server_class) return read_words(words.subspan(i + 1));
  ServerWords result;
  for (const std::string_view word : words) {
    if (word == "--die-on-broken-pipe")
      result.ends_with_input = true;
    else if (word == "--enable-auth")
      result.authenticate = true;
    else
      result.port = port_from(word);
  }
  return result;
}

/// Returns at the first line or at the end of the standard input.
void wait_for_input() {
  char byte = 0;
  for (;;) {
    const auto count = ::read(STDIN_FILENO, &byte, 1);
    if (count == 0 || (count > 0 && byte == '\n') || (count < 0 && errno != EINTR)) return;
  }
}

/// What is left to running calls for their end; a JVM leaves them nothing.
constexpr std::chrono::milliseconds ending_ms_max{1'000};

/// Ends the process where a call does not return in time.
void stop_in_time(Gateway& gateway) {
  const std::jthread bound([](const std::stop_token& has_stopped) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, has_stopped, ending_ms_max, [] { return false; });
    if (has_stopped.stop_requested()) return;
    std::fflush(stdout);
    std::_Exit(0);
  });
  gateway.stop();
}

}  // namespace

int run_server_main(int argc, const char* const* argv, Registry& registry, GatewayOptions options) {
  try {
    const std::span all(argv, static_cast<std::size_t>(argc));
    const ServerWords words = read_words(all.subspan(all.empty() ? 0 : 1));
    options.port = words.port;
    options.authenticate = words.authenticate;
    options.pinned = false;
    if (words.ends_with_input) options.orphans_ms_max = {};  // Its one client ends it.
    Gateway gateway(registry, std::move(options));
    std::printf("%u\n", unsigned{gateway.port()});
    if (words.authenticate) std::printf("%s\n", gateway.token().c_str());
    std::fflush(stdout);
    if (words.ends_with_input) {
      wait_for_input();
      stop_in_time(gateway);
    } else {
      gateway.wait_for_shutdown();
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

}  // namespace py4cpp
