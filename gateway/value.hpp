// SPDX-License-Identifier: Apache-2.0
//
// Value: anything that crosses the gateway. Plain values (numbers, text, bytes) are copied over the
// wire; an Object or a Proxy is only referenced there. Values copy cheaply except for long text and
// bytes. A Value belongs to one thread at a time; the object behind it may be shared.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace py4cpp {

/// Raw bytes: `bytes` in Python, `byte[]` in Java's words.
using Bytes = std::vector<std::byte>;

/// A decimal number as text, in the form of Python's `str(Decimal)`. The gateway does not compute.
struct Decimal {
  std::string text;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};

namespace detail {

/// What an Object knows of the type of the pointer that it was made from. Constants of an
/// enumeration have no identity of their own, so they are compared by value.
struct PointerType {
  const std::type_info* type;
  bool is_const;
  bool (*equal)(const void* a, const void* b);  // Null: by identity.
  std::size_t (*hash)(const void* object);
};

template <class T>
constexpr PointerType describe_pointer() {
  if constexpr (std::is_enum_v<T>)
    return {&typeid(T), std::is_const_v<T>,
            [](const void* a, const void* b) {
              return *static_cast<const T*>(a) == *static_cast<const T*>(b);
            },
            [](const void* object) {
              return static_cast<std::size_t>(*static_cast<const T*>(object));
            }};
  else
    return {&typeid(T), std::is_const_v<T>, nullptr, nullptr};
}
template <class T>
inline constexpr PointerType pointer_type = describe_pointer<T>();

}  // namespace detail

/// A shared C++ object together with what is known of its type. Never empty.
///
/// The type is that of the object itself when its class has virtual functions, else the one of the
/// pointer it was made from. No registry is needed to make an Object; the class that Python sees is
/// looked up when the object leaves (most derived registered type first, then the pointer's type).
class Object {
 public:
  /// Keeps `pointer` alive for as long as the Object or a copy of it lives. Throws Error on null.
  template <class T>
  static Object of(std::shared_ptr<T> pointer) {
    using Plain = std::remove_const_t<T>;
    static_assert(!std::is_void_v<Plain>, "an Object needs a typed pointer, not shared_ptr<void>");
    if (!pointer) throw Error("an Object cannot be made from a null pointer");
    auto plain = std::const_pointer_cast<Plain>(std::move(pointer));
    Object object;
    object.static_type_ = &detail::pointer_type<T>;
    if constexpr (std::is_polymorphic_v<Plain>) {
      object.type_ = &typeid(*plain);
      auto* whole = static_cast<std::byte*>(dynamic_cast<void*>(plain.get()));
      auto* part = static_cast<std::byte*>(static_cast<void*>(plain.get()));
      object.static_offset_ = part - whole;
      object.pointer_ = std::shared_ptr<void>(std::move(plain), whole);
    } else {
      object.type_ = &typeid(Plain);
      object.pointer_ = std::move(plain);
    }
    return object;
  }

  /// The whole object, of type `type()`.
  const std::shared_ptr<void>& pointer() const { return pointer_; }
  const std::type_info& type() const { return *type_; }

  /// The object as the type of the pointer that it was made from.
  void* static_pointer() const { return static_cast<std::byte*>(pointer_.get()) + static_offset_; }
  const std::type_info& static_type() const { return *static_type_->type; }

  /// Whether it was made from a pointer to const. Python may then neither set its fields nor call
  /// what changes it, nor pass it where C++ takes a T& or a shared_ptr<T>.
  bool is_const() const { return static_type_->is_const; }

  /// The object as a T when T is one of the two types above, else null, whether const or not. For
  /// bases of a registered type use Registry::cast.
  template <class T>
  std::shared_ptr<T> get() const {
    if (*type_ == typeid(T)) return std::static_pointer_cast<T>(pointer_);
    if (static_type() == typeid(T))
      return std::shared_ptr<T>(pointer_, static_cast<T*>(static_pointer()));
    return nullptr;
  }

  /// Two Objects are equal when they are the same object or the same constant of an enumeration.
  /// The first member of an object, at the same address, is another one by its type.
  friend bool operator==(const Object& a, const Object& b) {
    if (*a.type_ != *b.type_) return false;
    return a.pointer_ == b.pointer_ ||
           (a.static_type_->equal && a.static_type_->equal(a.pointer_.get(), b.pointer_.get()));
  }
  /// Agrees with operator==.
  std::size_t hash() const {
    return static_type_->hash ? static_type_->hash(pointer_.get())
                              : std::hash<void*>()(pointer_.get());
  }

