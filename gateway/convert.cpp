// SPDX-License-Identifier: Apache-2.0
//
// The part of the converters that needs no template.
#include "gateway/convert.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include "gateway/bulk.hpp"
#include "gateway/registry.hpp"
#include "gateway/types/type_table.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp::detail {

namespace {

/// The class of this type when the proxy implements it and C++ can wrap that.
const Class* wrapped_interface(const Registry& registry, const Value& proxy,
                               const std::type_info& type) {
  const Class* wanted = registry.table().find(type);
  if (!wanted || !wanted->record->from_proxy) return nullptr;
  return registry.is_instance(proxy, wanted->name()) ? wanted : nullptr;
}

}  // namespace

std::shared_ptr<void> cast_value(const Registry& registry, const Value& value,
                                 const std::type_info& type) {
  if (const auto* proxy = value.get_if<Proxy>()) {
    const Class* interface = wrapped_interface(registry, value, type);
    return interface ? interface->record->from_proxy(*proxy) : nullptr;
  }
  const auto* object = value.get_if<Object>();
  if (!object) return nullptr;
  if (object->type() == type) return object->pointer();
  if (object->static_type() == type) return {object->pointer(), object->static_pointer()};
  const auto target = registry.table().resolve(*object);
  const Ancestor* ancestor = target ? target->type->ancestor(type) : nullptr;
  if (!ancestor) return nullptr;
  return {object->pointer(), ancestor->cast(target->pointer)};
}

Cost object_cost(const Registry& registry, const Value& value, const std::type_info& type,
                 bool may_be_const) {
  if (value.is_null()) {
    const Class* wanted = registry.table().find(type);
    return null_cost - distance_cost * (wanted ? wanted->depth() : 1);
  }
  if (value.get_if<Proxy>())
    return wrapped_interface(registry, value, type) ? distance_cost : no_match;
  const auto* object = value.get_if<Object>();
  if (!object || (object->is_const() && !may_be_const)) return no_match;
  if (object->type() == type) return 0;
  const auto target = registry.table().resolve(*object);
  if (target) {
    if (*target->type->record->type == type) return 0;
    if (const Ancestor* ancestor = target->type->ancestor(type))
      return distance_cost * ancestor->distance;
  }
  return object->static_type() == type ? distance_cost : no_match;
}

Cost any_cost(const Registry& registry, const Value& value) {
  if (value.is_null()) return null_cost;
  if (const auto* object = value.get_if<Object>()) {
    const auto target = registry.table().resolve(*object);
    return distance_cost * (target ? target->type->depth() : 1);
  }
  const Class* type = registry.table().find(registry.class_name(value));
  return distance_cost * (type ? type->depth() : 1);
}

std::string class_name_of(const std::type_info& type) { return readable_type_name(type); }

Cost integer_cost(const Value& value, std::int64_t least, std::uint64_t most, Cost widening) {
  if (const auto* narrow = value.get_if<std::int32_t>())
    return *narrow >= least && std::cmp_less_equal(*narrow, most) ? widening : no_match;
  if (const auto* wide = value.get_if<std::int64_t>()) {
    if (*wide < least || std::cmp_greater(*wide, most)) return no_match;
    return std::cmp_greater(most, std::numeric_limits<std::int32_t>::max()) ? 0 : kindness_cost;
  }
  const auto* large = value.get_if<std::uint64_t>();
  return large && *large <= most ? 0 : no_match;
}

std::int64_t integer_from(const Value& value) {
  if (const auto* narrow = value.get_if<std::int32_t>()) return *narrow;
  if (const auto* large = value.get_if<std::uint64_t>()) return static_cast<std::int64_t>(*large);
  return *value.get_if<std::int64_t>();
}

Cost double_cost(const Value& value, Cost narrowing) {
  if (value.get_if<double>()) return narrowing;
  const bool is_number =
      value.get_if<std::int32_t>() || value.get_if<std::int64_t>() || value.get_if<std::uint64_t>();
  return is_number ? kindness_cost + narrowing : no_match;
}

double double_from(const Value& value) {
  if (const auto* number = value.get_if<double>()) return *number;
  if (const auto* large = value.get_if<std::uint64_t>()) return static_cast<double>(*large);
  return static_cast<double>(integer_from(value));
}

Cost string_cost(const Value& value) { return value.get_if<std::string>() ? 0 : no_match; }

std::string string_from(const Value& value) { return *value.get_if<std::string>(); }

char char_from(const Value& value) {
  const char first = value.get_if<std::string>()->front();
  constexpr unsigned char ascii_max = 0x7F;
  if (static_cast<unsigned char>(first) > ascii_max)
    throw Error("a char of C++ takes one ASCII character only; bind std::string for other text");
  return first;
}

Cost bytes_cost(const Value& value) {
  if (value.get_if<Bytes>()) return 0;
  const auto buffer = value.object<SharedBuffer>();
  return buffer && buffer->format() == SharedBuffer::bytes_format ? distance_cost : no_match;
}

std::span<const std::byte> bytes_in(const Value& value) {
  if (const auto* bytes = value.get_if<Bytes>()) return *bytes;
  return std::as_const(*value.object<SharedBuffer>()).bytes();
}

std::optional<std::vector<Value>> elements_of(const Registry& registry, const Value& value) {
  if (const auto list = registry.cast<List>(value)) return list->snapshot();
  if (const auto array = registry.cast<ObjectArray>(value)) return array->snapshot();
  if (const auto set = registry.cast<Set>(value)) return set->snapshot();
  return std::nullopt;
}

std::optional<std::vector<Map::Entry>> entries_of(const Registry& registry, const Value& value) {
  if (const auto map = registry.cast<Map>(value)) return map->snapshot();
  return std::nullopt;
}

}  // namespace py4cpp::detail
