// SPDX-License-Identifier: Apache-2.0
//
// convert<T>: how a C++ type crosses the gateway. Specialise it to teach the gateway a value type
// of your own; classes that are bound with Registry::type need nothing, they cross by reference.
//
//   template <> struct py4cpp::convert<Celsius> {
//     static std::string java_name() { return "double"; }
//     static Cost cost(const Value& v, const Registry& r) { return convert<double>::cost(v, r); }
//     static Celsius from_value(const Value& v, const Registry& r);  // only after cost() matched
//     static Value to_value(const Celsius& c) { return c.degrees; }
//   };
//
// cost() ranks overloads: the call with the lowest sum wins. It follows Java's order; what is
// kinder than Java (an int for a double) costs more than anything that Java would accept.
#pragma once

#include "arguments.hpp"           // IWYU pragma: export
#include "convert_containers.hpp"  // IWYU pragma: export
#include "convert_enum.hpp"        // IWYU pragma: export
#include "convert_function.hpp"    // IWYU pragma: export
#include "convert_plain.hpp"       // IWYU pragma: export
#include "proxy.hpp"               // IWYU pragma: export
