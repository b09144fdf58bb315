// SPDX-License-Identifier: Apache-2.0
//
// What every object answers, and the classes that describe objects, classes and threads.
#include <unistd.h>

#include <functional>
#include <thread>

#include "gateway/java/java_names.hpp"
#include "gateway/types/type_table.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp {

namespace {

struct PlainObject {};
struct ClassLoader {};

struct JavaThread {
  std::int64_t id;
};

/// Java's hash codes are 32 bits, and Python's `hash()` insists on it.
std::int32_t hash_code(const Value& value) {
  const auto hash = static_cast<std::uint64_t>(ValueHash()(value));
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(hash ^ (hash >> 32)));
}

/// No thread ever owns an object's monitor here, and Java refuses all three calls then.
void refuse_monitor(const Value&) {
  throw NamedError("java.lang.IllegalMonitorStateException", "current thread is not owner");
}

std::string default_text(const Value& self, CallContext& context) {
  char hash[16];
  std::snprintf(hash, sizeof hash, "@%x", static_cast<unsigned>(hash_code(self)));
  return context.registry().class_name(self) + hash;
}

JavaClass class_for_name(CallContext& context, const std::string& name) {
  if (const auto* type = context.registry().table().find(name)) return {type->name()};
  throw NamedError("java.lang.ClassNotFoundException", name);
}

bool is_instance_of(CallContext& context, const std::string& name, const Value& value) {
  return context.registry().is_instance(value, name);
}

bool is_interface(const JavaClass& self, CallContext& context) {
  const auto* type = context.registry().table().find(self.name);
  return type && type->record->is_interface;
}

std::string class_text(const JavaClass& self, CallContext& context) {
  return (is_interface(self, context) ? "interface " : "class ") + self.name;
}

void bind_class(Registry& registry) {
  registry.type<JavaClass>("java.lang.Class")
      .method("getName", [](const JavaClass& self) { return self.name; })
      .method("getCanonicalName",
              [](const JavaClass& self) {
                std::string name = self.name;
                for (char& c : name)
                  if (c == '$') c = '.';
                return name;
              })
      .method("getTypeName", [](const JavaClass& self) { return self.name; })
      .method("getSimpleName",
              [](const JavaClass& self) { return std::string(simple_name(self.name)); })
      .method("getPackageName",
              [](const JavaClass& self) { return std::string(package_name(self.name)); })
      .method("isInterface", &is_interface)
      .method("isArray", [](const JavaClass& self) { return self.name.starts_with('['); })
      .method("isInstance",
              [](const JavaClass& self, CallContext& context, const Value& value) {
                return is_instance_of(context, self.name, value);
              })
      .method("getClassLoader", [](const JavaClass&) { return ClassLoader(); })
      .method("toString", &class_text)
      .method("hashCode", [](const JavaClass& self) { return hash_code(self.name); })
      .method("equals",
              [](const JavaClass& self, CallContext& context, const Value& other) {
                const auto other_class = context.registry().cast<JavaClass>(other);
                return other_class && other_class->name == self.name;
              })
      .static_method("forName", &class_for_name)
      .static_method("forName", [](CallContext& context, const std::string& name, bool,
                                   const Value&) { return class_for_name(context, name); });
}

}  // namespace

void bind_java_objects(Registry& registry) {
  registry.type<PlainObject>("java.lang.Object")
      .constructor<>()
      .method("toString", &default_text)
      .method("hashCode", [](const Value& self) { return hash_code(self); })
      .method("equals", [](const Value& self, const Value& other) { return self == other; })
      .method("getClass",
              [](const Value& self, CallContext& context) {
                return JavaClass{context.registry().class_name(self)};
              })
      .method("notify", &refuse_monitor)
      .method("notifyAll", &refuse_monitor)
      .method("wait", &refuse_monitor)
      .method("wait", [](const Value& self, std::int64_t) { refuse_monitor(self); });
  bind_class(registry);
  registry.type<ClassLoader>("java.lang.ClassLoader")
      .method("loadClass", [](const ClassLoader&, CallContext& context, const std::string& name) {
        return class_for_name(context, name);
      });
  registry.type<JavaThread>("java.lang.Thread")
      .method("getId", [](const JavaThread& self) { return self.id; })
      .method("getName", [](const JavaThread& self) { return "Thread-" + std::to_string(self.id); })
      .method("getContextClassLoader", [](const JavaThread&) { return ClassLoader(); })
      .static_method("currentThread", [] { return JavaThread{::gettid()}; });
  registry.type("py4j.reflection.TypeUtil")
      .static_method("isInstanceOf", &is_instance_of)
      .static_method("isInstanceOf",
                     [](CallContext& context, const JavaClass& type, const Value& value) {
                       return is_instance_of(context, type.name, value);
                     });
}

void bind_java_names(Registry& registry) {
  bind_java_errors(registry);
  bind_java_objects(registry);
  bind_java_system(registry);
  bind_java_numbers(registry);
  bind_java_collections(registry);
  bind_java_functions(registry);
  bind_gateway_server(registry);
  bind_streams(registry);
}

}  // namespace py4cpp
