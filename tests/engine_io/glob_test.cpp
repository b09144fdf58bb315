// SPDX-License-Identifier: Apache-2.0
#include "engine/io/glob.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

namespace py4cpp::engine {
namespace {

using test::Folder;
using test::java_error;
using Names = std::vector<std::string>;

TEST_SUITE_BEGIN("engine_io");

TEST_CASE("a pattern of one name matches as Hadoop's does") {
  CHECK(matches_glob("*", ""));
  CHECK(matches_glob("a*c", "abbbc"));
  CHECK(matches_glob("a*b*c", "aXbYbZc"));
  CHECK_FALSE(matches_glob("a*c", "abbbd"));
  CHECK(matches_glob("a?c", "abc"));
  CHECK(matches_glob("a?c",
                     "a\xC3\xA9"
                     "c"));
  CHECK_FALSE(matches_glob("a?c", "ac"));
  CHECK(matches_glob("[a-c]x", "bx"));
  CHECK_FALSE(matches_glob("[^a-c]x", "bx"));
  CHECK(matches_glob("[^a-c]x", "dx"));
  CHECK(matches_glob("[abz]", "z"));
  CHECK(matches_glob("\\*", "*"));
  CHECK_FALSE(matches_glob("\\*", "x"));
}

TEST_CASE("braces unfold, also nested and across slashes") {
  CHECK(expand_braces("a{b,c}d") == Names{"abd", "acd"});
  CHECK(expand_braces("{a,b/{c,d}}/x") == Names{"a/x", "b/c/x", "b/d/x"});
  CHECK(expand_braces("x\\{y\\}") == Names{"x\\{y\\}"});
  CHECK(expand_braces("plain") == Names{"plain"});
}

TEST_CASE("a bad pattern is refused with its text") {
  CHECK(java_error([] { expand_braces("a{b"); }).find("Unclosed group in 'a{b'") !=
        std::string::npos);
  CHECK(java_error([] { matches_glob("[ab", "a"); }).find("Unclosed character class") !=
        std::string::npos);
}

TEST_CASE("braces that multiply beyond the bound are refused") {
  std::string bomb;
  for (int i = 0; i < 20; ++i) bomb += "{a,b}";
  CHECK(java_error([&] { expand_braces(bomb); }).find("Too many alternatives") !=
        std::string::npos);
}

TEST_CASE("a pattern finds what exists, sorted and once") {
  Folder folder;
  for (const char* name : {"b/one.txt", "a/one.txt", "a/two.txt", "c/three.md"}) {
    folder.write(name, "x");
  }
  auto find = [&](const std::string& pattern) {
    Names found = find_glob(folder.path() + "/" + pattern);
    for (std::string& path : found) path = path.substr(folder.path().size() + 1);
    return found;
  };
  CHECK(find("*/*.txt") == Names{"a/one.txt", "a/two.txt", "b/one.txt"});
  CHECK(find("{a/one,c/three,a/one}.*") == Names{"a/one.txt", "c/three.md"});
  CHECK(find("a//one.txt") == Names{"a/one.txt"});
  CHECK(find("[bc]") == Names{"b", "c"});
  CHECK(find("nothing*").empty());
}

TEST_SUITE_END();

}  // namespace
}  // namespace py4cpp::engine