 private:
  Object() = default;

  std::shared_ptr<void> pointer_;
  const std::type_info* type_ = nullptr;
  const detail::PointerType* static_type_ = nullptr;
  std::ptrdiff_t static_offset_ = 0;
};

class Registry;
class RemoteProxy;
class Value;

/// A Python object that C++ may call. Copies refer to the same Python object, which Python keeps
/// alive until the last copy is gone. May be called from any thread (see Gateway for where the call
/// goes). See proxy.hpp for the calling interface.
class Proxy {
 public:
  explicit Proxy(std::shared_ptr<RemoteProxy> remote) : remote_(std::move(remote)) {}

  /// Calls `method` on the Python object and waits for its result. Throws PythonError when Python
  /// raised, NamedError when Python passed an exception of ours through, Disconnected when Python
  /// cannot be reached. While it waits, nested calls from Python are served on this thread.
  Value call(std::string_view method, std::vector<Value> arguments) const;
  /// The same without arguments.
  Value call(std::string_view method) const;
  /// The same with any arguments that could be returned to Python, and the result as an R (or
  /// void): `double area = shape.call<double>("area", 2, "metres")`. Throws Error when Python
  /// returned something that is no R.
  template <class R = Value, class... A>
  R call(std::string_view method, A&&... arguments) const;

  /// The names of the interfaces that the Python class declares.
  const std::vector<std::string>& interfaces() const;

  const std::shared_ptr<RemoteProxy>& remote() const { return remote_; }
  friend bool operator==(const Proxy&, const Proxy&) = default;

 private:
  using TakeResult = std::function<void(Value& result, const Registry& registry)>;
  /// Calls, and hands over the result with the registry that it is to be converted with. The
  /// gateway does not end meanwhile.
  void call_and_take(std::string_view method, std::vector<Value> arguments,
                     const TakeResult& take) const;

  std::shared_ptr<RemoteProxy> remote_;
};

/// Null, a plain value, an Object or a Proxy.
class Value {
 public:
  /// An unsigned number is one that is too large for a signed one.
  using Data = std::variant<std::monostate, bool, std::int32_t, std::int64_t, std::uint64_t, double,
                            Decimal, std::string, Bytes, Object, Proxy>;

  Value() = default;
  Value(std::nullptr_t) {}
  Value(std::same_as<bool> auto value) : data_(value) {}
  /// Up to 32 bits signed become a Java int, wider ones a long, larger ones a BigInteger.
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>) Value(T value) {
    if constexpr (sizeof(T) < 4 || std::same_as<T, std::int32_t>) {
      data_ = static_cast<std::int32_t>(value);
    } else if (std::in_range<std::int64_t>(value)) {
      data_ = static_cast<std::int64_t>(value);
    } else {
      data_ = static_cast<std::uint64_t>(value);
    }
  }
  Value(std::floating_point auto value) : data_(static_cast<double>(value)) {}
  Value(Decimal value) : data_(std::move(value)) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  /// A null pointer becomes null.
  Value(const char* value) {
    if (value) data_ = std::string(value);
  }
  Value(Bytes value) : data_(std::move(value)) {}
  Value(Object value) : data_(std::move(value)) {}
  Value(Proxy value) : data_(std::move(value)) {}
  /// A null pointer becomes null.
  template <class T>
  Value(std::shared_ptr<T> pointer) {
    if (pointer) data_ = Object::of(std::move(pointer));
  }

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  const Data& data() const { return data_; }
  Data& data() { return data_; }

  /// The value as exactly this alternative, or null. Valid while the Value is unchanged.
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&data_);
  }

  /// The shared object as a T (see Object::get), or null when the value is anything else.
  template <class T>
  std::shared_ptr<T> object() const {
    const auto* held = std::get_if<Object>(&data_);
    return held ? held->get<T>() : nullptr;
  }

  /// Plain values compare by content (int and long by number), Objects and Proxies by identity.
  friend bool operator==(const Value& a, const Value& b);

 private:
  Data data_;
};

/// Agrees with Value's operator==.
struct ValueHash {
  std::size_t operator()(const Value& value) const;
};

/// The value as Java's String.valueOf would show a plain one. Objects show as their C++ type; use
/// Registry::text_of to call their toString.
std::string plain_text(const Value& value);

}  // namespace py4cpp
