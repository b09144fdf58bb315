// SPDX-License-Identifier: Apache-2.0
#include "runner/prewarm.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "base/error.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

TEST_SUITE("prewarmed workers") {
  TEST_CASE("a module is imported before the first task, and one that is missing is passed over") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      CHECK(workers.run("loaded", {"xml.dom.minidom"}) == std::vector<std::string>{"False"});
      prewarm(workers.factories(), workers.function("identity"),
              {.workers = 2, .modules = {"no_such.module", "xml.dom.minidom", "xml.nothing"}});
      CHECK(workers.stats().idle == 2);
      for (int i = 0; i < 2; ++i) {
        CHECK(workers.run("loaded", {"xml.dom.minidom"}) == std::vector<std::string>{"True"});
      }
      CHECK(workers.stats().created == 2);
    }
  }

  TEST_CASE("a module that fails to be imported is an error with its traceback") {
    Workers workers(interpreters().front());
    const TempDir folder(default_temp_root(), "py4cpp-modules-");
    std::ofstream(folder.path() / "broken_module.py") << "import no_such_module\n";
    PythonFunction function = workers.function("identity");
    function.environment["PYTHONPATH"] = folder.path().string();
    CHECK_THROWS_WITH_AS(prewarm(workers.factories(), function, {.modules = {"broken_module"}}),
                         doctest::Contains("no_such_module"), PythonError);
    CHECK(workers.stats().live == 0);
  }

  TEST_CASE("workers that would not wait for a task are not made") {
    for (const WorkerOptions& options :
         {WorkerOptions{.reuse = false}, WorkerOptions{.use_daemon = false},
          WorkerOptions{.idle_workers_max = 1}}) {
      Workers workers(interpreters().front(), options);
      const PythonFunction function = workers.function("identity");
      CHECK_THROWS_AS(prewarm(workers.factories(), function, {.workers = 2}), Error);
      CHECK(workers.stats().created == 0);
    }
  }

  TEST_CASE("what is no module's name is refused") {
    CHECK_THROWS_AS(warm_up_command({"os; os.abort()"}), Error);
  }
}
