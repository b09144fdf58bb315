// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/answers.hpp"

#include <algorithm>
#include <iterator>

#include "gateway/wire/java_text.hpp"
#include "gateway/wire/utf8.hpp"

namespace py4cpp {

namespace {

Value make_proxy(Core& core, wire::ProxyReference reference) {
  return Proxy(std::make_shared<RemoteProxy>(std::move(reference.id),
                                             std::move(reference.interfaces), core.proxy_caller));
}

char code_of(const Core& core, const Value& value) {
  const auto* object = value.get_if<Object>();
  if (!object) return wire::code::reference;
  const auto target = core.registry.table().resolve(*object);
  if (!target)
    throw Error("no class is registered for the C++ type " + readable_type_name(object->type()) +
                ", so it cannot be returned to Python");
  return target->type->wire_code;
}

void begin_answer(std::string& answer, char mark) { answer.assign({wire::answer_mark, mark}); }

/// A copy of the error that keeps the C++ type when that is registered.
std::shared_ptr<NamedError> share(const Core& core, const NamedError& error) {
  const auto* type = core.registry.table().find(typeid(error));
  if (type && type->record->error.copy) return type->record->error.copy(error);
  return std::make_shared<NamedError>(error);
}

void answer_exception(Core& core, std::string& answer, const std::shared_ptr<NamedError>& error) {
  try {
    begin_answer(answer, wire::error_mark);
    append_value(core, answer, Value(error));
    answer += '\n';
  } catch (const std::exception& failure) {
    answer_error(answer, error->text() + "\n" + failure.what());
  }
}

}  // namespace

std::optional<Value> find_target(const Core& core, std::string_view id) {
  if (id == wire::entry_point_id) return core.options.entry_point;
  if (id == wire::default_view_id) return Value(core.default_view);
  if (id == wire::gateway_server_id) return core.gateway_server;
  return core.objects.find(id);
}

std::string unknown_object_text(const Core& core, std::string_view id) {
  if (core.objects.is_foreign(id))
    return "the object " + std::string(id) +
           " belongs to another gateway, and only that one can use it; pass a plain value instead, "
           "or make the object anew here";
  return "the object " + std::string(id) + " is unknown to this gateway";
}

ArgumentResult read_part(Core& core, std::string_view line) {
  auto part = wire::decode(line);
  if (!part)
    return ArgumentError{"an argument cannot be read: " + part.error().message(),
                         part.error() != wire::WireError::number_too_large};
  if (auto* value = std::get_if<Value>(&*part)) return std::move(*value);
  if (auto* proxy = std::get_if<wire::ProxyReference>(&*part))
    return make_proxy(core, std::move(*proxy));
  const auto& id = std::get<wire::Reference>(*part).id;
  if (auto value = find_target(core, id)) return std::move(*value);
  return ArgumentError{unknown_object_text(core, id), false};
}

void append_value(Core& core, std::string& out, const Value& value) {
  if (!value.get_if<Object>() && !value.get_if<Proxy>()) return wire::append_plain(out, value);
  const char code = code_of(core, value);
  wire::append_reference(out, code, core.objects.add(value));
}

void take_back(Core& core, std::string_view part) {
  constexpr char minting[] = {wire::code::reference, wire::code::array, wire::code::list,
                              wire::code::set,       wire::code::map,   wire::code::iterator};
  if (part.ends_with('\n')) part.remove_suffix(1);
  if (!part.empty() && std::ranges::find(minting, part.front()) != std::end(minting))
    core.objects.remove(part.substr(1));
}

void answer_value(Core& core, std::string& answer, const Value& value) {
  begin_answer(answer, wire::success_mark);
  append_value(core, answer, value);
  answer += '\n';
}

void answer_void(std::string& answer) {
  begin_answer(answer, wire::success_mark);
  answer += wire::code::void_;
  answer += '\n';
}

void answer_text(std::string& answer, std::string_view text) {
  begin_answer(answer, wire::success_mark);
  answer += wire::code::string;
  wire::append_escaped(answer, wire::made_utf8(text));
  answer += '\n';
}

void answer_error(std::string& answer, std::string_view text) {
  begin_answer(answer, wire::error_mark);
  answer += wire::code::string;
  wire::append_escaped(answer, wire::made_utf8(text));
  answer += '\n';
}

void answer_fatal(std::string& answer, std::string_view text) {
  begin_answer(answer, wire::fatal_mark);
  answer += wire::code::string;
  wire::append_escaped(answer, wire::made_utf8(text));
  answer += '\n';
}

void answer_current_exception(Core& core, std::string& answer) {
  try {
    throw;
  } catch (const NamedError& error) {
    answer_exception(core, answer, share(core, error));
  } catch (const std::exception& error) {
    answer_exception(core, answer, core.registry.table().translate(error));
  } catch (...) {
    answer_exception(core, answer,
                     std::make_shared<NamedError>("java.lang.Error",
                                                  "C++ threw something that is no std::exception"));
  }
}

}  // namespace py4cpp
