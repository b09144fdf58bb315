// SPDX-License-Identifier: Apache-2.0
//
// A task on its worker: one thread that writes what the worker will take and reads what it has to
// say, in one poll loop. Done in turn, both ends would wait for each other with full buffers.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

#include "runner/cancel_token.hpp"
#include "runner/lease.hpp"
#include "runner/pool/task_meter.hpp"
#include "runner/pool/worker.hpp"
#include "runner/pool/worker_host.hpp"
#include "runner/python_runner.hpp"
#include "runner/task/answer_parser.hpp"
#include "runner/task/task_input.hpp"

namespace py4cpp::runner {

class RunningTask final : public PythonTask {
 public:
  RunningTask(Lease lease, TaskInput input, AnswerForm form,
              std::shared_ptr<const CancelToken> cancel);
  ~RunningTask() override;

  std::span<const std::byte> next() override;
  std::shared_ptr<const void> hold_run() override;
  std::uint64_t rows() const noexcept override { return parser_.rows(); }
  std::uint64_t rows_sent() const noexcept override { return input_.rows(); }
  std::uint64_t bytes_sent() const noexcept override { return meter_.bytes_sent(); }
  std::uint64_t bytes_received() const noexcept override { return meter_.bytes_received(); }

  const std::vector<Bytes>& accumulator_updates() const override {
    return parser_.accumulator_updates();
  }
  const TaskTiming& timing() const override { return parser_.timing(); }
  pid_t worker_pid() const override { return pid_; }
  bool worker_reused() const override { return reused_; }

 private:
  std::span<const std::byte> advance();
  void fail(std::exception_ptr failure);
  void finish_answer(bool reusable);
  void count_items();
  void receive(std::size_t wanted);
  void wait_for_worker(bool& readable, bool& writable);
  void send_input();
  bool send_some();
  void on_idle();
  [[noreturn]] void fail_raised();
  [[noreturn]] void fail_too_large();
  [[noreturn]] void fail_lost(const std::string& what);
  [[noreturn]] void fail_worker(const std::string& message);

  Lease lease_;
  WorkerHost& host_;
  const pid_t pid_;
  const bool reused_;
  const std::uint64_t output_mark_;
  TaskInput input_;
  const std::shared_ptr<const CancelToken> cancel_;
  AnswerParser parser_;
  TaskMeter meter_;
  std::size_t handed_out_ = 0;  // bytes of the run that the caller holds
  bool left_over_ = false;      // the worker finished without its whole input
  bool done_ = false;
  bool worker_ended_ = false;  // what it said last may still be to be read
  std::exception_ptr failure_;
  WorkerEvent failure_event_ = WorkerEvent::task_aborted;
};

}  // namespace py4cpp::runner
