// SPDX-License-Identifier: Apache-2.0
//
// What may follow a function or a field where it is bound:
//
//   .method("move", &Robot::move, arg("metres"), arg("speed") = 1.5, doc("Drives straight on."))
//
// Names, defaults and texts show in Python's help() and in the stubs. Defaults are filled in by the
// gateway: the call looks like one with all arguments given.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include "convert.hpp"

namespace py4cpp {

/// A parameter's name and default value; see arg().
struct ArgumentDefault {
  std::string name;
  Value value;
};

/// A parameter's name; see arg().
struct ArgumentName {
  std::string name;

  /// The value that the parameter has when Python leaves it out; of any type that could be returned
  /// to Python. It has to fit the parameter, which is checked when the registry freezes.
  template <class T>
  ArgumentDefault operator=(T&& value) && {
    return {std::move(name), detail::to_value(std::forward<T>(value))};
  }
};

/// Names a parameter: one arg for each parameter in order, or none at all. `arg("x") = 1` makes it
/// optional; every parameter after an optional one must be optional too.
inline ArgumentName arg(std::string name) { return {std::move(name)}; }

struct Documentation {
  std::string text;
};

/// A text for help() and the stubs.
inline Documentation doc(std::string text) { return {std::move(text)}; }

struct Variadic {};

/// The last parameter, a std::vector, takes all arguments that are left; see also Varargs.
inline Variadic variadic() { return {}; }

struct ReadOnly {};

/// Python cannot set the field.
inline ReadOnly read_only() { return {}; }

namespace detail {

template <class T>
concept Annotation = std::same_as<T, ArgumentName> || std::same_as<T, ArgumentDefault> ||
    std::same_as<T, Documentation> || std::same_as<T, Variadic> || std::same_as<T, ReadOnly>;

template <class T>
concept FieldAnnotation = std::same_as<T, Documentation> || std::same_as<T, ReadOnly>;

template <class T>
concept ArgumentAnnotation = std::same_as<T, ArgumentName> || std::same_as<T, ArgumentDefault>;

/// How many of the annotations name a parameter.
template <class... N>
constexpr std::size_t named_arguments = (std::size_t{0} + ... + (ArgumentAnnotation<N> ? 1 : 0));

/// Whether no parameter without a default follows one with a default.
template <class... N>
constexpr bool defaults_are_last() {
  bool seen = false, sound = true;
  ((seen = seen || std::same_as<N, ArgumentDefault>,
    sound = sound && !(seen && std::same_as<N, ArgumentName>)),
   ...);
  return sound;
}

struct Overload;
struct Field;

void annotate(Overload& overload, const ArgumentName& note);
void annotate(Overload& overload, const ArgumentDefault& note);
void annotate(Overload& overload, const Documentation& note);
void annotate(Overload& overload, const Variadic& note);
void annotate(Field& field, const Documentation& note);
void annotate(Field& field, const ReadOnly& note);

}  // namespace detail
}  // namespace py4cpp
