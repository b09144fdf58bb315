// SPDX-License-Identifier: Apache-2.0
//
// Commands on arrays (`a`) and lists (`l`), which py4j uses beside ordinary method calls.
#include <algorithm>
#include <charconv>

#include "gateway/collections.hpp"
#include "gateway/commands/commands.hpp"
#include "gateway/types/equality.hpp"
#include "gateway/types/ordering.hpp"

namespace py4cpp {

namespace {

using Values = std::vector<Value>;

constexpr std::size_t array_elements_max = 10'000'000;  // Of an array that Python creates.
constexpr std::size_t array_dimensions_max = 8;

std::int64_t index_of(const Value& value) {
  if (const auto* narrow = value.get_if<std::int32_t>()) return *narrow;
  if (const auto* wide = value.get_if<std::int64_t>()) return *wide;
  throw NamedError("java.lang.IllegalArgumentException", "an index is not a number");
}

/// Elements as the array's component type holds them; null when the value does not fit.
std::optional<Value> as_component(const Registry& registry, const std::string& component,
                                  Value value) {
  const auto checked = [&]<class T>(std::type_identity<T>) -> std::optional<Value> {
    if (convert<T>::cost(value, registry) < 0) return std::nullopt;
    return convert<T>::to_value(convert<T>::from_value(value, registry));
  };
  if (component == "int") return checked(std::type_identity<std::int32_t>());
  if (component == "long") return checked(std::type_identity<std::int64_t>());
  if (component == "short") return checked(std::type_identity<std::int16_t>());
  if (component == "double") return checked(std::type_identity<double>());
  if (component == "float") return checked(std::type_identity<float>());
  if (component == "boolean") return checked(std::type_identity<bool>());
  if (component == "char") return checked(std::type_identity<char>());
  if (!value.is_null() && component != "java.lang.Object" && registry.table().find(component) &&
      !registry.is_instance(value, component))
    return std::nullopt;
  return value;
}

Value initial_value(const std::string& component) {
  if (component == "int" || component == "short") return 0;
  if (component == "long") return std::int64_t{0};
  if (component == "double" || component == "float") return 0.0;
  if (component == "boolean") return false;
  if (component == "char") return std::string(1, '\0');
  return {};
}

Value make_array(const std::string& component, std::span<const std::size_t> dimensions) {
  if (dimensions.size() == 1) {
    if (component == "byte") return Bytes(dimensions[0]);
    return std::make_shared<ObjectArray>(component,
                                         Values(dimensions[0], initial_value(component)));
  }
  Values rows;
  for (std::size_t i = 0; i < dimensions[0]; ++i)
    rows.push_back(make_array(component, dimensions.subspan(1)));
  return std::make_shared<ObjectArray>(component + "[]", std::move(rows));
}

Next create_array(Command& command) {
  Next next = Next::go_on;
  const auto parts = command.arguments(2, next);
  if (!parts) return next;
  const auto* component = parts->empty() ? nullptr : parts->front().get_if<std::string>();
  std::vector<std::size_t> dimensions;
  std::size_t total = 1;
  bool is_valid = component && parts->size() > 1 && parts->size() <= array_dimensions_max + 1;
  for (std::size_t i = 1; is_valid && i < parts->size(); ++i) {
    const std::int64_t length = index_of((*parts)[i]);
    is_valid = length >= 0 && static_cast<std::size_t>(length) <= array_elements_max;
    dimensions.push_back(is_valid ? static_cast<std::size_t>(length) : 0);
    total *= std::max<std::size_t>(1, dimensions.back());
    is_valid = is_valid && total <= array_elements_max;
  }
  if (!is_valid) {
    answer_error(command.answer, "an array needs a component class and 1 to " +
                                     std::to_string(array_dimensions_max) +
                                     " lengths, of at most " + std::to_string(array_elements_max) +
                                     " elements together");
    return Next::go_on;
  }
  answer_value(command.core, command.answer, make_array(*component, dimensions));
  return Next::go_on;
}

Next set_element(Command& command, ObjectArray& array, const Values& parts) {
  if (parts.size() != 2) return refuse_sub_command(command);
  auto element = as_component(command.core.registry, array.component(), parts[1]);
  if (!element) {
    answer_error(command.answer, "an array of " + array.component() + " cannot hold a value of " +
                                     command.core.registry.class_name(parts[1]));
    return Next::go_on;
  }
  array.set(index_of(parts[0]), std::move(*element));
  answer_void(command.answer);
  return Next::go_on;
}

Next slice_array(Command& command, const ObjectArray& array, const Values& parts) {
  Values elements;
  for (const Value& part : parts) elements.push_back(array.get(index_of(part)));
  answer_value(command.core, command.answer,
               std::make_shared<ObjectArray>(array.component(), std::move(elements)));
  return Next::go_on;
}

Next list_values(Command& command, Values values) {
  answer_value(command.core, command.answer, std::make_shared<List>(std::move(values)));
  return Next::go_on;
}

Next reorder(Command& command, List& list, bool is_sort) {
  Values values = list.snapshot();
  if (is_sort)
    values = Ordering(command.context).sorted(std::move(values));
  else
    std::reverse(values.begin(), values.end());
  list.assign(std::move(values));
  answer_void(command.answer);
  return Next::go_on;
}

Next extreme(Command& command, const List& list, bool is_max) {
  const Values values = list.snapshot();
  if (values.empty()) throw NamedError("java.util.NoSuchElementException", "the list is empty");
  const auto before = [order = Ordering(command.context)](const Value& a, const Value& b) {
    return order.before(a, b);
  };
  const auto found = is_max ? std::max_element(values.begin(), values.end(), before)
                            : std::min_element(values.begin(), values.end(), before);
  answer_value(command.core, command.answer, *found);
  return Next::go_on;
}

Values repeated(const Values& values, std::int64_t times) {
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(0, times));
  if (!values.empty() && count > array_elements_max / values.size())
    throw Overloaded("a repeated list would have more than " + std::to_string(array_elements_max) +
                     " elements");
  Values result;
  result.reserve(values.size() * count);
  for (std::size_t i = 0; i < count; ++i) result.insert(result.end(), values.begin(), values.end());
  return result;
}

/// Null when it is none; the answer is written then.
std::shared_ptr<List> list_named(Command& command, std::string_view id) {
  const auto target = find_target(command.core, id);
  auto list = target ? command.core.registry.cast<List>(*target) : nullptr;
  if (!list)
    answer_error(command.answer, target ? std::string(id) + " is not a list"
                                        : unknown_object_text(command.core, id));
  return list;
}

Next concatenate(Command& command, const List& list) {
  const auto other = list_named(command, command.line(3));
  if (!other) return Next::go_on;
  Values values = list.snapshot();
  const Values more = other->snapshot();
  if (more.size() > array_elements_max - std::min(values.size(), array_elements_max))
    throw Overloaded("the two lists together have more than " + std::to_string(array_elements_max) +
                     " elements");
  values.insert(values.end(), more.begin(), more.end());
  return list_values(command, std::move(values));
}

/// The sub-commands that take parts.
Next run_list_parts(Command& command, List& list) {
  Next next = Next::go_on;
  const auto parts = command.arguments(3, next);
  if (!parts) return next;
  const char sub = command.sub_command().front();
  const Values values = list.snapshot();
  if (sub == 'l') {
    Values slice;
    for (const Value& part : *parts) slice.push_back(list.get(index_of(part)));
    return list_values(command, std::move(slice));
  }
  if (parts->empty()) return refuse_sub_command(command);
  const Value& first = parts->front();
  if (sub == 'f') {
    answer_value(command.core, command.answer, Equality(command.context).count_in(values, first));
  } else if (sub == 'm') {
    return list_values(command, repeated(values, index_of(first)));
  } else {
    list.assign(repeated(values, index_of(first)));
    answer_void(command.answer);
  }
  return Next::go_on;
}

/// What the client does not look at the answers to: only the log can say what went wrong.
std::string_view name_of_unheard(char sub_command) {
  if (sub_command == 's') return "sorted";
  if (sub_command == 'r') return "reversed";
  return sub_command == 'i' ? "repeated" : "";
}

/// Instead of an exception object, which nobody would ever let go of.
void answer_unheard(Command& command, std::string_view what) {
  std::string text = "a list was not " + std::string(what) + ": ";
  try {
    throw;
  } catch (const std::exception& error) {
    text += error.what();
  } catch (...) {
    text += "C++ threw something that is no std::exception";
  }
  command.core.log(LogLevel::warn, log_components::connection, text);
  answer_error(command.answer, text);
}

}  // namespace

