// SPDX-License-Identifier: Apache-2.0
//
// A worker without Python: takes what a runner sends for one task, keeps it in a file, and answers
// with what a real worker answered to the same task. The environment names the files.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "recording.hpp"
#include "runner/pool/handshake.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace {

using namespace py4cpp;
using namespace py4cpp::runner;

// A runner that sends less than Spark did is given up after this, and what it sent compared.
constexpr std::chrono::seconds wait_max{5};

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

Fd connect_to_runner() {
  const std::string path = setting("PYTHON_WORKER_FACTORY_SOCK_PATH");
  if (!path.empty()) return connect_unix(path);
  Fd socket = connect_loopback(
      static_cast<std::uint16_t>(std::stoi(setting("PYTHON_WORKER_FACTORY_PORT"))));
  send_text(socket, setting("PYTHON_WORKER_FACTORY_SECRET"), after(wait_max));
  if (receive_text(socket, {.deadline = after(wait_max)}) != "ok")
    throw Error("the runner did not know us");
  return socket;
}

// At most `size` bytes, fewer when no more come.
Bytes receive(const Fd& socket, std::size_t size) {
  Bytes received;
  while (received.size() < size && wait_readable(socket, after(wait_max))) {
    std::vector<std::byte> part(size - received.size());
    const ssize_t count = ::read(socket.get(), part.data(), part.size());
    if (count <= 0) break;
    received.insert(received.end(), part.begin(), part.begin() + count);
  }
  return received;
}

void serve() {
  const test::Recording recording = test::read_recording(
      setting("PY4CPP_REPLAYED"), PythonRelease::parse(setting("PY4CPP_RELEASE")));
  const Fd socket = connect_to_runner();
  Bytes pid;
  BytesWriter(pid).i32(::getpid());
  write_all(socket, pid);
  const Bytes received = receive(socket, recording.input.size());
  std::ofstream(setting("PY4CPP_RECEIVED"), std::ios::binary) << as_text(received);
  write_all(socket, recording.answer);
  receive(socket, 1);  // the runner closes first
}

}  // namespace

int main() {
  try {
    serve();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replay_worker: %s\n", error.what());
    return 1;
  }
}
