// SPDX-License-Identifier: Apache-2.0
//
// Files of settings in the form of spark-defaults.conf: one `key value` a line, parted by blanks,
// `=` or `:`; `#` and `!` begin comments, and a backslash at the end of a line continues it.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace py4cpp::launcher {

using Properties = std::map<std::string, std::string>;

/// Reads the text of such a file. Escapes (`\t`, `\=`, `\u0041`) are those of Java's properties;
/// blanks at the end of a value do not count. The last of several equal keys wins.
Properties parse_properties(std::string_view text);

/// Reads a file. Throws Error that names the path and the reason.
Properties read_properties(const std::string& path);

}  // namespace py4cpp::launcher
