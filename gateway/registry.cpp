// SPDX-License-Identifier: Apache-2.0
#include "gateway/registry.hpp"

#include <algorithm>

#include "gateway/collections.hpp"
#include "gateway/java/java_names.hpp"
#include "gateway/types/dispatch.hpp"
#include "gateway/types/type_table.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp {

namespace {

/// The class names of plain values, in the order of Value::Data.
constexpr std::string_view plain_class_names[] = {"null",
                                                  "java.lang.Boolean",
                                                  "java.lang.Integer",
                                                  "java.lang.Long",
                                                  "java.math.BigInteger",
                                                  "java.lang.Double",
                                                  "java.math.BigDecimal",
                                                  "java.lang.String",
                                                  "[B"};

/// Java's name of an array class: "[I", "[Ljava.lang.String;".
std::string array_class_name(const std::string& component) {
  constexpr std::pair<std::string_view, std::string_view> primitives[] = {
      {"int", "I"},   {"long", "J"}, {"double", "D"}, {"float", "F"},
      {"short", "S"}, {"byte", "B"}, {"char", "C"},   {"boolean", "Z"}};
  for (const auto& [name, code] : primitives)
    if (component == name) return "[" + std::string(code);
  if (component.starts_with('[')) return "[" + component;
  return "[L" + component + ";";
}

/// Calls of bound methods out of bound methods, on one thread. A list that holds itself has no text
/// and no end of comparing.
constexpr int nested_calls_max = 256;

class Nested {
 public:
  Nested() {
    if (depth_ >= nested_calls_max)
      throw NamedError("java.lang.StackOverflowError",
                       "methods of objects within one another are called more than " +
                           std::to_string(nested_calls_max) +
                           " deep; perhaps a collection holds itself");
    ++depth_;
  }
  ~Nested() { --depth_; }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;

 private:
  static inline thread_local int depth_ = 0;
};

}  // namespace

Registry::Registry() : table_(std::make_unique<detail::TypeTable>()) { bind_java_names(*this); }

Registry::~Registry() = default;

void Registry::interface(const std::string& name) { declare(name, nullptr).is_interface = true; }

void Registry::alias(const std::string& other, const std::string& name) {
  table_->alias(other, name);
}

void Registry::exception(const std::string& name, const std::string& parent) {
  auto& record = declare(name, nullptr);
  record.parents.push_back(parent);
  if (!record.constructors.empty()) return;
  const auto make = [name](const std::string& message, std::shared_ptr<const NamedError> cause) {
    return std::make_shared<NamedError>(name, message, std::move(cause));
  };
  using Message = std::optional<std::string>;
  using Cause = std::shared_ptr<const NamedError>;
  Type<void>(record)
      .constructor([make] { return make("", nullptr); })
      .constructor([make](const Message& message) { return make(message.value_or(""), nullptr); })
      .constructor([make](const Message& message, Cause cause) {
        return make(message.value_or(""), std::move(cause));
      });
}

void Registry::add_callback(const std::string& interface, std::string method,
                            detail::Overload overload) {
  auto& record = declare(interface, nullptr);
  record.is_interface = true;
  record.callback_method = method;
  record.methods[std::move(method)].push_back(std::move(overload));
}

void Registry::freeze() { table_->freeze(*this); }

bool Registry::is_frozen() const { return table_->is_frozen(); }

std::string Registry::class_name(const Value& value) const {
  if (value.data().index() < std::size(plain_class_names))
    return std::string(plain_class_names[value.data().index()]);
  const auto* object = value.get_if<Object>();
  if (!object) return "com.sun.proxy.$Proxy";
  if (const auto error = cast<NamedError>(value)) return error->class_name();
  if (const auto array = object->get<ObjectArray>()) return array_class_name(array->component());
  const auto target = table_->resolve(*object);
  return target ? target->type->name() : readable_type_name(object->type());
}

bool Registry::is_instance(const Value& value, std::string_view class_name) const {
  if (value.is_null()) return false;
  const std::string wanted = table_->canonical(class_name);
  if (wanted == "java.lang.Object") return true;
  const auto counts = [&](const detail::Class* type) {
    return type && type->supertypes.contains(wanted);
  };
  const std::string own_name = this->class_name(value);
  if (own_name == wanted || counts(table_->find(own_name))) return true;
  if (const auto* proxy = value.get_if<Proxy>()) {
    const auto& interfaces = proxy->interfaces();
    return std::any_of(interfaces.begin(), interfaces.end(), [&](const std::string& interface) {
      return table_->canonical(interface) == wanted || counts(table_->find(interface));
    });
  }
  const auto* object = value.get_if<Object>();
  const auto target = object ? table_->resolve(*object) : std::nullopt;
  if (target && counts(target->type)) return true;
  // An error whose class nobody declared counts as an ordinary exception.
  return !table_->find(own_name) && cast<NamedError>(value) &&
         counts(table_->find("java.lang.Exception"));
}

std::string Registry::text_of(CallContext& context, const Value& value) const {
  if (!value.get_if<Object>() && !value.get_if<Proxy>()) return plain_text(value);
  return plain_text(call(context, value, "toString"));
}

std::string Registry::text_of(const Value& value) const {
  SessionState state;
  CallContext context(*this, state, nullptr);
  return text_of(context, value);
}

Value Registry::call(CallContext& context, const Value& target, std::string_view method,
                     std::vector<Value> arguments) const {
  const Nested nested;
  auto result = detail::call_method(*this, context, target, method, std::move(arguments));
  if (auto* missing = std::get_if<detail::NoSuchMember>(&result))
    throw NamedError("java.lang.NoSuchMethodError", missing->text);
  return std::move(std::get<detail::Outcome>(result).value);
}

detail::TypeRecord& Registry::declare(const std::string& name, const std::type_info* type) {
  return table_->declare(name, type);
}

void Registry::add_translator(Translator translator) {
  table_->add_translator(std::move(translator));
}

void Registry::add_missing(const std::string& package, Missing handler) {
  table_->add_missing(package, std::move(handler));
}

}  // namespace py4cpp
