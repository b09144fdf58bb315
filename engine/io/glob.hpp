// SPDX-License-Identifier: Apache-2.0
//
// Hadoop's path patterns over the local file system: `*` and `?` within one name, `[a-c]`,
// `[^a-c]`,
// `{one,two/three}` (also nested and across slashes), and `\` before a character taken as it is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace py4cpp::engine {

/// The alternatives that one pattern may unfold into; more is refused with NamedError
/// java.io.IOException, because braces multiply.
inline constexpr std::size_t glob_alternatives_max = 10'000;

/// True when the path means more than itself.
bool is_glob(std::string_view path);

/// The pattern without braces: one pattern for each combination of alternatives. Throws NamedError
/// java.io.IOException ("Illegal file pattern") when a brace is not closed.
std::vector<std::string> expand_braces(std::string_view pattern);

/// Matches one name (no slash) against a pattern without braces. Throws NamedError
/// java.io.IOException when a `[` is not closed or a `\` ends the pattern.
bool matches_glob(std::string_view pattern, std::string_view name);

/// The existing paths that an absolute pattern means, sorted, each once. A path without any
/// pattern gives itself when it exists.
std::vector<std::string> find_glob(std::string_view absolute_pattern);

}  // namespace py4cpp::engine
