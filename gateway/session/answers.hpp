// SPDX-License-Identifier: Apache-2.0
//
// Between values and the text of the protocol, where ids come in: reading arguments (an id finds an
// object) and writing answers (an object gets an id).
#pragma once

#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/session/core.hpp"
#include "gateway/wire/wire.hpp"

namespace py4cpp {

/// The object, view or entry point of an id; nothing when the id is unknown.
std::optional<Value> find_target(const Core& core, std::string_view id);

/// Why find_target found nothing, as a sentence: the id is unknown, or another gateway's.
std::string unknown_object_text(const Core& core, std::string_view id);

/// One part as a value. An unknown id is an error, not null as with Java.
struct ArgumentError {
  std::string text;
  bool is_fatal;  // The stream cannot be trusted any more.
};
using ArgumentResult = std::variant<Value, ArgumentError>;
ArgumentResult read_part(Core& core, std::string_view line);

/// Appends a value as a part; mints an id for an object. Throws Overloaded when no id is left, and
/// Error when the object's type is not registered.
void append_value(Core& core, std::string& out, const Value& value);

/// Forgets the object that append_value minted an id for in this part, because Python will never
/// see the part. Parts of plain values are ignored.
void take_back(Core& core, std::string_view part);

/// Whole answers, replacing what `answer` held.
void answer_value(Core& core, std::string& answer, const Value& value);
void answer_void(std::string& answer);
void answer_text(std::string& answer, std::string_view text);
void answer_error(std::string& answer, std::string_view text);
void answer_fatal(std::string& answer, std::string_view text);

/// Answers with the exception that is being handled: a reference to it as a Java exception, or text
/// when no id is left. Call it from a catch block only.
void answer_current_exception(Core& core, std::string& answer);

}  // namespace py4cpp
