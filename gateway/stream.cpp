// SPDX-License-Identifier: Apache-2.0
#include "gateway/stream.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <system_error>

#include "base/error.hpp"
#include "gateway/java/java_names.hpp"

namespace py4cpp {

namespace {

/// What `read(size)` of a stream object gives Python at most, whatever it asks for.
constexpr std::int32_t object_read_bytes_max = 1 << 24;

class FunctionSource final : public Stream::Source {
 public:
  using Read = std::function<std::size_t(std::span<std::byte>)>;
  explicit FunctionSource(Read read) : read_(std::move(read)) {}
  std::size_t read(std::span<std::byte> space) override {
    return std::min(read_(space), space.size());
  }

 private:
  const Read read_;
};

class MemorySource final : public Stream::Source {
 public:
  MemorySource(std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
      : left_(bytes), owner_(std::move(owner)) {}
  std::size_t read(std::span<std::byte> space) override {
    const auto part = left_.first(std::min(space.size(), left_.size()));
    std::copy(part.begin(), part.end(), space.begin());
    left_ = left_.subspan(part.size());
    return part.size();
  }
  std::span<const std::byte> take_all() override { return std::exchange(left_, {}); }

 private:
  std::span<const std::byte> left_;
  const std::shared_ptr<const void> owner_;
};

class DescriptorSource final : public Stream::Source {
 public:
  explicit DescriptorSource(Fd descriptor) : descriptor_(std::move(descriptor)) {}
  std::size_t read(std::span<std::byte> space) override {
    for (;;) {
      const ssize_t count = ::read(descriptor_.get(), space.data(), space.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR)
        throw Error("a stream cannot be read: " + std::system_category().message(errno));
    }
  }

 private:
  const Fd descriptor_;
};

/// As Java's channels do, but the bytes are the result.
Bytes read_bytes(Stream& stream, std::int32_t size) {
  if (size < 0)
    throw NamedError("java.lang.IllegalArgumentException",
                     "cannot read " + std::to_string(size) + " bytes of a stream");
  Bytes bytes(static_cast<std::size_t>(std::min(size, object_read_bytes_max)));
  bytes.resize(stream.read(bytes));
  return bytes;
}

}  // namespace

struct Stream::State {
  std::mutex reading;  // Held while the source is asked.
  std::mutex held;     // Guards the pointer.
  std::shared_ptr<Source> source;
};

Stream::Stream(std::unique_ptr<Source> source) : state_(std::make_shared<State>()) {
  state_->source = std::move(source);
}

Stream::Stream(std::function<std::size_t(std::span<std::byte> space)> read)
    : Stream(std::make_unique<FunctionSource>(std::move(read))) {}

Stream Stream::of(Bytes bytes) {
  const auto owner = std::make_shared<const Bytes>(std::move(bytes));
  return of(*owner, owner);
}

Stream Stream::of(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
  return Stream(std::make_unique<MemorySource>(bytes, std::move(owner)));
}

Stream Stream::of(Fd descriptor) {
  return Stream(std::make_unique<DescriptorSource>(std::move(descriptor)));
}

std::size_t Stream::read(std::span<std::byte> space) {
  const auto from = source();
  if (!from || space.empty()) return 0;
  const std::lock_guard lock(state_->reading);
  return from->read(space);
}

std::span<const std::byte> Stream::take_all() {
  const auto from = source();
  if (!from) return {};
  const std::lock_guard lock(state_->reading);
  return from->take_all();
}

std::shared_ptr<Stream::Source> Stream::source() const {
  const std::lock_guard lock(state_->held);
  return state_->source;
}

void Stream::close() {
  std::shared_ptr<Source> closed;  // Destroyed after the lock is gone.
  const std::lock_guard lock(state_->held);
  closed.swap(state_->source);
}

void bind_streams(Registry& registry) {
  registry.type<Stream>("py4cpp.Stream")
      .implements("java.nio.channels.ReadableByteChannel")
      .method("read", &read_bytes)
      .method("isOpen", &Stream::is_open)
      .method("close", &Stream::close);
}

}  // namespace py4cpp
