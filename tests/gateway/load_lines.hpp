// SPDX-License-Identifier: Apache-2.0
//
// Lines over a connection of the load program, plain or with TLS.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "gateway/transport/transport.hpp"

namespace load {

/// Used by one thread at a time.
class Lines {
 public:
  explicit Lines(std::unique_ptr<py4cpp::Transport> transport) : transport_(std::move(transport)) {}

  /// Throws when the other side has ended the connection.
  void send(const std::string& text) {
    if (const auto error = try_to_send(text))
      throw std::runtime_error("a connection broke: " + error.message());
  }

  [[nodiscard]] boost::system::error_code try_to_send(const std::string& text) {
    boost::system::error_code error;
    transport_->write(text, {}, error);
    return error;
  }

  /// The next line, or nothing at the end of the connection.
  std::optional<std::string> next() {
    for (;;) {
      const auto end = received_.find('\n');
      if (end != std::string::npos) {
        std::string text = received_.substr(0, end);
        received_.erase(0, end + 1);
        return text;
      }
      char space[4096];
      boost::system::error_code error;
      const std::size_t count = transport_->read(space, error);
      if (count == 0) return std::nullopt;
      received_.append(space, count);
    }
  }

  std::string line() {
    auto text = next();
    if (!text) throw std::runtime_error("a connection ended");
    return *std::move(text);
  }

  void expect(const std::string& wanted) {
    const std::string text = line();
    if (text != wanted) throw std::runtime_error("answered " + text + " in place of " + wanted);
  }

 private:
  std::unique_ptr<py4cpp::Transport> transport_;
  std::string received_;
};

}  // namespace load
