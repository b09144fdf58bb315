// SPDX-License-Identifier: Apache-2.0
#include "launcher/properties.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace py4cpp::launcher;

TEST_SUITE_BEGIN("launcher properties");

TEST_CASE("key and value are parted by blanks, '=' or ':'") {
  CHECK_EQ(parse_properties("a 1\nb=2\nc : 3\n  d\t =\t4  \ne\nf==\tx"),
           Properties{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"e", ""}, {"f", "=\tx"}});
  CHECK_EQ(parse_properties("f= = x").at("f"), "= x");
}

TEST_CASE("comments and empty lines do not count") {
  CHECK_EQ(parse_properties("# a 1\n\n  ! b 2\r\n   \nc 3 # 4\r\n"), Properties{{"c", "3 # 4"}});
}

TEST_CASE("a backslash at the end continues the line, two do not") {
  CHECK_EQ(parse_properties("a 1,\\\n   2\nb x\\\\\nc 3\nd 4\\"),
           Properties{{"a", "1,2"}, {"b", "x\\"}, {"c", "3"}, {"d", "4"}});
}

TEST_CASE("escapes are those of Java") {
  CHECK_EQ(parse_properties("a\\ b\\=c x\\ty\\u00e4\\u20AC\\q"),
           Properties{{"a b=c", "x\ty\xC3\xA4\xE2\x82\xACq"}});
}

TEST_CASE("the last of equal keys wins") { CHECK_EQ(parse_properties("a 1\na 2").at("a"), "2"); }

TEST_CASE("a file that cannot be read is named") {
  CHECK(contains(error_of([] { read_properties("/no/such/file"); }), "'/no/such/file'"));
  CHECK(contains(error_of([] { read_properties("/tmp"); }), "Is a directory"));
}

TEST_CASE("a file is read as a whole") {
  const Folder folder;
  CHECK_EQ(read_properties(folder.write("p.conf", "spark.a 1\nspark.b 2")).size(), 2);
}

TEST_SUITE_END();
