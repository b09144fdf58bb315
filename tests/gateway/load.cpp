// SPDX-License-Identifier: Apache-2.0
//
// load [SECONDS [CONNECTIONS]]: many connections at once call, are called back and call again
// meanwhile, for some seconds. Every answer is checked; at the end no object is left, and the
// memory has not grown since all connections were open.
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/socket.hpp"
#include "gateway/gateway.hpp"

namespace {

using namespace py4cpp;

constexpr std::size_t driver_threads = 8;
constexpr std::size_t grown_bytes_max = std::size_t{24} << 20;

/// Counts, so that what leaks shows.
struct Box {
  explicit Box(std::int32_t content_in) : content(content_in) { ++alive; }
  ~Box() { --alive; }
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;
  std::int32_t content;
  static inline std::atomic<int> alive = 0;
};

struct Desk {
  std::string echo(const std::string& text) const { return text; }
  std::int64_t sum(std::int64_t a, std::int64_t b) const { return a + b; }
  Value ask(const Proxy& python, std::int32_t value) const { return python.call("apply", {value}); }
  void fail() const { throw std::runtime_error("as asked"); }
};

class Connection {
 public:
  explicit Connection(const Gateway& gateway) : fd_(connect_loopback(gateway.port())) {
    send("A\n" + gateway.token() + "\n");
    expect("!yv");
  }

  void send(const std::string& text) { write_all(fd_, std::as_bytes(std::span(text))); }

  /// The next line, after releases of proxies, which are answered as Python does.
  std::string line() {
    std::string text = any_line();
    while (text == "g") {
      any_line();
      any_line();
      send("!y\n");
      text = any_line();
    }
    return text;
  }

  std::string any_line() {
    for (;;) {
      const auto end = received_.find('\n');
      if (end != std::string::npos) {
        std::string text = received_.substr(0, end);
        received_.erase(0, end + 1);
        return text;
      }
      char space[4096];
      const ssize_t count = ::read(fd_.get(), space, sizeof space);
      if (count <= 0) throw std::runtime_error("a connection ended");
      received_.append(space, static_cast<std::size_t>(count));
    }
  }

  void expect(const std::string& wanted) {
    const std::string text = line();
    if (text != wanted) throw std::runtime_error("answered " + text + " in place of " + wanted);
  }

  /// An answer that is a reference: its id.
  std::string id() {
    const std::string text = line();
    if (text.compare(0, 4, "!yro") != 0 && text.compare(0, 4, "!xro") != 0)
      throw std::runtime_error("answered " + text + " in place of a reference");
    return text.substr(3);
  }

  void forget(const std::string& object) {
    send("m\nd\n" + object + "\ne\n");
    expect("!yv");
  }

  /// The first half of a conversation: what is sent; `turn` says which conversation it is.
  void begin(int turn) {
    turn_ = turn;
    const std::string number = std::to_string(turn);
    switch (turn % 5) {
      case 0:
        return send("c\nt\necho\nstext " + number + "\ne\n");
      case 1:
        return send("c\nt\nsum\ni" + number + "\nL5000000000\ne\n");
      case 2:
        return send("i\nload.Box\ni" + number + "\ne\n");
      case 3:
        return send("c\nt\nask\nfp" + number + ";load.Op\ni" + number + "\ne\n");
      default:
        return send("c\nt\nfail\ne\n");
    }
  }

