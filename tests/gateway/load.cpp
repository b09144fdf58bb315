// SPDX-License-Identifier: Apache-2.0
//
// load [--unpinned] [--tls] [SECONDS [CONNECTIONS]]: many connections at once call, are called back
// and call again meanwhile, for some seconds. Every answer is checked; at the end no object is
// left, and the memory has not grown since all connections were open.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gateway/gateway.hpp"
#include "load_callbacks.hpp"
#include "load_lines.hpp"
#include "tests/support/descriptors.hpp"

namespace {

using namespace py4cpp;

constexpr std::size_t driver_threads = 8;
/// What memory may grow by while all connections are open. OpenSSL's buffers come and go.
constexpr std::size_t grown_bytes_max = std::size_t{5} << 20;
constexpr std::size_t grown_tls_bytes_max = std::size_t{12} << 20;

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

/// How the connections are: each client's thread pinned to it or not, with TLS or without.
struct Form {
  bool is_pinned = true;
  bool has_tls = false;
};

/// The way to the gateway, and from it to the callback server.
struct Way {
  explicit Way(const Form& form) {
    if (!form.has_tls) return;
    const std::string folder = TLS_FOLDER;
    const TlsServer server{folder + "/gateway.pem", folder + "/gateway.key", {}};
    options.tls = server;
    options.callback_tls.emplace().authorities = folder + "/authority.pem";
    as_client.emplace(*options.callback_tls);
    as_server.emplace(server);
  }

  /// A connection that has presented the token.
  load::Lines connect(const Gateway& gateway) const {
    load::Lines lines(dial({"127.0.0.1", gateway.port()}, as_client ? &*as_client : nullptr,
                           options,
                           std::chrono::steady_clock::now() + options.callback_connect_ms_max));
    lines.send("A\n" + gateway.token() + "\n");
    lines.expect("!yv");
    return lines;
  }

  GatewayOptions options;
  std::optional<TlsContext> as_client, as_server;
};

class Connection {
 public:
  Connection(load::Lines lines, const Form& form) : lines_(std::move(lines)), form_(form) {}

  /// The first half of a conversation: what is sent; `turn` says which conversation it is.
  void begin(int turn) {
    turn_ = turn;
    const std::string number = std::to_string(turn);
    switch (turn % 5) {
      case 0:
        return lines_.send("c\nt\necho\nstext " + number + "\ne\n");
      case 1:
        return lines_.send("c\nt\nsum\ni" + number + "\nL5000000000\ne\n");
      case 2:
        return lines_.send("i\nload.Box\ni" + number + "\ne\n");
      case 3:
        return lines_.send("c\nt\nask\nfp" + number + ";load.Op\ni" + number + "\ne\n");
      default:
        return lines_.send("c\nt\nfail\ne\n");
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
        lines_.send("f\ng\n" + box + "\ncontent\ne\n");
        expect("!yi" + number);
        return forget(box);
      }
      case 3:
        if (form_.is_pinned) answer_callback(number);
        return expect("!yi-" + number);
      default:
        return forget(id());
    }
  }

 private:
  /// The next line, after releases of proxies, which are answered as Python does.
  std::string line() {
    std::string text = lines_.line();
    while (text == "g") {
      lines_.line();
      lines_.line();
      lines_.send("!y\n");
      text = lines_.line();
    }
    return text;
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
    lines_.send("m\nd\n" + object + "\ne\n");
    expect("!yv");
  }

  /// On this connection; another call goes over it meanwhile.
  void answer_callback(const std::string& number) {
    for (const std::string& wanted :
         {std::string("c"), "p" + number, std::string("apply"), "i" + number, std::string("e")})
      expect(wanted);
    lines_.send("c\nt\necho\nsnested\ne\n");
    expect("!ysnested");
    lines_.send("!yi-" + number + "\n");
  }

  load::Lines lines_;
  const Form form_;
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
#elif defined(__has_feature)
  return !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
  return true;
#endif
}

constexpr int turns_min = 10;

/// What the driving threads share.
struct Progress {
  /// All is open, and half of what is played at least.
  bool is_warm() const {
    return opened == connections_max && conversations >= turns_min / 2 * connections_max;
  }

  std::size_t connections_max = 0;
  std::chrono::steady_clock::time_point end;
  std::atomic<std::size_t> opened = 0, conversations = 0, failures = 0;
  // Resident once all is open and in use, and when the first thread is done and closes nothing yet.
  std::atomic<std::size_t> warm_bytes = 0, end_bytes = 0;
};

