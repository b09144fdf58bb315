// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <py4cpp/barrier_stage.hpp>
#include <py4cpp/prewarm.hpp>
#include <py4cpp/worker_factories.hpp>

using namespace py4cpp::runner;

void look_at_workers() {
  // block 1
  // block 2
}

void talk_to(int socket);

void lend_a_worker(WorkerFactory& factory) {
  // block 4
}

void make_a_barrier(WorkerFactories& factories, int i) {
  // block 3
}
