// SPDX-License-Identifier: Apache-2.0
//
// Counters alone; what a running gateway counts is tested from Python.
#include <doctest/doctest.h>

#include <stdexcept>
#include <thread>

#include "gateway/types/call_metrics.hpp"

namespace py4cpp {

using namespace std::chrono_literals;

TEST_SUITE("metrics") {
  TEST_CASE("a duration falls into the first bucket that is longer") {
    LatencyCounter counter;
    for (const auto duration : {std::chrono::nanoseconds(0), 127ns, 128ns, 255ns, 256ns})
      counter.add(duration, false);
    counter.add(std::chrono::hours(1), true);
    const auto histogram = counter.histogram();
    CHECK(histogram.counts[0] == 2);
    CHECK(histogram.counts[1] == 2);
    CHECK(histogram.counts[2] == 1);
    CHECK(histogram.counts.back() == 1);
    CHECK(histogram.count() == 6);
    CHECK(histogram.total == 1h + 766ns);
    CHECK(counter.failures() == 1);
  }

  TEST_CASE("functions of one name are told together, sorted") {
    CallMetrics metrics;
    const int one = 0, two = 0, three = 0;
    metrics.counter(&one, "b.B", "f")->add(1us, false);
    metrics.counter(&two, "b.B", "f")->add(1us, true);
    metrics.counter(&three, "a.A", "g")->add(1us, false);
    CHECK(metrics.counter(&one, "b.B", "f") == metrics.counter(&one, "ignored", "ignored"));
    const auto methods = metrics.snapshot();
    REQUIRE(methods.size() == 2);
    CHECK(methods[0].class_name == "a.A");
    CHECK(methods[1].method == "f");
    CHECK(methods[1].latency.count() == 2);
    CHECK(methods[1].failures == 1);
  }

  TEST_CASE("what is called once all places are taken is not counted") {
    CallMetrics metrics;
    const std::vector<char> functions(CallMetrics::functions_max + 1);
    for (const char& function : functions) {
      const bool has_room = &function != &functions.back();
      CHECK((metrics.counter(&function, "a.A", "f") != nullptr) == has_room);
    }
    CHECK(metrics.counter(&functions.front(), "a.A", "f") != nullptr);
  }

  TEST_CASE("threads that meet a function for the first time count it together") {
    constexpr int threads_count = 4, functions_count = 50;
    CallMetrics metrics;
    const std::vector<char> functions(functions_count);
    std::vector<std::thread> threads;
    for (int i = 0; i < threads_count; ++i)
      threads.emplace_back([&] {
        for (const char& function : functions)
          metrics.counter(&function, "a.A", "f")->add(1us, false);
      });
    for (auto& thread : threads) thread.join();
    const auto methods = metrics.snapshot();
    REQUIRE(methods.size() == 1);
    CHECK(methods[0].latency.count() == threads_count * functions_count);
  }

  TEST_CASE("a timer counts a failure when an exception ends it") {
    LatencyCounter counter;
    try {
      const LatencyTimer timer(&counter);
      throw std::runtime_error("no");
    } catch (const std::runtime_error&) {
      const LatencyTimer timer(&counter);  // An exception that is over is none of its own.
    }
    CHECK(counter.failures() == 1);
    CHECK(counter.histogram().count() == 2);
    const LatencyTimer nobody_counts(nullptr);
  }

  TEST_CASE("every reason of a refusal has a name and a sample of its own") {
    GatewayMetrics metrics;
    for (std::size_t i = 0; i < refusal_count; ++i) metrics.refused[i] = i + 1;
    const std::string text = prometheus_text(metrics);
    for (std::size_t i = 0; i < refusal_count; ++i) {
      const std::string name(refusal_name(static_cast<Refusal>(i)));
      CHECK(text.find("connections_refused_total{reason=\"" + name + "\"} " +
                      std::to_string(i + 1)) != std::string::npos);
    }
  }

  TEST_CASE("names with quotes, backslashes and line ends stay one label") {
    GatewayMetrics metrics;
    metrics.methods.push_back({"a\"A", "f\\\n", {}, 3});
    CHECK(prometheus_text(metrics).find("call_failures_total{class=\"a\\\"A\",method=\"f\\\\\\n\"} "
                                        "3\n") != std::string::npos);
  }
}

}  // namespace py4cpp