  /// The second half: what is answered, and in between what Python would do.
  void finish() {
    const std::string number = std::to_string(turn_);
    switch (turn_ % 5) {
      case 0:
        return expect("!ystext " + number);
      case 1:
        return expect("!yL" + std::to_string(5'000'000'000 + turn_));
      case 2: {
        const std::string box = id();
        send("f\ng\n" + box + "\ncontent\ne\n");
        expect("!yi" + number);
        return forget(box);
      }
      case 3:
        for (const std::string& wanted :
             {std::string("c"), "p" + number, std::string("apply"), "i" + number, std::string("e")})
          expect(wanted);
        send("c\nt\necho\nsnested\ne\n");
        expect("!ysnested");
        send("!yi" + std::to_string(-turn_) + "\n");
        return expect("!yi" + std::to_string(-turn_));
      default:
        return forget(id());
    }
  }

 private:
  Fd fd_;
  std::string received_;
  int turn_ = 0;
};

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t whole = 0, resident = 0;
  file >> whole >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Sanitizers keep what was freed.
constexpr bool memory_tells() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#else
  return true;
#endif
}

void allow_descriptors(std::size_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count) return;
  limit.rlim_cur = std::min<rlim_t>(count, limit.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < count)
    throw std::runtime_error("the system allows too few open files: " +
                             std::to_string(limit.rlim_cur));
}

/// What the driving threads share.
struct Progress {
  std::size_t connections_max = 0;
  std::chrono::steady_clock::time_point end;
  std::atomic<std::size_t> opened = 0, conversations = 0, failures = 0;
  std::atomic<std::size_t> warm_bytes = 0;  // Resident once all is open and in use.
};

constexpr int turns_min = 10;

/// Opens its share of the connections and plays one conversation after the other on all of them,
/// each begun everywhere before it is finished anywhere.
void drive(const Gateway& gateway, Progress& progress) {
  std::vector<std::unique_ptr<Connection>> open;
  for (std::size_t i = 0; i < progress.connections_max / driver_threads; ++i) {
    open.push_back(std::make_unique<Connection>(gateway));
    ++progress.opened;
  }
  for (int turn = 1; turn <= turns_min || std::chrono::steady_clock::now() < progress.end; ++turn) {
    int mixed = turn;
    for (const auto& connection : open) connection->begin(mixed++);
    for (const auto& connection : open) connection->finish();
    progress.conversations += open.size();
    const bool is_warm = turn >= turns_min / 2 && progress.opened == progress.connections_max;
    if (is_warm && progress.warm_bytes == 0) progress.warm_bytes = resident_bytes();
  }
}

int run(std::chrono::seconds time, std::size_t connections) {
  allow_descriptors(2 * connections + 100);
  Registry registry;
  registry.type<Desk>("load.Desk")
      .method("echo", &Desk::echo)
      .method("sum", &Desk::sum)
      .method("ask", &Desk::ask)
      .method("fail", &Desk::fail);
  registry.type<Box>("load.Box").constructor<std::int32_t>().field("content", &Box::content);
  registry.interface("load.Op");
  GatewayOptions options;
  options.entry_point = std::make_shared<Desk>();
  options.connections_max = connections;
  Gateway gateway(registry, std::move(options));

  Progress progress;
  progress.connections_max = connections / driver_threads * driver_threads;
  progress.end = std::chrono::steady_clock::now() + time;
  std::vector<std::thread> drivers;
  for (std::size_t i = 0; i < driver_threads; ++i)
    drivers.emplace_back([&] {
      try {
        drive(gateway, progress);
      } catch (const std::exception& error) {
        ++progress.failures;
        std::cerr << error.what() << std::endl;
      }
    });
  for (auto& driver : drivers) driver.join();
  const std::size_t bytes = resident_bytes();
  const std::size_t objects = gateway.object_count();
  const int boxes = Box::alive;
  gateway.stop();
  std::cout << progress.conversations << " conversations on " << progress.opened << " connections, "
            << progress.failures << " of " << driver_threads
            << " threads saw a wrong answer; left are " << objects << " objects and " << boxes
            << " boxes; " << progress.warm_bytes / 1024 << " KiB were resident at first, "
            << bytes / 1024 << " at the end" << std::endl;
  const bool has_grown = memory_tells() && bytes > progress.warm_bytes + grown_bytes_max;
  const bool is_clean = objects == 0 && boxes == 0 && progress.warm_bytes > 0;
  return progress.failures == 0 && is_clean && !has_grown ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(std::chrono::seconds(count > 1 ? std::stoi(words[1]) : 2),
               count > 2 ? std::stoul(words[2]) : 1'000);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
