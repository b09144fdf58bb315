// SPDX-License-Identifier: Apache-2.0
#include <py4cpp/python_command.hpp>
#include <py4cpp/python_udf_runner.hpp>
#include <py4cpp/worker_factories.hpp>

using namespace py4cpp::runner;

void use(std::span<const std::byte> run);

void run_a_function(const Bytes& frames) {
  // block 1
}