Next run_array_command(Command& command) {
  const std::string_view sub = command.sub_command();
  if (sub == "c") return create_array(command);
  if (sub != "g" && sub != "s" && sub != "l" && sub != "e") return refuse_sub_command(command);
  const auto target = find_target(command.core, command.line(2));
  const auto array = target ? command.core.registry.cast<ObjectArray>(*target) : nullptr;
  if (!array) {
    answer_error(command.answer, target ? std::string(command.line(2)) + " is not an array"
                                        : unknown_object_text(command.core, command.line(2)));
    return Next::go_on;
  }
  if (sub == "e") {
    answer_value(command.core, command.answer, static_cast<std::int32_t>(array->size()));
    return Next::go_on;
  }
  Next next = Next::go_on;
  const auto parts = command.arguments(3, next);
  if (!parts) return next;
  if (sub == "s") return set_element(command, *array, *parts);
  if (sub == "l") return slice_array(command, *array, *parts);
  if (parts->size() != 1) return refuse_sub_command(command);
  answer_value(command.core, command.answer, array->get(index_of(parts->front())));
  return Next::go_on;
}

Next run_list_command(Command& command) {
  const std::string_view word = command.sub_command();
  if (word.size() != 1 || std::string_view("lamifsrxn").find(word[0]) == std::string_view::npos)
    return refuse_sub_command(command);
  const char sub = word[0];  // The word dies when a compareTo calls Python.
  const auto list = list_named(command, command.line(2));
  if (!list) return Next::go_on;
  try {
    switch (sub) {
      case 'a':
        return concatenate(command, *list);
      case 's':
      case 'r':
        return reorder(command, *list, sub == 's');
      case 'x':
      case 'n':
        return extreme(command, *list, sub == 'x');
      default:
        return run_list_parts(command, *list);
    }
  } catch (...) {
    const auto what = name_of_unheard(sub);
    if (what.empty()) throw;
    answer_unheard(command, what);
    return Next::go_on;
  }
}

}  // namespace py4cpp
