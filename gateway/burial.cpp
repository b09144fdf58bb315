// SPDX-License-Identifier: Apache-2.0
#include "gateway/burial.hpp"

#include <memory>
#include <new>
#include <utility>

namespace py4cpp::detail {

namespace {

using Grave = std::vector<std::shared_ptr<void>>;
thread_local Grave* grave = nullptr;  // That of the outermost bury() of this thread.

template <class T>
void bury_outermost(T owned) noexcept {
  Grave left;
  grave = &left;
  { const T first = std::move(owned); }
  while (!left.empty()) {
    const auto last = std::move(left.back());
    left.pop_back();
  }
  grave = nullptr;
}

}  // namespace

void bury(Value value) noexcept {
  if (!grave) return bury_outermost(std::move(value));
  try {
    if (const auto* object = value.get_if<Object>()) grave->push_back(object->pointer());
  } catch (const std::bad_alloc&) {
    // Without memory for the grave it goes now, on top of the stack.
  }
}

void bury(std::vector<Value> values) noexcept {
  if (!grave) return bury_outermost(std::move(values));
  for (Value& value : values) bury(std::move(value));
}

}  // namespace py4cpp::detail
