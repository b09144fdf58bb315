// SPDX-License-Identifier: Apache-2.0
//
// How fast data goes through Python workers, as JSON lines:
//   runner_throughput PYTHON FOLDER JOB ROWS ROUNDS
// Sides take turns in each round: "floor", a bare client that replays the same bytes from memory to
// the same kind of worker with a thread for each direction and looks at nothing; "ours", the
// runner; and either of them with two tasks at a time, each on a worker of its own. A line per side
// has medians, one more the medians of the ratios between sides in the same round. FOLDER has what
// make_jobs.py wrote. A twentieth of the rows warms up; then the memory is looked at that two tasks
// at a time take, and the processor time for what they move.
#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "jobs.hpp"
#include "runner/lease.hpp"
#include "runner/pool/worker.hpp"
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

// The most memory that this process had since it forgot its peak.
double peak_mb() {
  constexpr std::string_view name = "VmHWM:";
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return std::atof(line.c_str() + name.size()) / 1024;
  }
  return 0;
}

// Memory that lies idle is given back first, so that whoever needs some is seen.
void forget_peak() {
  ::malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;
}

// What went to workers and came back.
double moved_gb(const WorkerFactories& factories) {
  const RunnerMetrics metrics = factories.metrics();
  return static_cast<double>(metrics.bytes_sent + metrics.bytes_received) / 1e9;
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
      : lease_(std::move(lease)), task_(task) {
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

  void run() {
    std::thread writer([this] { write_all(lease_->socket, task_); });
    Bytes room(std::size_t{1} << 20);
    for (std::size_t left = answer_bytes_; left > 0;) {
      const auto count = ::recv(lease_->socket.get(), room.data(), std::min(left, room.size()), 0);
      if (count <= 0) break;
      left -= static_cast<std::size_t>(count);
    }
    writer.join();
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
  std::size_t answer_bytes_ = 0;
};

struct Measured {
  double wall_s = 0;
  double engine_cpu_s = 0;
  double worker_cpu_s = 0;
};

// Runs `one(i)` for each of so many tasks at the same time.
template <typename One>
Measured measure(WorkerFactory& factory, std::size_t tasks, One one) {
  const auto worker_cpu_s = [&factory] {
    double sum = 0;
    for (const WorkerInfo& worker : factory.workers()) sum += cpu_s_of(worker.pid);
    return sum;
  };
  const double worker_cpu = worker_cpu_s();
  const double own_cpu = own_cpu_s();
  const Clock::time_point begin = Clock::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < tasks; ++i) threads.emplace_back([&one, i] { one(i); });
  one(0);
  for (std::thread& thread : threads) thread.join();
  return {.wall_s = std::chrono::duration<double>(Clock::now() - begin).count(),
          .engine_cpu_s = own_cpu_s() - own_cpu,
          .worker_cpu_s = worker_cpu_s() - worker_cpu};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double median(const std::vector<Measured>& runs, double Measured::*field) {
  std::vector<double> values;
  for (const Measured& run : runs) values.push_back(run.*field);
  return median(std::move(values));
}

// How many times as many rows a second as the other side, in the middle of all rounds.
double ratio(const std::vector<Measured>& runs, const std::vector<Measured>& to, double tasks) {
  std::vector<double> values;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    values.push_back(tasks * to[i].wall_s / runs[i].wall_s);
  }
  return median(std::move(values));
}

struct Arguments {
  std::string python, folder, job;
  std::int64_t rows = 0;
  std::size_t rounds = 1;
};

void print(const Arguments& arguments, const char* side, double rows,
           const std::vector<Measured>& runs) {
  const double wall_s = median(runs, &Measured::wall_s);
  std::printf(
      "{\"job\": \"%s\", \"side\": \"%s\", \"rows\": %.0f, \"wall_s\": %.4f, "
      "\"rows_per_s\": %.0f, \"engine_cpu_s\": %.4f, \"worker_cpu_s\": %.2f}\n",
      arguments.job.c_str(), side, rows, wall_s, rows / wall_s,
      median(runs, &Measured::engine_cpu_s), median(runs, &Measured::worker_cpu_s));
}

int measure_job(const Arguments& arguments) {
  const PythonInstallation installation = probe_python(arguments.python);
  WorkerFactories factories({.release = PythonRelease::parse(installation.pyspark_version)});
  const auto make = [&](std::int64_t rows) {
    return bench::make_job(arguments.job, factories, arguments.python, arguments.folder, rows);
  };
  WorkerFactory& factory = factories.get(arguments.python);
  // What does not depend on the amount of data is there before the memory is looked at.
  const auto small = make(std::max<std::int64_t>(arguments.rows / 20, 1));
  measure(factory, 2, [&](std::size_t) { small->run(); });
  const auto job = make(arguments.rows);
  const auto ours = [&](std::size_t) { job->run(); };
  forget_peak();
  const double before_mb = peak_mb();  // with the input, which is not the runner's
  const double before_gb = moved_gb(factories);
  measure(factory, 1, ours);
  const double task_gb = moved_gb(factories) - before_gb;
  measure(factory, 2, ours);
  const double grown_mb = peak_mb() - before_mb;

  const Bytes task = job->recorded();
  const auto replay = [&] {
    return std::make_unique<Replay>(factory.acquire(), *job, factories.options().release, task);
  };
  const std::array replays{replay(), replay()};
  const auto floor = [&](std::size_t i) { replays.at(i)->run(); };
  measure(factory, 2, floor);
  std::vector<Measured> floor_runs;
  std::vector<Measured> runs;
  std::vector<Measured> two_floor_runs;
  std::vector<Measured> two_runs;
  for (std::size_t i = 0; i < arguments.rounds; ++i) {
    floor_runs.push_back(measure(factory, 1, floor));
    runs.push_back(measure(factory, 1, ours));
    two_floor_runs.push_back(measure(factory, 2, floor));
    two_runs.push_back(measure(factory, 2, ours));
  }
  const auto rows = static_cast<double>(job->rows());
  print(arguments, "floor", rows, floor_runs);
  print(arguments, "ours", rows, runs);
  print(arguments, "floor, two workers", 2 * rows, two_floor_runs);
  print(arguments, "ours, two workers", 2 * rows, two_runs);
  std::printf(
      "{\"job\": \"%s\", \"of_floor\": %.3f, \"two_of_one\": %.2f, \"two_of_one_floor\": %.2f, "
      "\"engine_grown_mb\": %.1f, \"engine_cpu_s_per_gb\": %.3f}\n",
      arguments.job.c_str(), ratio(runs, floor_runs, 1), ratio(two_runs, runs, 2),
      ratio(two_floor_runs, floor_runs, 2), grown_mb,
      median(runs, &Measured::engine_cpu_s) / task_gb);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: runner_throughput PYTHON FOLDER JOB ROWS ROUNDS\n");
    return 2;
  }
  try {
    return measure_job({.python = argv[1],
                        .folder = argv[2],
                        .job = argv[3],
                        .rows = std::atoll(argv[4]),
                        .rounds = static_cast<std::size_t>(std::max(1, std::atoi(argv[5])))});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "runner_throughput: %s\n", error.what());
    return 1;
  }
}
