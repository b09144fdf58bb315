// SPDX-License-Identifier: Apache-2.0
//
// A daemon without Python that is its own only worker: takes what a runner sends for one task,
// keeps it in a file, and answers with what a real worker did. The environment names the files.
// Where the recorded worker had broadcasts to give up, a task without input comes first and brings
// them.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>
#include <string_view>
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

// What a daemon prints first: where it listens.
void print(const Bytes& address) {
  std::fwrite(address.data(), 1, address.size(), stdout);
  std::fflush(stdout);
}

Fd listen_for_runner() {
  const std::string folder = setting("PYTHON_WORKER_FACTORY_SOCK_DIR");
  Bytes address;
  BytesWriter writer(address);
  Fd listener;
  if (folder.empty()) {
    listener = listen_loopback();
    writer.i32(local_port(listener));
  } else {
    const std::string path = folder + "/replay";
    listener = listen_unix(path);
    writer.text(path);
  }
  print(address);
  return listener;
}

// The runner asks for one worker: this process.
Fd meet_runner() {
  Fd socket = accept_connection(listen_for_runner(), after(wait_max));
  Bytes pid;
  BytesWriter(pid).i32(::getpid());
  write_all(socket, pid);
  const std::string secret = setting("PYTHON_WORKER_FACTORY_SECRET");
  if (secret.empty()) return socket;
  if (receive_text(socket, {.deadline = after(wait_max)}) != secret)
    throw Error("the runner does not know our secret");
  send_text(socket, "ok", after(wait_max));
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

// True when `received` is a whole task with a header and no data.
bool is_empty_task(const PythonRelease& release, const Bytes& received) {
  constexpr std::size_t marks = 2 * length_bytes;
  try {
    const std::span bytes(received);
    return test::decode_header(release, bytes).size + marks == bytes.size();
  } catch (const Error&) {
    return false;
  }
}

void serve_empty_task(const Fd& socket, const PythonRelease& release) {
  Bytes received;
  while (!is_empty_task(release, received)) {
    const Bytes part = receive(socket, 1);
    if (part.empty()) throw Error("the first task did not end");
    received.insert(received.end(), part.begin(), part.end());
  }
  Bytes answer;
  BytesWriter writer(answer);
  writer.i32(end_of_data);
  writer.i32(0);  // accumulators
  writer.i32(end_of_stream);
  write_all(socket, answer);
}

void serve() {
  const test::Recording recording = test::read_recording(
      setting("PY4CPP_REPLAYED"), PythonRelease::parse(setting("PY4CPP_RELEASE")));
  const Fd socket = meet_runner();
  if (!recording.header.removed.empty()) serve_empty_task(socket, recording.release);
  const Bytes received = receive(socket, recording.input.size());
  std::ofstream(setting("PY4CPP_RECEIVED"), std::ios::binary) << as_text(received);
  write_all(socket, recording.answer);
  receive(socket, 1);  // the runner closes first
}

// What the runner asks an interpreter while a worker starts: `-c` and a script.
void tell_release() {
  std::printf("<py4cpp>3.11 whole %s.0</py4cpp>\n", setting("PY4CPP_RELEASE").c_str());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc > 1 && std::string_view(argv[1]) == "-c") {
      tell_release();
    } else {
      serve();
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replay_worker: %s\n", error.what());
    return 1;
  }
}
