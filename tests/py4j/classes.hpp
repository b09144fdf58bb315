// SPDX-License-Identifier: Apache-2.0
//
// The classes that py4j's own tests expect of a server, apart from those of java.lang and java.util
// that every gateway offers. One function for each area; a program binds what its tests touch.
#pragma once

#include <memory>

#include "gateway/registry.hpp"

namespace py4j_peer {

/// Everything below.
void bind_all(py4cpp::Registry& registry);

void bind_example_class(py4cpp::Registry& registry);  // ExampleClass and its entry point.
void bind_callbacks(py4cpp::Registry& registry);      // What calls Python, and its interfaces.
void bind_texts(py4cpp::Registry& registry);          // UTFExample, enums, inner classes.
void bind_java_rest(py4cpp::Registry& registry);      // java.io.File, java.util.TreeSet and such.

/// `gateway.entry_point` of most programs.
struct ExampleEntryPoint {};
/// Its methods are those that pass a Python object to C++ and back; an entry point as well.
struct OperatorExample {};
struct InterfaceExample {};

}  // namespace py4j_peer
