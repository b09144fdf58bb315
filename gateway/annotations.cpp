// SPDX-License-Identifier: Apache-2.0
#include "gateway/annotations.hpp"

#include <algorithm>

#include "gateway/records.hpp"

namespace py4cpp::detail {

void annotate(Overload& overload, const ArgumentName& note) {
  overload.notes.push_back({note.name, false, {}});
}

void annotate(Overload& overload, const ArgumentDefault& note) {
  overload.required = std::min(overload.required, overload.notes.size());
  overload.notes.push_back({note.name, true, note.value});
}

void annotate(Overload& overload, const Documentation& note) { overload.doc = note.text; }

void annotate(Overload& overload, const Variadic&) {
  overload.is_variadic = true;
  overload.required = std::min(overload.required, overload.parameters.size() - 1);
}

void annotate(Field& field, const Documentation& note) { field.doc = note.text; }

void annotate(Field& field, const ReadOnly&) { field.set = nullptr; }

}  // namespace py4cpp::detail
