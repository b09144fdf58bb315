// SPDX-License-Identifier: Apache-2.0
//
// java.lang.System: time, properties, environment, and the two print streams.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>

#include "gateway/gateway.hpp"
#include "gateway/java/java_names.hpp"

namespace py4cpp {

namespace {

/// The properties belong to one registry and are shared by all its threads.
class Properties {
 public:
  Properties() {
    const auto variable = [](const char* name) {
      const char* value = std::getenv(name);
      return std::string(value ? value : "");
    };
    std::error_code ignored;
    values_ = {{"file.separator", "/"},
               {"line.separator", "\n"},
               {"path.separator", ":"},
               {"os.name", "Linux"},
               {"java.version", "17"},
               {"java.vendor", "py4cpp"},
               {"java.io.tmpdir", std::filesystem::temp_directory_path(ignored).string()},
               {"user.dir", std::filesystem::current_path(ignored).string()},
               {"user.home", variable("HOME")},
               {"user.name", variable("USER")}};
  }

  std::optional<std::string> get(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }

  std::optional<std::string> set(const std::string& name, const std::string& value) {
    const std::lock_guard lock(mutex_);
    auto before = remove(name);
    values_.emplace(name, value);
    return before;
  }

  std::optional<std::string> clear(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return remove(name);
  }

 private:
  std::optional<std::string> remove(const std::string& name) {
    const auto node = values_.extract(name);
    if (!node) return std::nullopt;
    return std::move(node.mapped());
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> values_;
};

/// System.out and System.err: what Python prints through Java's streams.
class PrintStream {
 public:
  explicit PrintStream(std::FILE* file) : file_(file) {}

  void print(CallContext& context, const Value& value) {
    write(context.registry().text_of(context, value));
  }
  void println(CallContext& context, const Value& value) {
    write(context.registry().text_of(context, value) + "\n");
  }
  void end_line() { write("\n"); }
  void flush() { std::fflush(file_); }
  bool has_failed() const { return std::ferror(file_) != 0; }

 private:
  void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), file_);
    std::fflush(file_);
  }

  std::FILE* file_;
};

template <class Unit, class Clock>
std::int64_t time_now() {
  return std::chrono::duration_cast<Unit>(Clock::now().time_since_epoch()).count();
}

}  // namespace

void bind_java_system(Registry& registry) {
  registry.type<PrintStream>("java.io.PrintStream")
      .method("print", &PrintStream::print)
      .method("println", &PrintStream::println)
      .method("println", &PrintStream::end_line)
      .method("flush", &PrintStream::flush)
      .method("checkError", &PrintStream::has_failed);

  const auto properties = std::make_shared<Properties>();
  registry.type("java.lang.System")
      .static_field("out", std::make_shared<PrintStream>(stdout))
      .static_field("err", std::make_shared<PrintStream>(stderr))
      .static_method("currentTimeMillis",
                     &time_now<std::chrono::milliseconds, std::chrono::system_clock>)
      .static_method("nanoTime", &time_now<std::chrono::nanoseconds, std::chrono::steady_clock>)
      .static_method("lineSeparator", [] { return "\n"; })
      .static_method("gc", [](CallContext& context) { context.gateway().release_proxies(); })
      .static_method("getProperty",
                     [properties](const std::string& name) { return properties->get(name); })
      .static_method(
          "getProperty",
          [properties](const std::string& name, const std::optional<std::string>& other) {
            auto value = properties->get(name);
            return value ? value : other;
          })
      .static_method("setProperty",
                     [properties](const std::string& name, const std::string& value) {
                       return properties->set(name, value);
                     })
      .static_method("clearProperty",
                     [properties](const std::string& name) { return properties->clear(name); })
      .static_method("getenv", [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (!value) return std::nullopt;
        return value;
      });
}

}  // namespace py4cpp
