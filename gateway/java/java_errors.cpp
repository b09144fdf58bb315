// SPDX-License-Identifier: Apache-2.0
//
// Java's exception classes, as far as Python programs and translated C++ errors need them.
#include <new>
#include <stdexcept>

#include "gateway/collections.hpp"
#include "gateway/java/java_names.hpp"
#include "gateway/wire/utf8.hpp"

namespace py4cpp {

namespace {

constexpr std::pair<const char*, const char*> error_classes[] = {
    {"java.lang.Exception", "java.lang.Throwable"},
    {"java.lang.Error", "java.lang.Throwable"},
    {"java.lang.RuntimeException", "java.lang.Exception"},
    {"java.lang.OutOfMemoryError", "java.lang.Error"},
    {"java.lang.NoSuchMethodError", "java.lang.Error"},
    {"java.lang.ClassNotFoundException", "java.lang.Exception"},
    {"java.lang.InterruptedException", "java.lang.Exception"},
    {"java.lang.ArithmeticException", "java.lang.RuntimeException"},
    {"java.lang.ClassCastException", "java.lang.RuntimeException"},
    {"java.lang.IllegalArgumentException", "java.lang.RuntimeException"},
    {"java.lang.IllegalMonitorStateException", "java.lang.RuntimeException"},
    {"java.lang.IllegalStateException", "java.lang.RuntimeException"},
    {"java.lang.IndexOutOfBoundsException", "java.lang.RuntimeException"},
    {"java.lang.ArrayIndexOutOfBoundsException", "java.lang.IndexOutOfBoundsException"},
    {"java.lang.NullPointerException", "java.lang.RuntimeException"},
    {"java.lang.NumberFormatException", "java.lang.IllegalArgumentException"},
    {"java.lang.UnsupportedOperationException", "java.lang.RuntimeException"},
    {"java.io.IOException", "java.lang.Exception"},
    {"java.io.FileNotFoundException", "java.io.IOException"},
    {"java.util.NoSuchElementException", "java.lang.RuntimeException"},
    {"java.util.ConcurrentModificationException", "java.lang.RuntimeException"},
    {"py4j.Py4JException", "java.lang.RuntimeException"},
    {"py4j.Py4JNetworkException", "py4j.Py4JException"},
};

/// What() of a C++ exception may be in any coding.
std::optional<std::string> message_of(const NamedError& error) {
  auto message = wire::made_utf8(error.message());
  if (message.empty()) return std::nullopt;
  return message;
}

}  // namespace

void bind_java_errors(Registry& registry) {
  registry.type<NamedError>("java.lang.Throwable")
      .constructor(
          [](const std::string& message) { return NamedError("java.lang.Throwable", message); })
      .method("getMessage", &message_of)
      .method("getLocalizedMessage", &message_of)
      .method("toString", [](const NamedError& self) { return wire::made_utf8(self.text()); })
      .method("getCause", &NamedError::cause)
      .method("getStackTrace",
              [](const NamedError&) {
                return std::make_shared<ObjectArray>("java.lang.StackTraceElement",
                                                     std::vector<Value>());
              })
      .method("getSuppressed", [](const NamedError&) {
        return std::make_shared<ObjectArray>("java.lang.Throwable", std::vector<Value>());
      });
  for (const auto& [name, parent] : error_classes) registry.exception(name, parent);

  registry.translate<std::bad_alloc>("java.lang.OutOfMemoryError");
  registry.translate<std::out_of_range>("java.lang.IndexOutOfBoundsException");
  registry.translate<std::invalid_argument>("java.lang.IllegalArgumentException");
  registry.translate<Disconnected>("py4j.Py4JNetworkException");
  registry.translate<PythonError>([](const PythonError& error) {
    return NamedError(
        "py4j.Py4JException",
        "An exception was raised by the Python Proxy. Return Message: " + error.traceback());
  });
}

}  // namespace py4cpp
