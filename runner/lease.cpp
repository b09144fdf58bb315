// SPDX-License-Identifier: Apache-2.0
#include "runner/lease.hpp"

#include <utility>

#include "runner/pool/worker.hpp"

namespace py4cpp::runner {

Lease::Lease(std::unique_ptr<Worker> worker, GiveBack give_back)
    : worker_(std::move(worker)), give_back_(std::move(give_back)) {}

Lease::Lease(Lease&&) noexcept = default;

Lease::~Lease() { finish(WorkerEvent::task_aborted); }

pid_t Lease::pid() const { return worker_->pid; }

int Lease::socket() const { return worker_->socket.get(); }

bool Lease::reused() const { return worker_->tasks > 1; }

void Lease::give_back() { finish(WorkerEvent::task_clean); }

void Lease::finish(WorkerEvent how) {
  if (!worker_) return;
  const WorkerAction action = worker_->life.on(how);
  give_back_(std::move(worker_), action);
}

}  // namespace py4cpp::runner
