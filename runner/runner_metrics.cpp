// SPDX-License-Identifier: Apache-2.0
#include "runner/runner_metrics.hpp"

#include "base/prometheus.hpp"

namespace py4cpp::runner {

double RunnerMetrics::reuse_rate() const {
  const std::uint64_t leases = workers.leases;
  return leases == 0 ? 0 : static_cast<double>(workers.reused) / static_cast<double>(leases);
}

std::string prometheus_text(const RunnerMetrics& metrics) {
  Exposition out("py4cpp_runner_");
  out.family("tasks_total", "counter", "Tasks that ended, by how.");
  out.sample(metrics.tasks_completed, "result=\"completed\"");
  out.sample(metrics.tasks_raised, "result=\"raised\"");
  out.sample(metrics.tasks_lost, "result=\"lost\"");
  out.sample(metrics.tasks_cancelled, "result=\"cancelled\"");
  out.sample(metrics.tasks_failed, "result=\"failed\"");
  out.family("task_seconds", "histogram", "How long completed tasks took.");
  out.histogram(metrics.whole);
  out.family("task_phase_seconds", "histogram", "How long the phases of completed tasks took.");
  out.histogram(metrics.boot, "phase=\"boot\"");
  out.histogram(metrics.init, "phase=\"init\"");
  out.histogram(metrics.compute, "phase=\"compute\"");
  out.single("sent_bytes_total", "counter", "Bytes sent to workers.", metrics.bytes_sent);
  out.single("received_bytes_total", "counter", "Bytes received from workers.",
             metrics.bytes_received);
  out.single("sent_rows_total", "counter", "Rows of Arrow batches sent to workers.",
             metrics.rows_sent);
  out.single("received_rows_total", "counter", "Rows of Arrow batches received from workers.",
             metrics.rows_received);
  out.single("sent_frames_total", "counter", "Frames of pickled data sent to workers.",
             metrics.frames_sent);
  out.single("received_frames_total", "counter", "Frames of pickled data received from workers.",
             metrics.frames_received);
  out.single("spilled_memory_bytes_total", "counter", "Bytes that workers moved out of memory.",
             metrics.memory_bytes_spilled);
  out.single("spilled_disk_bytes_total", "counter", "Bytes that workers wrote for it.",
             metrics.disk_bytes_spilled);
  out.single("workers_live", "gauge", "Workers that serve or wait.", metrics.workers.live);
  out.single("workers_idle", "gauge", "Workers that wait for a task.", metrics.workers.idle);
  out.single("workers_created_total", "counter", "Workers made.", metrics.workers.created);
  out.single("workers_killed_total", "counter",
             "Workers ended by force in the middle of a task, or lost.", metrics.workers.killed);
  out.single("workers_retired_total", "counter",
             "Idle workers let go: expired, one too many, or stopped.", metrics.workers.retired);
  out.single("leases_total", "counter", "Workers lent to tasks.", metrics.workers.leases);
  out.single("leases_reused_total", "counter", "Leases that an idle worker served.",
             metrics.workers.reused);
  out.single("daemon_starts_total", "counter", "Daemons started.", metrics.workers.daemon_starts);
  out.single("daemon_restarts_total", "counter", "Daemons that replaced one that was gone.",
             metrics.workers.daemon_restarts);
  return out.text();
}

}  // namespace py4cpp::runner
