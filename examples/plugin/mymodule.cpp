// SPDX-License-Identifier: Apache-2.0
//
// A plugin: C++ that a PySpark script calls by `sc._jvm`. `bind` is all that py4cpp looks for.
#include <cstdint>
#include <py4cpp/registry.hpp>
#include <string>

namespace {

std::string hello() { return "Hello from C++"; }

/// A class with state: each Python object has one of its own.
class Counter {
 public:
  explicit Counter(std::int64_t start) : value_(start) {}
  std::int64_t add(std::int64_t amount) { return value_ += amount; }

 private:
  std::int64_t value_;
};

}  // namespace

void bind(py4cpp::Registry& registry) {
  registry.type("com.myJavaModule").static_method("hello", &hello);
  registry.type<Counter>("com.example.Counter")
      .constructor<std::int64_t>()
      .method("add", &Counter::add);
}
