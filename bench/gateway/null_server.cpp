// SPDX-License-Identifier: Apache-2.0
//
// The floor of the benchmark: what a client measures against a server that reads a command to its
// end and answers with bytes that were made before. It keeps no objects, decodes no argument and
// looks up no name; only callbacks are real. What it knows is what gateway.py asks for.
//
//   null_server PORT CALLBACK_PORT [pinned]     or the command line that launch_gateway() makes
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/fd.hpp"

namespace {

using py4cpp::Fd;

constexpr std::size_t blob_bytes = std::size_t{1} << 20;
constexpr std::size_t first_buffer_bytes = 65'536;
constexpr int list_size = 10'000;

const std::map<std::string_view, std::string_view> method_answers{
    {"inc", "!yi6\n"},        {"greet", "!yshello\n"}, {"half", "!yd2.5\n"},
    {"size", "!yi1048576\n"}, {"iterator", "!ygo2\n"}, {"numbers", "!ylo1\n"},
    {"abs", "!yi1\n"},
};

struct Settings {
  std::uint16_t port = 0, callback_port = 0;
  bool is_pinned = false, is_launched = false;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void send_at_once(const Fd& socket) {
  const int yes = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

class Connection {
 public:
  explicit Connection(Fd socket) : socket_(std::move(socket)), buffer_(first_buffer_bytes) {}

  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Clients wait for each answer, so that the end of what arrived is the end of the command.
  std::string_view receive(std::string_view end) {
    std::size_t used = 0;
    for (;;) {
      if (used == buffer_.size()) buffer_.resize(2 * used);
      const auto count = ::recv(socket_.get(), buffer_.data() + used, buffer_.size() - used, 0);
      if (count <= 0) return {};
      used += static_cast<std::size_t>(count);
      const std::string_view text(buffer_.data(), used);
      if (text.ends_with(end) || text == "s\n") return text;
    }
  }

 private:
  Fd socket_;
  std::vector<char> buffer_;
};

/// Line `index` of a command.
std::string_view line(std::string_view command, int index) {
  for (; index > 0; --index) command.remove_prefix(command.find('\n') + 1);
  return command.substr(0, command.find('\n'));
}

class Server {
 public:
  explicit Server(const Settings& settings)
      : settings_(settings), blob_("!yj" + std::string(blob_bytes / 3 * 4, 'A') + "AA==\n") {}

  void serve(Fd socket) const {
    Connection client(std::move(socket));
    int next = 0;
    std::unique_ptr<Connection> callbacks;
    while (true) {
      const std::string_view command = client.receive("\ne\n");
      if (command.empty() || !answer(command, client, callbacks, next)) return;
    }
  }

 private:
  bool answer(std::string_view command, Connection& client, std::unique_ptr<Connection>& callbacks,
              int& next) const {
    switch (command.front()) {
      case 'c':
        return answer_call(command, client, callbacks, next);
      case 'S':
        return client.send("!yv\n") && client.send(zeros_);
      case 'i':
        return client.send("!yro1\n");
      case 'f':
        return client.send("!yi42\n");
      case 'r':
        return answer_name(command, client);
      case 's':
        std::_Exit(0);
      default:
        return client.send("!yv\n");
    }
  }

  bool answer_call(std::string_view command, Connection& client,
                   std::unique_ptr<Connection>& callbacks, int& next) const {
    const auto method = line(command, 2);
    if (method == "blob") return client.send(blob_);
    if (method == "iterator") next = 0;
    if (method == "next")
      return client.send(next < list_size ? "!yi" + std::to_string(next++) + "\n"
                                          : "!xsNoSuchElement\n");
    if (method == "callBack") {
      const auto proxy = line(command, 3).substr(1);
      const std::string call =
          "c\n" + std::string(proxy.substr(0, proxy.find(';'))) + "\napply\nshello\ne\n";
      if (!settings_.is_pinned && !callbacks) callbacks = dial();
      Connection& way = settings_.is_pinned ? client : *callbacks;
      return way.send(call) && !way.receive("\n").empty() && client.send("!yshello\n");
    }
    const auto found = method_answers.find(method);
    return client.send(found == method_answers.end() ? "!yv\n" : found->second);
  }

  bool answer_name(std::string_view command, Connection& client) const {
    if (line(command, 1) == "m") return client.send("!ym\n");
    const auto name = line(command, 2);
    const auto last = name.substr(name.rfind('.') + 1);
    const bool is_class = std::isupper(static_cast<unsigned char>(last.front())) != 0;
    return client.send(is_class ? "!yc" + std::string(name) + "\n" : "!yp\n");
  }

  std::unique_ptr<Connection> dial() const {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = loopback(settings_.callback_port);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      std::perror("connect");
    send_at_once(socket);
    return std::make_unique<Connection>(std::move(socket));
  }

  const Settings settings_;
  const std::string blob_;
  const std::string zeros_ = std::string(blob_bytes, '\0');
};

Settings settings_from(int count, char** words) {
  Settings settings;
  std::vector<std::uint16_t> ports;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "py4j.GatewayServer") settings.is_launched = true;
    if (word == "pinned") settings.is_pinned = true;
    if (std::isdigit(static_cast<unsigned char>(word.front())) != 0)
      ports.push_back(static_cast<std::uint16_t>(std::atoi(words[i])));
  }
  if (!ports.empty()) settings.port = ports.front();
  if (ports.size() > 1) settings.callback_port = ports[1];
  return settings;
}

}  // namespace

int main(int count, char** words) {
  const Settings settings = settings_from(count, words);
  const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto address = loopback(settings.port);
  socklen_t size = sizeof address;
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener.get(), SOMAXCONN) != 0 ||
      ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::perror("listen");
    return 1;
  }
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  if (settings.is_launched)
    std::thread([] {
      char ignored = 0;
      while (::read(STDIN_FILENO, &ignored, 1) > 0) {
      }
      std::_Exit(0);
    }).detach();
  const Server server(settings);
  for (;;) {
    Fd socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) continue;
    send_at_once(socket);
    std::thread([&server, socket = std::move(socket)]() mutable {
      server.serve(std::move(socket));
    }).detach();
  }
}
