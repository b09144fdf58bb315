// SPDX-License-Identifier: Apache-2.0
#include "runner/task/task_header.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace py4cpp::runner {
namespace {

constexpr std::int32_t no_port = -1;

void write_server(const WireVariant& variant, const LocalServer& server, const char* user,
                  BytesWriter& out) {
  if (!server.path.empty()) {
    if (!variant.unix_sockets) {
      throw Error(std::string(user) + " of PySpark " + to_text(variant.number) +
                  " needs a port, not a Unix socket");
    }
    out.i32(no_port);
    out.text(server.path);
    return;
  }
  out.i32(server.port);
  out.text(server.secret);
}

void write_binary_context(const WireVariant& variant, const TaskContext& context,
                          BytesWriter& out) {
  out.boolean(context.barrier);
  if (context.barrier) {
    write_server(variant, context.barrier_server, "a barrier task", out);
  } else if (variant.context == ContextForm::binary_with_server) {
    out.i32(0);
    out.text("");
  }
  out.i32(context.stage_id);
  out.i32(context.partition_id);
  out.i32(context.attempt_number);
  out.i64(context.task_attempt_id);
  out.i32(context.cpus);
  out.count(context.resources.size());
  for (const auto& [key, resource] : context.resources) {
    out.text(key);
    out.text(resource.name);
    out.count(resource.addresses.size());
    for (const std::string& address : resource.addresses) out.text(address);
  }
  out.pairs(context.local_properties);
}

// Text that is no UTF-8 could not be JSON: such bytes become U+FFFD.
std::string json_context(const WireVariant& variant, const TaskContext& context) {
  using nlohmann::json;
  const BarrierServer& server = context.barrier_server;
  json object = json::object();
  object["isBarrier"] = context.barrier;
  if (server.path.empty()) {
    object["connInfo"] = server.port;
    object["secret"] = server.secret;
  } else {
    object["connInfo"] = server.path;
    object["secret"] = nullptr;  // a worker takes any text for the secret of a port
  }
  object["stageId"] = context.stage_id;
  object["partitionId"] = context.partition_id;
  object["attemptNumber"] = context.attempt_number;
  object["taskAttemptId"] = context.task_attempt_id;
  object["cpus"] = context.cpus;
  if (variant.cpu_amount) {
    object["cpuAmount"] =
        context.cpu_amount.empty() ? std::to_string(context.cpus) : context.cpu_amount;
  }
  json& resources = object["resources"] = json::object();
  for (const auto& [key, resource] : context.resources) {
    resources[key]["name"] = resource.name;
    resources[key]["addresses"] = resource.addresses;
  }
  object["localProperties"] = context.local_properties;
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

void write_broadcasts(const WireVariant& variant, const BroadcastChange& change, BytesWriter& out) {
  out.boolean(change.server.has_value());
  out.count(change.removed.size() + change.added.size());
  if (change.server) write_server(variant, *change.server, "a task with encrypted broadcasts", out);
  for (const std::int64_t id : change.removed) out.i64(-id - 1);
  for (const auto& broadcast : change.added) {
    out.i64(broadcast->id);
    if (!change.server) out.text(broadcast->path);
  }
}

void write_fields(const WireVariant& variant, const TaskHeader& header, BytesWriter& out) {
  out.i32(header.context.split_index.value_or(header.context.partition_id));
  out.text(header.python_version);
  if (variant.context == ContextForm::json) {
    out.text(json_context(variant, header.context));
  } else {
    write_binary_context(variant, header.context, out);
  }
  out.text(header.files_directory);
  out.count(header.includes.size());
  for (const std::string& include : header.includes) out.text(include);
  write_broadcasts(variant, header.broadcasts, out);
  out.i32(static_cast<std::int32_t>(header.eval_type));
  if (variant.conf_always) {
    out.pairs(header.runner_conf);
    out.pairs(header.eval_conf);
  } else if (is_arrow(header.eval_type)) {
    out.pairs(header.runner_conf);
  }
  header.write_command(out);
}

}  // namespace

void write_task_header(const WireVariant& variant, const TaskHeader& header, Bytes& out) {
  BytesWriter writer(out);
  if (!variant.init_message) return write_fields(variant, header, writer);
  writer.i32(start_of_init);
  const std::size_t begin = writer.begin_length();
  write_fields(variant, header, writer);
  writer.end_length(begin);
}

}  // namespace py4cpp::runner
