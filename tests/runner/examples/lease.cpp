// SPDX-License-Identifier: Apache-2.0
//
// Borrows workers with nothing but the installed headers: lease PYTHON
#include <sys/socket.h>

#include <iostream>
#include <py4cpp/worker_factories.hpp>
#include <utility>

using namespace py4cpp::runner;

namespace {

bool is_stream(int socket) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const PythonInstallation python = probe_python(argv[1]);
  WorkerFactories pool({.release = PythonRelease::parse(python.pyspark_version)});
  WorkerFactory& factory = pool.get(argv[1]);

  Lease first = factory.acquire();
  const pid_t pid = first.pid();
  std::cout << "stream " << is_stream(first.socket()) << ", reused " << first.reused() << "\n";
  first.give_back();
  std::cout << "held " << static_cast<bool>(first) << ", idle " << factory.stats().idle << "\n";
  {
    Lease second = factory.acquire();
    const Lease moved = std::move(second);
    std::cout << "same " << (moved.pid() == pid) << ", reused " << moved.reused() << "\n";
  }
  std::cout << "live " << factory.stats().live << ", killed " << factory.stats().killed << "\n";
}
