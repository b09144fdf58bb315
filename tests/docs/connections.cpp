// SPDX-License-Identifier: Apache-2.0
#include <py4cpp/gateway.hpp>
#include <py4cpp/stream.hpp>

using namespace py4cpp;

struct Image {
  std::span<const std::byte> bytes() const;
};
struct Job {
  Fd open_log() const;
};
struct Generator {
  std::size_t fill(std::span<std::byte> space);
};

/// An object of all these classes, so that their methods can be bound in one chain.
struct Everything : Image, Job, Generator {};

void use_tls(GatewayOptions& options) {
  // block 1
}

void bind_streams(Registry& registry) {
  registry.type<Everything>("my.Everything")
      // block 2
      ;
}

void add_commands(GatewayOptions& options) {
  // block 3
}
