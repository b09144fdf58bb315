// SPDX-License-Identifier: Apache-2.0
#include "engine/io/text_input.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/io/utf8.hpp"
#include "support.hpp"

namespace py4cpp::engine {
namespace {

using test::Folder;
using test::frames_of;
using test::java_error;
using Lines = std::vector<std::string>;

Lines whole(const Folder& folder, const std::string& name, const std::string& separator = {}) {
  auto size = std::filesystem::file_size(folder.path(name));
  return frames_of(open_lines({{folder.path(name), 0, size}}, separator));
}

std::string utf8(std::string_view text) {
  std::vector<std::byte> out;
  append_utf8(text, out);
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

TEST_SUITE_BEGIN("engine_io");

TEST_CASE("all three line ends end a line") {
  Folder folder;
  folder.write("a", "one\ntwo\r\nthree\rfour\n\nsix");
  CHECK(whole(folder, "a") == Lines{"one", "two", "three", "four", "", "six"});
  folder.write("b", "a\r\r\n\nb\r");
  CHECK(whole(folder, "b") == Lines{"a", "", "", "b"});
}

TEST_CASE("an empty file has no line, one line end makes one") {
  Folder folder;
  folder.write("none", "");
  folder.write("one", "\n");
  CHECK(whole(folder, "none").empty());
  CHECK(whole(folder, "one") == Lines{""});
}

TEST_CASE("wherever a file is cut, each line comes once") {
  Folder folder;
  for (const char* text :
       {"a\nbb\n\nccc\n", "a\r\nbb\r\n\r\nccc", "a\rbb\r\rccc\r", "\n\n\n", "a\r\n\nb\r\r\nc"}) {
    folder.write("f", text);
    auto size = std::filesystem::file_size(folder.path("f"));
    Lines expected = whole(folder, "f");
    for (std::uint64_t cut = 1; cut < size; ++cut) {
      CAPTURE(cut);
      Lines joined = frames_of(open_lines({{folder.path("f"), 0, cut}}));
      Lines rest = frames_of(open_lines({{folder.path("f"), cut, size - cut}}));
      joined.insert(joined.end(), rest.begin(), rest.end());
      CHECK(joined == expected);
    }
  }
}

TEST_CASE("wherever a file is cut, records with a long separator come once") {
  Folder folder;
  folder.write("f", "aa<>b<><>c<>");
  Lines expected{"aa", "b", "", "c"};
  CHECK(whole(folder, "f", "<>") == expected);
  for (std::uint64_t cut = 1; cut < 12; ++cut) {
    CAPTURE(cut);
    Lines joined = frames_of(open_lines({{folder.path("f"), 0, cut}}, "<>"));
    Lines rest = frames_of(open_lines({{folder.path("f"), cut, 12 - cut}}, "<>"));
    joined.insert(joined.end(), rest.begin(), rest.end());
    CHECK(joined == expected);
  }
}

TEST_CASE("a separator that overlaps itself is found from the front of the file") {
  Folder folder;
  folder.write("f", "a|||b||");
  CHECK(whole(folder, "f", "||") == Lines{"a", "|b"});
  CHECK(overlaps_itself("||"));
  CHECK(overlaps_itself("aba"));
  CHECK_FALSE(overlaps_itself("<>"));
  CHECK_FALSE(overlaps_itself("\n"));
}

TEST_CASE("lines longer than the buffer are whole") {
  Folder folder;
  std::string big(1'000'000, 'x');
  folder.write("f", big + "\n" + "y\r\n" + big + "\r\n");
  CHECK(whole(folder, "f") == Lines{big, "y", big});
}

TEST_CASE("line ends that lie on the edge of the buffer are whole") {
  Folder folder;
  for (std::size_t length = 256 * 1024 - 2; length <= 256 * 1024 + 1; ++length) {
    folder.write("f", std::string(length, 'x') + "\r\nend");
    Lines lines = whole(folder, "f");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].size() == length);
    CHECK(lines[1] == "end");
  }
}

TEST_CASE("gzip files are read through all their members") {
  Folder folder;
  folder.write_gzip("a.gz", "one\ntwo\n");
  folder.write_gzip("a.gz", "three\n");
  CHECK(whole(folder, "a.gz") == Lines{"one", "two", "three"});
}

TEST_CASE("a damaged or unknown compressed file is an error that names it") {
  Folder folder;
  folder.write_gzip("a.gz", std::string(10'000, 'x') + "\n");
  std::string content = folder.read("a.gz");
  folder.write("cut.gz", content.substr(0, content.size() - 9));
  folder.write("text.gz", "this is no gzip");
  folder.write("a.bz2", "x");
  CHECK(java_error([&] { whole(folder, "cut.gz"); }).starts_with("java.io.EOFException"));
  CHECK(java_error([&] { whole(folder, "text.gz"); }).find(folder.path("text.gz")) !=
        std::string::npos);
  CHECK(java_error([&] { whole(folder, "a.bz2"); }).find("not .bz2 files") != std::string::npos);
}

TEST_CASE("a byte order mark is dropped, at the front of a file only") {
  Folder folder;
  folder.write("f", "\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo");
  CHECK(whole(folder, "f") == Lines{"one", "\xEF\xBB\xBFtwo"});
}

TEST_CASE("malformed UTF-8 is replaced where Java replaces it") {
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(utf8("plain text of some length") == "plain text of some length");
  CHECK(utf8("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80") ==
        "gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80");
  CHECK(utf8("a\xFF"
             "b") == "a" + bad + "b");
  CHECK(utf8("\xE2\x82") == bad);         // cut off
  CHECK(utf8("\xE2\x82z") == bad + "z");  // cut off in the middle
  CHECK(utf8("\xC0\x80") == bad + bad);   // overlong
  CHECK(utf8("\xED\xA0\x80") == bad);     // a surrogate
  CHECK(utf8("\xF5\x80\x80\x80") == bad + bad + bad + bad);
}

TEST_CASE("whole files come with their URI") {
  Folder folder;
  folder.write("a", "one\ntwo\n");
  folder.write("b", "\xFF\x01");
  auto text = frames_of(open_whole_text_files({{folder.path("a"), 0, 8}}));
  CHECK(text == Lines{"file:" + folder.path("a"), "one\ntwo\n"});
  auto bytes = frames_of(open_binary_files({{folder.path("b"), 0, 2}}));
  CHECK(bytes == Lines{"file:" + folder.path("b"), "\xFF\x01"});
}

TEST_CASE("fixed records are read, half a record is an error") {
  Folder folder;
  folder.write("a", "aabbcc");
  CHECK(frames_of(open_binary_records({{folder.path("a"), 2, 4}}, 2)) == Lines{"bb", "cc"});
  CHECK(java_error([&] {
          frames_of(open_binary_records({{folder.path("a"), 0, 6}}, 4));
        }).starts_with("java.io.EOFException"));
}

TEST_CASE("a file that went away is an error that names it") {
  CHECK(java_error([] {
          frames_of(open_lines({{"/no/such/file", 0, 1}}));
        }) == "java.io.FileNotFoundException: /no/such/file (No such file or directory)");
}

TEST_SUITE_END();

}  // namespace
}  // namespace py4cpp::engine
