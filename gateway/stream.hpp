// SPDX-License-Identifier: Apache-2.0
//
// Raw bytes for Python, without base64. A bound function that returns a Stream is called with
// `function.stream(...)` in Python, which gives a connection to read from:
//
//   .method("pixels", [](const Image& self) { return Stream::of(self.bytes(), self.owner()); })
//
//   with image.pixels.stream() as connection:
//       data = connection.read(size)   # Python has to know how many bytes come.
//
// Called like any other method, Python gets an object whose `read(size)` returns the next bytes.
// A function that returns bytes can be called with `stream` as well.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "base/fd.hpp"
#include "value.hpp"

namespace py4cpp {

/// A source of bytes that is read once. Moved, not copied. Once it is Python's, any thread may read
/// or close it: its functions take turns, and closing waits for nobody.
class Stream {
 public:
  /// Where the bytes come from; derive from it for what the functions below do not cover.
  class Source {
   public:
    virtual ~Source() = default;
    /// Fills the front of `space`, waiting where it must, and returns how much came: 0 at the end.
    /// What it throws ends the connection, because Python cannot tell an error from bytes.
    virtual std::size_t read(std::span<std::byte> space) = 0;
    /// All bytes that are left, when they lie in memory: they are sent from there, without a copy.
    /// A source that returns some must not be asked for them again.
    virtual std::span<const std::byte> take_all() { return {}; }
  };

  explicit Stream(std::unique_ptr<Source> source);
  /// Bytes as the function delivers them; see Source::read.
  explicit Stream(std::function<std::size_t(std::span<std::byte> space)> read);

  /// These bytes.
  static Stream of(Bytes bytes);
  /// Bytes that lie elsewhere and stay unchanged while `owner` lives; nothing is copied.
  static Stream of(std::span<const std::byte> bytes, std::shared_ptr<const void> owner);
  /// What can be read from a file, pipe or socket, from its present position to its end.
  static Stream of(Fd descriptor);

  /// See Source. At the end, or once it is closed, nothing comes. Throws what the source throws.
  std::size_t read(std::span<std::byte> space);
  std::span<const std::byte> take_all();
  /// The source, which lives as long as this is held; null once it is closed.
  std::shared_ptr<Source> source() const;
  /// Lets go of the source. A read under way ends first, then the source goes.
  void close();
  bool is_open() const { return source() != nullptr; }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace py4cpp
