// SPDX-License-Identifier: Apache-2.0
//
// py4j.EchoServer: lines that a test sends to one port are the answers, in turn, to the commands
// that a client sends to another. No gateway; it only shows what the client does with answers.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/fd.hpp"
#include "tests/py4j/applications.hpp"
#include "tests/py4j/programs.hpp"

namespace py4j_peer {

namespace {

constexpr std::uint16_t test_port = 25332;

/// Waits for one connection to the port.
py4cpp::Fd accept_one(std::uint16_t port) {
  const py4cpp::Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.get(), 1) != 0)
    throw std::runtime_error("cannot listen on port " + std::to_string(port));
  return py4cpp::Fd(::accept(listener.get(), nullptr, nullptr));
}

/// Lines of a socket, without their ends.
class LineReader {
 public:
  explicit LineReader(int socket) : socket_(socket) {}

  /// False at the end.
  bool next(std::string& line) {
    line.clear();
    for (char byte = 0; ::read(socket_, &byte, 1) == 1;) {
      if (byte == '\n') return true;
      line += byte;
    }
    return false;
  }

 private:
  int socket_;
};

/// The answers that have come in and were not given yet.
class Answers {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    added_.notify_one();
  }
  /// Waits a second for a line that has not come in yet.
  std::string next() {
    std::unique_lock lock(mutex_);
    if (!added_.wait_for(lock, std::chrono::seconds(1), [this] { return !lines_.empty(); }))
      return "null";
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<std::string> lines_;
};

void read_answers(Answers& answers) {
  const py4cpp::Fd connection = accept_one(test_port);
  LineReader reader(connection.get());
  for (std::string line; reader.next(line);) answers.add(line);
}

void answer_commands(Answers& answers) {
  const py4cpp::Fd connection = accept_one(default_port);
  LineReader reader(connection.get());
  for (std::string line; reader.next(line);) {
    if (line != "e") continue;
    const std::string answer = answers.next() + "\n";
    if (::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
  }
}

}  // namespace

int run_echo_server(Words) {
  Answers answers;
  std::thread reader(&read_answers, std::ref(answers));
  answer_commands(answers);
  reader.join();
  return 0;
}

}  // namespace py4j_peer
