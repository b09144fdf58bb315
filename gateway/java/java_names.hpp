// SPDX-License-Identifier: Apache-2.0
//
// The Java names that py4j asks for on its own, and the small part of java.lang and java.util that
// Python programs use through it. One function for each group; Registry's constructor calls them.
#pragma once

#include <memory>
#include <string>

#include "gateway/registry.hpp"

namespace py4cpp {

/// All groups below.
void bind_java_names(Registry& registry);

void bind_java_errors(Registry& registry);       // java.lang.Throwable and its usual descendants.
void bind_java_objects(Registry& registry);      // Object, Class, ClassLoader, Thread, TypeUtil.
void bind_java_system(Registry& registry);       // System, PrintStream.
void bind_java_numbers(Registry& registry);      // Integer, Double, Math and so on, String.
void bind_java_collections(Registry& registry);  // ArrayList, HashMap, HashSet, Iterator, arrays.
void bind_java_functions(Registry& registry);    // What a std::function is that Python holds.
void bind_gateway_server(Registry& registry);    // What `GATEWAY_SERVER` answers, InetAddress.
void bind_streams(Registry& registry);           // What Python may do with a Stream.

/// java.lang.Class: a name that may be asked about.
struct JavaClass {
  std::string name;
};

/// The object behind the id `GATEWAY_SERVER`. It has no state: the call's context names the
/// gateway.
struct GatewayServer {};

}  // namespace py4cpp
