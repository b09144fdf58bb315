// SPDX-License-Identifier: Apache-2.0
//
// A stand-in for `java`, to be found first on PATH by py4j's own Python tests: it takes java's
// command line and runs the C++ counterpart of the class that is named there.
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "tests/py4j/lifetimes.hpp"
#include "tests/py4j/programs.hpp"

namespace {

using namespace py4j_peer;

struct Program {
  std::string_view class_name;
  int (*run)(Words words);
};

constexpr Program programs[] = {
    {"py4j.GatewayServer", &run_gateway_server},
    {"py4j.EchoServer", &run_echo_server},
    {"py4j.examples.ExampleApplication", &run_example},
    {"py4j.examples.ExampleApplication$ExampleNoMemManagementApplication",
     &run_example_without_release},
    {"py4j.examples.ExampleApplication$ExamplePythonEntryPointApplication",
     &run_example_with_python_entry_point},
    {"py4j.examples.ExampleApplication$ExampleShortTimeoutApplication",
     &run_example_with_short_timeout},
    {"py4j.examples.ExampleApplication$ExampleIPv6Application", &run_example_on_ipv6},
    {"py4j.examples.ExampleSSLApplication", &run_example_with_tls},
    {"py4j.examples.OperatorExampleTest", &run_operator_example},
    {"py4j.examples.InterfaceExample", &run_interface_example},
    {"py4j.examples.SingleThreadApplication", &run_single_thread},
    {"py4j.examples.SingleThreadApplication$SingleThreadShortTimeoutApplication",
     &run_single_thread_with_short_timeout},
    {"py4j.examples.SingleThreadClientApplication", &run_single_thread_client},
    {"py4j.examples.SingleThreadClientGCApplication", &run_single_thread_garbage},
    {"py4j.examples.MultiClientServer", &run_multi_client_server},
    {"py4j.instrumented.InstrumentedApplication", &run_instrumented},
    {"py4j.instrumented.InstrumentedClientServerApplication", &run_instrumented_client_server},
};

/// The words from the class name on: java's own options go before it, one of them with a value.
std::vector<std::string> class_and_words(int count, char** words) {
  int i = 1;
  while (i < count && words[i][0] == '-') {
    const std::string_view option = words[i];
    i += option == "-cp" || option == "-classpath" ? 2 : 1;
  }
  std::vector<std::string> rest;
  for (; i < count; ++i) rest.emplace_back(words[i]);
  return rest;
}

}  // namespace

int main(int count, char** arguments) {
  const auto words = class_and_words(count, arguments);
  if (words.empty()) {
    std::fputs("usage: java [options] <class> [words]\n", stderr);
    return 2;
  }
  for (const Program& program : programs) {
    if (program.class_name != words.front()) continue;
    try {
      const Report report(program.class_name);
      const int code = program.run(Words(words).subspan(1));
      report.finish();
      return code;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      return 1;
    }
  }
  std::fprintf(stderr, "there is no class %s here\n", words.front().c_str());
  return 1;
}