/// Opens its share of the connections and plays one conversation after the other on all of them,
/// each begun everywhere before it is finished anywhere.
void drive(const Gateway& gateway, const Way& way, const Form& form, Progress& progress) {
  std::vector<std::unique_ptr<Connection>> open;
  for (std::size_t i = 0; i < progress.connections_max / driver_threads; ++i) {
    open.push_back(std::make_unique<Connection>(way.connect(gateway), form));
    ++progress.opened;
  }
  for (int turn = 1; turn <= turns_min || std::chrono::steady_clock::now() < progress.end; ++turn) {
    int mixed = turn;
    for (const auto& connection : open) connection->begin(mixed++);
    for (const auto& connection : open) connection->finish();
    progress.conversations += open.size();
    if (progress.warm_bytes == 0 && progress.is_warm()) progress.warm_bytes = resident_bytes();
  }
  if (progress.end_bytes == 0) progress.end_bytes = resident_bytes();
}

/// Returns when all of them are done.
void drive_all(const Gateway& gateway, const Way& way, const Form& form, Progress& progress) {
  std::vector<std::thread> drivers;
  for (std::size_t i = 0; i < driver_threads; ++i)
    drivers.emplace_back([&] {
      try {
        drive(gateway, way, form, progress);
      } catch (const std::exception& error) {
        ++progress.failures;
        std::cerr << error.what() << std::endl;
      }
    });
  for (auto& driver : drivers) driver.join();
}

void bind(Registry& registry) {
  registry.type<Desk>("load.Desk")
      .method("echo", &Desk::echo)
      .method("sum", &Desk::sum)
      .method("ask", &Desk::ask)
      .method("fail", &Desk::fail);
  registry.type<Box>("load.Box").constructor<std::int32_t>().field("content", &Box::content);
  registry.interface("load.Op");
}

int run(const Form& form, std::chrono::seconds time, std::size_t connections) {
  // Both ends of each connection, and as much for each callback: its own one, and a call in it.
  const std::size_t descriptors = (form.is_pinned ? 2 : 6) * connections + 100;
  const test::DescriptorLimit limit(descriptors);
  if (limit.allowed() < descriptors)
    throw std::runtime_error("the system allows too few open files: " +
                             std::to_string(limit.allowed()));
  Registry registry;
  bind(registry);
  const Way way(form);
  load::CallbackServer callbacks(way.as_server ? &*way.as_server : nullptr);
  GatewayOptions options = way.options;
  options.entry_point = std::make_shared<Desk>();
  options.pinned = form.is_pinned;
  options.connections_max = 2 * connections;
  options.unauthenticated_max = connections;
  options.callback_idle_max = connections;
  options.callback_port = callbacks.port();
  Gateway gateway(registry, std::move(options));
  callbacks.start([&] { return way.connect(gateway); });

  Progress progress;
  progress.connections_max = connections / driver_threads * driver_threads;
  progress.end = std::chrono::steady_clock::now() + time;
  drive_all(gateway, way, form, progress);
  const std::size_t objects = gateway.object_count();
  const int boxes = Box::alive;
  gateway.stop();
  callbacks.stop();
  progress.failures += callbacks.failures();
  std::cout << progress.conversations << " conversations on " << progress.opened << " connections, "
            << progress.failures << " threads saw a wrong answer; left are " << objects
            << " objects and " << boxes << " boxes; " << progress.warm_bytes / 1024
            << " KiB were resident at first, " << progress.end_bytes / 1024 << " at the end"
            << std::endl;
  const bool has_grown =
      memory_tells() &&
      progress.end_bytes >
          progress.warm_bytes + (form.has_tls ? grown_tls_bytes_max : grown_bytes_max);
  const bool is_clean = objects == 0 && boxes == 0 && progress.warm_bytes > 0;
  return progress.failures == 0 && is_clean && !has_grown ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  try {
    Form form;
    std::vector<std::string> numbers;
    for (int i = 1; i < count; ++i) {
      const std::string_view word = words[i];
      if (word == "--unpinned")
        form.is_pinned = false;
      else if (word == "--tls")
        form.has_tls = true;
      else
        numbers.emplace_back(word);
    }
    return run(form, std::chrono::seconds(numbers.empty() ? 2 : std::stoi(numbers[0])),
               numbers.size() > 1 ? std::stoul(numbers[1]) : 1'000);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
