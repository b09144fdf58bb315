// SPDX-License-Identifier: Apache-2.0
//
// Cutting a stream into commands, whatever the pieces in which it arrives.
#include "gateway/wire/command_reader.hpp"

#include <doctest/doctest.h>

namespace py4cpp::wire {

namespace {

using Lines = std::vector<std::string>;

/// Feeds text in pieces of a given size and collects the messages.
class Feeder {
 public:
  explicit Feeder(std::size_t bytes_max = 10'000, std::size_t lines_max = 100)
      : reader({bytes_max, lines_max}) {}

  std::vector<Lines> feed(std::string_view text, std::size_t piece = 1'000'000) {
    std::vector<Lines> messages;
    while (!text.empty() && !failed) {
      const auto space = reader.space();
      const std::size_t count = std::min({piece, text.size(), space.size()});
      std::copy_n(text.begin(), count, space.begin());
      reader.filled(count);
      text.remove_prefix(count);
      for (;;) {
        auto message = reader.next();
        if (!message) failed = message.error();
        if (failed || !*message) break;
        messages.emplace_back((*message)->lines.begin(), (*message)->lines.end());
      }
    }
    return messages;
  }

  CommandReader reader;
  std::error_code failed;
};

}  // namespace

TEST_SUITE("command reader") {
  TEST_CASE("a command ends at its e line") {
    CHECK(Feeder().feed("c\no1\nm\ni1\nsx\ne\n") ==
          std::vector<Lines>{{"c", "o1", "m", "i1", "sx"}});
    CHECK(Feeder().feed("i\na.B\ne\n") == std::vector<Lines>{{"i", "a.B"}});
  }

  TEST_CASE("a blank line ends a command as well") {
    CHECK(Feeder().feed("c\no1\nm\ni1\n\n") == std::vector<Lines>{{"c", "o1", "m", "i1"}});
    CHECK(Feeder().feed("c\no1\nm\n  \n") == std::vector<Lines>{{"c", "o1", "m"}});
  }

  TEST_CASE("members called e do not end a command") {
    CHECK(Feeder().feed("c\no1\ne\ne\n") == std::vector<Lines>{{"c", "o1", "e"}});
    CHECK(Feeder().feed("f\ng\no1\ne\ne\n") == std::vector<Lines>{{"f", "g", "o1", "e"}});
    CHECK(Feeder().feed("a\ne\no1\ne\n") == std::vector<Lines>{{"a", "e", "o1"}});
    CHECK(Feeder().feed("r\nu\ne\nrj\ne\n") == std::vector<Lines>{{"r", "u", "e", "rj"}});
    CHECK(Feeder().feed("r\nm\na.B\ne\ne\n") == std::vector<Lines>{{"r", "m", "a.B", "e"}});
  }

  TEST_CASE("commands without a closing e line are complete by their number of lines") {
    CHECK(Feeder().feed("A\ntoken\n") == std::vector<Lines>{{"A", "token"}});
    CHECK(Feeder().feed("s\n") == std::vector<Lines>{{"s"}});
    CHECK(Feeder().feed("z\n127.0.0.1\n5\n6\n") ==
          std::vector<Lines>{{"z", "127.0.0.1", "5", "6"}});
  }

  TEST_CASE("an answer is one line") {
    CHECK(Feeder().feed("!yi5\n!xsbad\n") == std::vector<Lines>{{"!yi5"}, {"!xsbad"}});
    CHECK(Feeder().feed("!y\n") == std::vector<Lines>{{"!y"}});
  }

  TEST_CASE("an unknown command is one line and an unknown sub-command is read to its end") {
    CHECK(Feeder().feed("GET / HTTP/1.1\n") == std::vector<Lines>{{"GET / HTTP/1.1"}});
    CHECK(Feeder().feed("q\n") == std::vector<Lines>{{"q"}});
    CHECK(Feeder().feed("m\nx\no1\ne\n") == std::vector<Lines>{{"m", "x", "o1"}});
    CHECK(Feeder().feed("j\ns\nsomething\ne\n") == std::vector<Lines>{{"j", "s", "something"}});
  }

  TEST_CASE("pieces of any size give the same commands") {
    const std::string text =
        "A\ntoken\nc\no1\nm\nsabc\ne\nm\nd\no7\ne\nr\nu\njava\nrj\ne\n!yv\ns\n";
    const auto whole = Feeder().feed(text);
    CHECK(whole.size() == 6);
    for (std::size_t piece = 1; piece <= text.size(); ++piece)
      CHECK_MESSAGE(Feeder().feed(text, piece) == whole, piece);
  }

  TEST_CASE("a command of as many bytes as the limit passes and one more does not") {
    const std::string frame = "c\no1\nm\ns\ne\n";
    const auto with_text = [&](std::size_t count) {
      return "c\no1\nm\ns" + std::string(count, 'x') + "\ne\n";
    };
    const std::size_t bytes_max = 5000;
    Feeder fits(bytes_max);
    CHECK(fits.feed(with_text(bytes_max - frame.size())).size() == 1);
    Feeder too_long(bytes_max);
    CHECK(too_long.feed(with_text(bytes_max - frame.size() + 1)).empty());
    CHECK(too_long.failed == WireError::too_many_bytes);
  }

  TEST_CASE("an endless line is refused at the limit, not when memory ends") {
    Feeder feeder(10'000);
    feeder.feed(std::string(1'000'000, 'x'));
    CHECK(feeder.failed == WireError::too_many_bytes);
    CHECK(feeder.reader.rest().size() <= 10'001);
  }

  TEST_CASE("too many arguments are refused") {
    Feeder feeder(1'000'000, 50);
    std::string text = "c\no1\nm\n";
    for (int i = 0; i < 100; ++i) text += "i1\n";
    feeder.feed(text);
    CHECK(feeder.failed == WireError::too_many_lines);
  }

  TEST_CASE("a large command leaves no large buffer behind") {
    Feeder feeder(10'000'000);
    CHECK(feeder.feed("c\no1\nm\ns" + std::string(5'000'000, 'x') + "\ne\n").size() == 1);
    CHECK(feeder.feed("s\n").size() == 1);
    CHECK(feeder.reader.space().size() <= 300'000);
  }
}

}  // namespace py4cpp::wire
