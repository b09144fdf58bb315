// SPDX-License-Identifier: Apache-2.0
//
// The bytes that Python's own unpickler reads; what it makes of them is tested in
// tests/python/driver.
#include "engine/io/pickle_writer.hpp"

#include <doctest/doctest.h>

#include "engine/io/text_input.hpp"
#include "support.hpp"

namespace py4cpp::engine {
namespace {

template <class Write>
std::string pickled(Write write) {
  std::vector<std::byte> out;
  PickleWriter pickle(out);
  write(pickle);
  pickle.finish();
  std::string text(reinterpret_cast<const char*>(out.data()), out.size());
  CHECK(text.substr(0, 2) == "\x80\x02");
  CHECK(text.back() == '.');
  return text.substr(2, text.size() - 3);
}

using namespace std::string_literals;

TEST_SUITE_BEGIN("engine_io");

TEST_CASE("plain values have their opcodes") {
  CHECK(pickled([](PickleWriter& p) { p.none(); }) == "N");
  CHECK(pickled([](PickleWriter& p) { p.boolean(true); }) == "\x88");
  CHECK(pickled([](PickleWriter& p) { p.integer(5); }) == "K\x05");
  CHECK(pickled([](PickleWriter& p) { p.integer(-1); }) == "J\xFF\xFF\xFF\xFF");
  CHECK(pickled([](PickleWriter& p) { p.integer(1LL << 40); }) == "\x8a\x08\0\0\0\0\0\x01\0\0"s);
  CHECK(pickled([](PickleWriter& p) { p.floating(1.0); }) == "G\x3f\xf0\0\0\0\0\0\0"s);
  CHECK(pickled([](PickleWriter& p) { p.text("h\xC3\xA9"); }) == "X\x03\0\0\0h\xC3\xA9"s);
}

TEST_CASE("containers hold what is written between") {
  CHECK(pickled([](PickleWriter& p) {
          p.begin_list();
          p.none();
          p.begin_tuple();
          p.integer(1);
          p.end_tuple();
          p.end_list();
        }) == "](N(K\x01te");
}

TEST_CASE("rows share the maker and the names through the memo") {
  std::vector<std::string> names{"v"};
  std::string text = pickled([&](PickleWriter& p) {
    for (int i = 0; i < 2; ++i) {
      p.begin_row(names);
      p.integer(i);
      p.end_row();
    }
  });
  CHECK(text ==
        "cpyspark.sql.types\n_create_row\nr\0\0\0\0](X\x01\0\0\0ver\x01\0\0\0(K\0t\x86R"
        "j\0\0\0\0j\x01\0\0\0(K\x01t\x86R"s);
}

TEST_CASE("text rows come in batches of at most a hundred") {
  test::Folder folder;
  std::string lines;
  for (int i = 0; i < 250; ++i) lines += "x\n";
  folder.write("a", lines);
  auto batches = test::frames_of(open_text_rows({{folder.path("a"), 0, lines.size()}}, {}));
  CHECK(batches.size() == 3);
}

TEST_SUITE_END();

}  // namespace
}  // namespace py4cpp::engine
