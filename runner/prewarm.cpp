// SPDX-License-Identifier: Apache-2.0
#include "runner/prewarm.hpp"

#include <cctype>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner {
namespace {

// A module that is missing is no error, one that fails to find another is: hence the name.
std::string import_statement(const std::string& module) {
  for (const char c : module) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '.') {
      throw Error("'" + module + "' is no name of a Python module");
    }
  }
  return "try:\n    import " + module + "\nexcept ModuleNotFoundError as error:\n    if not '" +
         module + ".'.startswith(str(error.name) + '.'):\n        raise\n";
}

void append(Bytes& out, std::string_view text) {
  BytesWriter(out).raw(std::as_bytes(std::span(text)));
}

// A text in a pickle: its length has four bytes, little endian.
void append_unicode(Bytes& out, std::string_view text) {
  append(out, "X");
  for (int shift = 0; shift < 32; shift += 8) {
    out.push_back(static_cast<std::byte>(text.size() >> shift & 0xff));
  }
  append(out, text);
}

// Workers that would end with their task, or be one too many, do not wait for another one.
void check_stay(std::size_t workers, const WorkerOptions& options) {
  if (!options.reuse || !options.use_daemon) {
    throw Error(
        "workers are made ahead of their tasks only if they serve several: set `reuse` and "
        "`use_daemon`, or do without");
  }
  if (workers > options.idle_workers_max) {
    throw Error("only " + std::to_string(options.idle_workers_max) +
                " idle workers are kept, not " + std::to_string(workers) +
                ": raise idle_workers_max or ask for fewer");
  }
}

}  // namespace

std::vector<std::string> arrow_modules() {
  return {"pandas", "pyarrow", "pyarrow.pandas_compat", "pyspark.sql.pandas.serializers",
          "pyspark.sql.pandas.types"};
}

// Unpickling it runs the imports (`exec` of a text, whose result is dropped) and makes the tuple
// (function, profiler, deserializer, serializer). The function is `map`, which does not call its
// first argument, the partition's index, as long as there are no items.
Bytes warm_up_command(const std::vector<std::string>& modules) {
  std::string statements;
  for (const std::string& module : modules) statements += import_statement(module);
  Bytes command;
  append(command,
         "\x80\x02"
         "cbuiltins\nexec\n");
  append_unicode(command, statements);
  append(command, "}\x86R0");
  append(command, "(cbuiltins\nmap\nN");
  append(command, "cpyspark.serializers\nNoOpSerializer\n)R");
  append(command, "cpyspark.serializers\nNoOpSerializer\n)Rt.");
  return command;
}

void prewarm(WorkerFactories& factories, const PythonFunction& function,
             const PrewarmOptions& options, const std::shared_ptr<const CancelToken>& cancel) {
  check_stay(options.workers, factories.options());
  PythonFunction warm_up = function;
  warm_up.command = std::make_shared<const Bytes>(warm_up_command(options.modules));
  warm_up.broadcasts.clear();
  const PythonRunner runner(factories, std::move(warm_up),
                            {.files_directory = options.files_directory});
  // All workers are borrowed before the first is handed back, so they are different ones.
  std::vector<std::unique_ptr<PythonTask>> tasks;
  for (std::size_t i = 0; i < options.workers; ++i) {
    tasks.push_back(runner.compute(std::make_unique<EmptySource>(), {}, cancel));
  }
  for (const auto& task : tasks) {
    while (!task->next().empty()) {
    }
  }
}

}  // namespace py4cpp::runner
