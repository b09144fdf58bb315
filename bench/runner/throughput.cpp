// SPDX-License-Identifier: Apache-2.0
//
// How fast data goes through Python workers, as one JSON line:
//   runner_throughput PYTHON FOLDER JOB SIDE ROWS RUNS [WORKERS]
// SIDE is "ours", the runner, or "floor", a bare client that replays the same bytes from memory to
// the same worker with a thread for each direction and looks at nothing. WORKERS tasks run at the
// same time. FOLDER has what make_jobs.py wrote. One run before the measured ones warms up.
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "jobs.hpp"
#include "runner/pool/lease.hpp"
#include "runner/task/answer_parser.hpp"

namespace {

using namespace py4cpp;
using namespace py4cpp::runner;
using Clock = std::chrono::steady_clock;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double own_cpu_s() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

double peak_mb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Processor time of another process so far, by /proc.
double cpu_s_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::vector<std::string> fields;
  std::size_t at = name_end + 2;
  while (at < text.size() && fields.size() < 13) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    fields.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  const double ticks = std::atof(fields.at(11).c_str()) + std::atof(fields.at(12).c_str());
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// A bare client on a leased worker.
class Replay {
 public:
  Replay(Lease lease, const bench::Job& job, const PythonRelease& release, const Bytes& task)
      : lease_(std::move(lease)), task_(task), pid_(lease_->pid) {
    // The first answer is parsed, so that the others need not be.
    std::thread writer([this] { write_all(lease_->socket, task_); });
    AnswerParser parser(release.variant().timing_fields, {},
                        job.answers_in_arrow() ? AnswerForm::arrow_stream : AnswerForm::frames);
    for (bool ended = false; !ended;) {
      const AnswerStep step = parser.parse(lease_->buffer.unread());
      if (step.event == AnswerEvent::more) receive(step.wanted);
      lease_->buffer.consume(step.consumed);
      answer_bytes_ += step.consumed;
      ended = step.event == AnswerEvent::end || step.event == AnswerEvent::traceback ||
              step.event == AnswerEvent::violation;
    }
    writer.join();
    if (!parser.reusable()) throw Error("the worker failed: " + parser.traceback());
  }

  ~Replay() { lease_.finish(WorkerEvent::task_clean); }

  pid_t run() {
    std::thread writer([this] { write_all(lease_->socket, task_); });
    Bytes room(std::size_t{1} << 20);
    for (std::size_t left = answer_bytes_; left > 0;) {
      const auto count = ::recv(lease_->socket.get(), room.data(), std::min(left, room.size()), 0);
      if (count <= 0) break;
      left -= static_cast<std::size_t>(count);
    }
    writer.join();
    return pid_;
  }

 private:
  void receive(std::size_t wanted) {
    const auto room = lease_->buffer.prepare(wanted);
    const auto count = ::recv(lease_->socket.get(), room.data(), room.size(), 0);
    if (count <= 0) throw Error("the worker is gone");
    lease_->buffer.commit(static_cast<std::size_t>(count));
  }

  Lease lease_;
  const Bytes& task_;
  const pid_t pid_;
  std::size_t answer_bytes_ = 0;
};

struct Measured {
  double wall_s = 0;
  double engine_cpu_s = 0;
  double worker_cpu_s = 0;
};

// Runs `one(worker)` for each worker at the same time.
template <typename One>
Measured measure(std::vector<pid_t>& pids, One one) {
  double worker_cpu = 0;
  for (const pid_t pid : pids) worker_cpu -= cpu_s_of(pid);
  const double own_cpu = own_cpu_s();
  const Clock::time_point begin = Clock::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < pids.size(); ++i) {
    threads.emplace_back([&, i] { pids[i] = one(i); });
  }
  pids[0] = one(0);
  for (std::thread& thread : threads) thread.join();
  Measured measured;
  measured.wall_s = std::chrono::duration<double>(Clock::now() - begin).count();
  measured.engine_cpu_s = own_cpu_s() - own_cpu;
  for (const pid_t pid : pids) worker_cpu += cpu_s_of(pid);
  measured.worker_cpu_s = worker_cpu;
  return measured;
}

double median(std::vector<Measured> runs, double Measured::*field) {
  std::vector<double> values;
  for (const Measured& run : runs) values.push_back(run.*field);
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Arguments {
  std::string python, folder, job, side;
  std::int64_t rows = 0;
  std::size_t runs = 1;
  std::size_t workers = 1;
};

int measure_job(const Arguments& arguments) {
  const PythonInstallation installation = probe_python(arguments.python);
  WorkerFactories factories({.release = PythonRelease::parse(installation.pyspark_version)});
  const auto job =
      bench::make_job(arguments.job, factories, arguments.python, arguments.folder, arguments.rows);
  Bytes task;
  std::vector<std::unique_ptr<Replay>> replays;
  if (arguments.side == "floor") {
    task = job->recorded();
    for (std::size_t i = 0; i < arguments.workers; ++i) {
      replays.push_back(std::make_unique<Replay>(factories.get(arguments.python).acquire(), *job,
                                                 factories.options().release, task));
    }
  }
  const auto one = [&](std::size_t i) { return replays.empty() ? job->run() : replays[i]->run(); };
  std::vector<pid_t> pids(arguments.workers);
  measure(pids, one);
  std::vector<Measured> runs;
  for (std::size_t i = 0; i < arguments.runs; ++i) runs.push_back(measure(pids, one));
  const double wall_s = median(runs, &Measured::wall_s);
  const double rows = static_cast<double>(job->rows()) * static_cast<double>(arguments.workers);
  std::printf(
      "{\"job\": \"%s\", \"side\": \"%s\", \"workers\": %zu, \"rows\": %.0f, \"wall_s\": %.4f, "
      "\"rows_per_s\": %.0f, \"engine_cpu_s\": %.4f, \"worker_cpu_s\": %.2f, "
      "\"engine_peak_mb\": %.1f}\n",
      arguments.job.c_str(), arguments.side.c_str(), arguments.workers, rows, wall_s, rows / wall_s,
      median(runs, &Measured::engine_cpu_s), median(runs, &Measured::worker_cpu_s), peak_mb());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) {
    std::fprintf(stderr, "usage: runner_throughput PYTHON FOLDER JOB SIDE ROWS RUNS [WORKERS]\n");
    return 2;
  }
  try {
    return measure_job(
        {.python = argv[1],
         .folder = argv[2],
         .job = argv[3],
         .side = argv[4],
         .rows = std::atoll(argv[5]),
         .runs = static_cast<std::size_t>(std::max(1, std::atoi(argv[6]))),
         .workers = static_cast<std::size_t>(argc > 7 ? std::max(1, std::atoi(argv[7])) : 1)});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "runner_throughput: %s\n", error.what());
    return 1;
  }
}
