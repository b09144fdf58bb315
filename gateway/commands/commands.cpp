// SPDX-License-Identifier: Apache-2.0
#include "gateway/commands/commands.hpp"

#include <charconv>

#include "gateway/commands/custom_commands.hpp"
#include "gateway/types/dispatch.hpp"

namespace py4cpp {

namespace {

std::string unknown_target(const Core& core, std::string_view id) {
  if (core.objects.is_foreign(id)) return "py4j.Py4JException: " + unknown_object_text(core, id);
  return "py4j.Py4JException: Target Object ID does not exist for this gateway: " + std::string(id);
}

Next answer_call(Command& command, detail::CallResult result) {
  if (const auto* missing = std::get_if<detail::NoSuchMember>(&result)) {
    answer_error(command.answer, missing->text);
    return Next::go_on;
  }
  const auto& outcome = std::get<detail::Outcome>(result);
  if (outcome.is_void)
    answer_void(command.answer);
  else
    answer_value(command.core, command.answer, outcome.value);
  return Next::go_on;
}

/// Calls what the lines of `c` and `S` name. Nothing when that failed: the answer is written then,
/// and `next` says what happens to the connection.
std::optional<detail::CallResult> call(Command& command, Next& next) {
  auto arguments = command.arguments(3, next);
  if (!arguments) return std::nullopt;
  const std::string target_id(command.line(1)), method(command.line(2));
  const Registry& registry = command.core.registry;
  if (target_id.starts_with(wire::static_prefix))
    return detail::call_static(registry, command.context,
                               std::string_view(target_id).substr(wire::static_prefix.size()),
                               method, std::move(*arguments));
  const auto target = find_target(command.core, target_id);
  if (!target || target->is_null()) {
    answer_error(command.answer, unknown_target(command.core, target_id));
    return std::nullopt;
  }
  return detail::call_method(registry, command.context, *target, method, std::move(*arguments));
}

Next run_call(Command& command) {
  Next next = Next::go_on;
  auto result = call(command, next);
  return result ? answer_call(command, std::move(*result)) : next;
}

/// Like a call, but the bytes of the result follow the answer as they are.
Next run_stream(Command& command) {
  Next next = Next::go_on;
  const std::string method(command.line(2));
  auto result = call(command, next);
  if (!result) return next;
  auto* outcome = std::get_if<detail::Outcome>(&*result);
  if (!outcome) return answer_call(command, std::move(*result));
  if (auto* bytes = std::get_if<Bytes>(&outcome->value.data()))
    command.stream = std::make_shared<Stream>(Stream::of(std::move(*bytes)));
  else
    command.stream = command.core.registry.cast<Stream>(outcome->value);
  if (command.stream)
    answer_void(command.answer);
  else
    answer_error(command.answer, "the method " + method +
                                     " returns no bytes and no Stream, so it cannot be called with "
                                     "stream; call it as usual");
  return Next::go_on;
}

Next run_constructor(Command& command) {
  Next next = Next::go_on;
  auto arguments = command.arguments(2, next);
  if (!arguments) return next;
  const std::string class_name(command.line(1));
  return answer_call(command, detail::construct(command.core.registry, command.context, class_name,
                                                std::move(*arguments)));
}

Next answer_no_member(Command& command) {
  command.answer = {wire::answer_mark, wire::success_mark, wire::code::no_member, '\n'};
  return Next::go_on;
}

Next set_field(Command& command, const detail::Field& field, detail::Invocation& invocation,
               std::vector<Value> values) {
  if (!field.set || values.size() != 1) return answer_no_member(command);
  if (field.parameter.cost(values[0], command.core.registry) < 0) {
    answer_fatal(command.answer, "the field cannot hold a value of class " +
                                     command.core.registry.class_name(values[0]));
    return Next::close;
  }
  detail::require_mutable(command.core.registry, invocation.self,
                          "setting " + std::string(command.line(3)));
  invocation.arguments = values;
  field.set(invocation);
  answer_void(command.answer);
  return Next::go_on;
}

/// An object's own field or one of its class; null when there is neither.
const detail::InheritedField* find_field(const detail::Class& type, std::string_view name) {
  for (const auto* fields : {&type.fields, &type.static_fields})
    if (const auto found = fields->find(name); found != fields->end()) return &found->second;
  return nullptr;
}

Next run_field(Command& command) {
  const bool is_get = command.sub_command() == "g";
  if (!is_get && command.sub_command() != "s") return refuse_sub_command(command);
  Next next = Next::go_on;
  auto values = command.arguments(4, next);
  if (!values) return next;
  const auto target = find_target(command.core, command.line(2));
  const auto* object = target ? target->get_if<Object>() : nullptr;
  const auto resolved =
      object ? command.core.registry.table().resolve(*object) : std::optional<detail::Target>();
  if (!resolved) {
    answer_error(command.answer, unknown_target(command.core, command.line(2)));
    return Next::go_on;
  }
  const detail::InheritedField* found = find_field(*resolved->type, command.line(3));
  if (!found) return answer_no_member(command);
  const auto& [field, origin] = *found;
  void* const pointer = origin ? origin->cast(resolved->pointer) : resolved->pointer;
  detail::Invocation invocation{command.context, *target, pointer, {}};
  if (!is_get) return set_field(command, *field, invocation, std::move(*values));
  answer_value(command.core, command.answer,
               detail::read_field(*field, invocation, command.line(3)));
  return Next::go_on;
}

/// The well-known ids are no minted ones, so that nothing can delete them.
Next run_memory(Command& command) {
  if (command.sub_command() != "d") return refuse_sub_command(command);
  command.core.objects.remove(command.line(2));
  answer_void(command.answer);
  return Next::go_on;
}

Next run_exception(Command& command) {
  std::string_view id = command.line(1);
  if (id.starts_with(wire::code::reference)) id.remove_prefix(1);
  const auto value = find_target(command.core, id);
  if (!value) {
    answer_error(command.answer, unknown_target(command.core, id));
    return Next::go_on;
  }
  const auto error = command.core.registry.cast<NamedError>(*value);
  answer_text(command.answer,
              error ? error->stack_text() : command.core.registry.text_of(command.context, *value));
  return Next::go_on;
}

Next run_shutdown(Command&) { return Next::shut_down; }

Next run_cancel(Command& command) {
  const auto port = [&](std::size_t index) {
    std::uint16_t number = 0;
    const auto text = command.line(index);
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  };
  if (command.core.cancel) command.core.cancel(port(2), port(3));
  return Next::close;
}

struct Entry {
  char name;
  Next (*run)(Command&);
};

constexpr Entry table[] = {
    {'a', &run_array_command},
    {'c', &run_call},
    {'d', &run_dir_command},
    {'f', &run_field},
    {'h', &run_help_command},
    {'i', &run_constructor},
    {'j', &run_view_command},
    {'l', &run_list_command},
    {'m', &run_memory},
    {'p', &run_exception},
    {'r', &run_reflection_command},
    {'s', &run_shutdown},
    {'S', &run_stream},
    {'z', &run_cancel},
};

}  // namespace

std::optional<std::vector<Value>> Command::arguments(std::size_t first, Next& next) {
  std::vector<Value> values;
  values.reserve(lines.size() > first ? lines.size() - first : 0);
  for (std::size_t i = first; i < lines.size(); ++i) {
    auto part = read_part(core, lines[i]);
    if (const auto* error = std::get_if<ArgumentError>(&part)) {
      if (error->is_fatal)
        answer_fatal(answer, error->text);
      else
        answer_error(answer, error->text);
      next = error->is_fatal ? Next::close : Next::go_on;
      return std::nullopt;
    }
    values.push_back(std::move(std::get<Value>(part)));
  }
  return values;
}

Next refuse_sub_command(Command& command) {
  answer_error(command.answer, "Unknown sub-command " + std::string(command.sub_command()) +
                                   " of " + std::string(command.line(0)));
  return Next::go_on;
}

Next run_command(Command& command) {
  command.answer.clear();
  const std::string_view name = command.line(0);
  for (const Entry& entry : table) {
    if (name.size() != 1 || entry.name != name[0]) continue;
    try {
      return entry.run(command);
    } catch (...) {
      answer_current_exception(command.core, command.answer);
      return Next::go_on;
    }
  }
  if (const auto next = run_custom_command(command)) return *next;
  constexpr std::size_t shown_max = 40;
  answer_fatal(command.answer,
               "Unknown command received: " + std::string(name.substr(0, shown_max)));
  return Next::close;
}

}  // namespace py4cpp
