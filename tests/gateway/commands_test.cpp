// SPDX-License-Identifier: Apache-2.0
//
// Each command as a conversation, byte by byte.
#include <doctest/doctest.h>

#include "fixture.hpp"

namespace py4cpp::test {

TEST_SUITE("commands") {
  TEST_CASE("a call on the entry point answers with the result") {
    Conversation().play(Script()
                            .exchange("c\nt\narea\ne\n", "!yd9.0\n")
                            .exchange("c\nt\nkind\ne\n", "!ysshape\n")
                            .exchange("c\nt\nrest\ne\n", "!yv\n")
                            .exchange("c\nt\ne\ne\n", "!ysa method called e\n"));
  }

  TEST_CASE("objects get a new id at each return and are forgotten on request") {
    Conversation conversation;
    conversation.play(Script()
                          .exchange("c\nt\ngrow\ni1\ne\n", "!yro0\n")
                          .exchange("c\no0\ngrow\ni1\ne\n", "!yro1\n")
                          .exchange("m\nd\no0\ne\n", "!yv\n")
                          .exchange("c\no1\narea\ne\n", "!yd25.0\n")
                          .exchange("m\nd\no99\ne\n", "!yv\n")
                          .exchange("m\nd\nt\ne\n", "!yv\n")
                          .exchange("c\nt\narea\ne\n", "!yd25.0\n"));
    CHECK(conversation.core->objects.size() == 1);
  }

  TEST_CASE("constructors make objects, or values where Java would box one") {
    Conversation().play(Script()
                            .exchange("i\ntest.Square\ni4\ne\n", "!yro0\n")
                            .exchange("c\no0\narea\ne\n", "!yd16.0\n")
                            .exchange("i\nold.Square\ne\n", "!yro1\n")
                            .exchange("i\njava.lang.Double\nd1.5\ne\n", "!yd1.5\n")
                            .exchange("i\njava.util.ArrayList\ne\n", "!ylo2\n")
                            .exchange("i\njava.util.HashMap\ne\n", "!yao3\n")
                            .exchange("i\njava.util.HashSet\ne\n", "!yho4\n")
                            .exchange("c\no2\niterator\ne\n", "!ygo5\n"));
  }

  TEST_CASE("a field that may change its object is no field of a const one") {
    Conversation().play(Script()
                            .exchange("f\ng\nt\ngrown\ne\n", "!yi4\n")
                            .exchange("c\nz:test.Square\nsealed\ne\n", "!yro0\n")
                            .exchange("f\ng\no0\ndouble_side\ne\n", "!yi10\n")
                            .exchange("f\ng\no0\ngrown\ne\n", "!xro1\n")
                            .exchange("f\ng\no0\ndouble_side\ne\n", "!yi10\n"));
  }

  TEST_CASE("statics are called through the class name") {
    Conversation().play(
        Script()
            .exchange("c\nz:test.Square\nunit\ne\n", "!yro0\n")
            .exchange("c\no0\narea\ne\n", "!yd1.0\n")
            .exchange("c\nz:java.lang.Math\nmax\ni3\ni5\ne\n", "!yi5\n")
            .exchange("c\nz:java.lang.Math\nabs\ni-7\ne\n", "!yi7\n")
            .exchange("c\nz:java.lang.Math\nabs\ni-2147483648\ne\n", "!yi-2147483648\n")
            .exchange("c\nz:java.lang.Integer\nparseInt\ns12\ne\n", "!yi12\n"));
  }

  TEST_CASE("an exception becomes an object that can be asked") {
    Conversation().play(
        Script()
            .exchange("c\nt\nfail\ne\n", "!xro0\n")
            .exchange("p\nro0\ne\n",
                      "!ysjava.lang.IndexOutOfBoundsException: far out"
                      "\\n\tat C++ (std::out_of_range)\n")
            .exchange("c\no0\ngetMessage\ne\n", "!ysfar out\n")
            .exchange("c\no0\ntoString\ne\n", "!ysjava.lang.IndexOutOfBoundsException: far out\n")
            .exchange("c\no0\ngetCause\ne\n", "!yn\n")
            .exchange("c\no0\ngetStackTrace\ne\n", "!yto1\n")
            .exchange("a\ne\no1\ne\n", "!yi0\n")
            .exchange("c\no0\ngetClass\ne\n", "!yro2\n")
            .exchange("c\no2\ngetName\ne\n", "!ysjava.lang.IndexOutOfBoundsException\n")
            .exchange("c\nz:py4j.reflection.TypeUtil\nisInstanceOf\nsjava.lang.RuntimeException\n"
                      "ro0\ne\n",
                      "!ybtrue\n"));
  }

  TEST_CASE("a bound exception class keeps its own methods") {
    Conversation().play(Script()
                            .exchange("c\nt\npick\ne\n", "!xro0\n")
                            .exchange("c\no0\nadvice\ne\n", "!ysrelax\n")
                            .exchange("c\no0\ngetMessage\ne\n", "!ystoo picky\n")
                            .exchange("p\nro0\ne\n", "!ystest.Picky: too picky\n"));
  }

  TEST_CASE("what is not there is an error that names it") {
    Conversation().play(
        Script()
            .exchange("c\nt\nfly\nsx\ne\n",
                      "!xspy4j.Py4JException: Method fly([class java.lang.String]) does not exist "
                      "in test.Square\n")
            .exchange("c\no77\narea\ne\n",
                      "!xspy4j.Py4JException: Target Object ID does not exist for this gateway: "
                      "o77\n")
            .exchange("c\nt\ngrow\nro77\ne\n", "!xsthe object o77 is unknown to this gateway\n")
            .exchange("i\nno.Such\ne\n", "!xspy4j.Py4JException: Class no.Such does not exist\n")
            .exchange("c\nz:no.Such\nm\ne\n",
                      "!xspy4j.Py4JException: Class no.Such does not exist\n"));
  }

  TEST_CASE("ids of another gateway are refused, and deleting one does nothing") {
    GatewayOptions options = Conversation::without_token();
    options.object_id_nonce = "271";
    Conversation(options).play(
        Script()
            .exchange(
                "c\no1314\narea\ne\n",
                "!xspy4j.Py4JException: the object o1314 belongs to another gateway, and only "
                "that one can use it; pass a plain value instead, or make the object anew "
                "here\n")
            .exchange(
                "c\nt\ngrow\nro1314\ne\n",
                "!xsthe object o1314 belongs to another gateway, and only that one can use it; "
                "pass a plain value instead, or make the object anew here\n")
            .exchange("c\nt\ngrow\nro77271\ne\n",
                      "!xsthe object o77271 is unknown to this gateway\n")
            .exchange("m\nd\no1314\ne\n", "!yv\n"));
  }

  TEST_CASE("an object without a registered class cannot be returned") {
    Conversation conversation;
    conversation.play(
        Script()
            .exchange("c\nz:test.Square\nhidden\ne\n", "!xro0\n")
            .exchange("p\nro0\ne\n",
                      "!ysjava.lang.RuntimeException: no class is registered for the C++ type "
                      "py4cpp::test::Counted, so it cannot be returned to Python\n"));
    CHECK(Counted::alive == 0);
  }

  TEST_CASE("an argument that cannot be read ends the connection") {
    Conversation().play(Script()
                            .send("c\nt\ngrow\nq\ne\n")
                            .expect("!zsan argument cannot be read: an argument begins with an "
                                    "unknown type code\n"));
  }

  TEST_CASE("an integer of more than 64 bits is an error of its call only") {
    Conversation().play(Script()
                            .exchange("c\nt\ngrow\nL18446744073709551616\ne\n",
                                      "!xsan argument cannot be read: an integer needs more than "
                                      "64 bits\n")
                            .exchange("c\nt\narea\ne\n", "!yd9.0\n"));
  }

  TEST_CASE("an unknown command ends the connection and an unknown sub-command does not") {
    Conversation().play(
        Script().send("GET / HTTP/1.1\n").expect("!zsUnknown command received: GET / HTTP/1.1\n"));
    Conversation().play(Script()
                            .exchange("m\na\no1\ne\n", "!xsUnknown sub-command a of m\n")
                            .exchange("j\ns\nx\ne\n", "!xsUnknown sub-command s of j\n")
                            .exchange("c\nt\narea\ne\n", "!yd9.0\n"));
  }

  TEST_CASE("fields are read and set, computed and inherited ones too") {
    Conversation().play(
        Script()
            .exchange("f\ng\nt\nside\ne\n", "!yi3\n")
            .exchange("f\ns\nt\nside\ni7\ne\n", "!yv\n")
            .exchange("f\ng\nt\nside\ne\n", "!yi7\n")
            .exchange("f\ng\nt\ndouble_side\ne\n", "!yi14\n")
            .exchange("f\ns\nt\ndouble_side\ni1\ne\n", "!yo\n")
            .exchange("f\ng\nt\nkind\ne\n", "!ysshape\n")
            .exchange("f\ng\nt\nnothing\ne\n", "!yo\n")
            .send("f\ns\nt\nside\nsx\ne\n")
            .expect("!zsthe field cannot hold a value of class java.lang.String\n"));
  }

  TEST_CASE("names resolve to classes, else to packages, never to an error") {
    Conversation().play(Script()
                            .exchange("r\nu\ntest.Square\nrj\ne\n", "!yctest.Square\n")
                            .exchange("r\nu\nold.Square\nrj\ne\n", "!yctest.Square\n")
                            .exchange("r\nu\ntest\nrj\ne\n", "!yp\n")
                            .exchange("r\nu\n_fqn\nrj\ne\n", "!yp\n")
                            .exchange("r\nu\nSystem\nrj\ne\n", "!ycjava.lang.System\n")
                            .exchange("r\nu\nSquare\nrj\ne\n", "!yp\n"));
  }

  TEST_CASE("imports give simple names, in the view that has them") {
    Conversation().play(Script()
                            .exchange("j\ni\nrj\ntest.Square\ne\n", "!yv\n")
                            .exchange("r\nu\nSquare\nrj\ne\n", "!yctest.Square\n")
                            .exchange("j\nc\nsother\ne\n", "!yro0\n")
                            .exchange("r\nu\nSquare\nro0\ne\n", "!yp\n")
                            .exchange("j\ni\nro0\ntest.*\ne\n", "!yv\n")
                            .exchange("r\nu\nSquare\nro0\ne\n", "!yctest.Square\n")
                            .exchange("j\nr\nrj\ntest.Square\ne\n", "!ybtrue\n")
                            .exchange("j\nr\nrj\ntest.Square\ne\n", "!ybfalse\n")
                            .exchange("r\nu\nSquare\nrj\ne\n", "!yp\n")
                            .exchange("j\ni\nrj\nno.such.Thing\ne\n", "!yv\n"));
  }

  TEST_CASE("members of a class are found: fields, methods, nested classes, in this order") {
    Conversation().play(
        Script()
            .exchange("r\nm\ntest.Square\nSIDES\ne\n", "!yi4\n")
            .exchange("r\nm\ntest.Square\nunit\ne\n", "!ym\n")
            .exchange("r\nm\ntest.Square\nCorner\ne\n", "!yctest.Square$Corner\n")
            .exchange("r\nm\ntest.Square$Corner\nANGLE\ne\n", "!yi90\n")
            .exchange("r\nm\ntest.Square\ngrow\ne\n",
                      "!xsTrying to access a non-static member from a static context.\n")
            .exchange("r\nm\ntest.Square\nnothing\ne\n",
                      "!xspy4j.Py4JException: test.Square.nothing does not exist\n")
            .exchange("r\nc\ntest.Square\ne\n", "!yro0\n")
            .exchange("c\no0\ngetSimpleName\ne\n", "!ysSquare\n")
            .exchange("r\nc\nno.Such\ne\n", "!xsjava.lang.ClassNotFoundException: no.Such\n"));
  }

  TEST_CASE("a package of missing names has classes whose every use says so") {
    const std::string text = "java.lang.UnsupportedOperationException: gone.";
    Conversation().play(Script()
                            .exchange("r\nu\ngone\nrj\ne\n", "!yp\n")
                            .exchange("r\nu\ngone.deep\nrj\ne\n", "!yp\n")
                            .exchange("r\nu\ngone.deep.Thing\nrj\ne\n", "!ycgone.deep.Thing\n")
                            .exchange("r\nm\ngone.Thing\nrun\ne\n", "!ym\n")
                            .exchange("c\nz:gone.Thing\nrun\ni1\ne\n", "!xro0\n")
                            .exchange("p\nro0\ne\n", "!ys" + text + "Thing.run is not here\n")
                            .exchange("i\ngone.Thing\ne\n", "!xro1\n")
                            .exchange("p\nro1\ne\n", "!ys" + text + "Thing. is not here\n")
                            .exchange("r\nm\ngone.Thing\nPart\ne\n", "!ycgone.Thing$Part\n")
                            .exchange("r\nm\ngone.Thing\nMODULE$\ne\n", "!xro2\n")
                            .exchange("j\ni\nrj\ngone.*\ne\n", "!yv\n")
                            .exchange("r\nu\nThing\nrj\ne\n", "!ycgone.Thing\n")
                            .exchange("r\nu\nthing\nrj\ne\n", "!yp\n"));
  }

  TEST_CASE("arrays are created, measured, read, set and sliced") {
    Conversation().play(
        Script()
            .exchange("a\nc\nsint\ni3\ne\n", "!yto0\n")
            .exchange("a\ne\no0\ne\n", "!yi3\n")
            .exchange("a\ns\no0\ni1\ni5\ne\n", "!yv\n")
            .exchange("a\ng\no0\ni1\ne\n", "!yi5\n")
            .exchange("a\nl\no0\ni1\ni2\ne\n", "!yto1\n")
            .exchange("a\ne\no1\ne\n", "!yi2\n")
            .exchange("a\ng\no0\ni3\ne\n", "!xro2\n")
            .exchange("a\ns\no0\ni0\nsx\ne\n",
                      "!xsan array of int cannot hold a value of java.lang.String\n")
            .exchange("a\nc\nsjava.lang.String\ni2\ni2\ne\n", "!yto3\n")
            .exchange("a\ng\no3\ni0\ne\n", "!yto4\n")
            .exchange("a\ng\no4\ni0\ne\n", "!yn\n")
            .exchange("a\nc\nsbyte\ni3\ne\n", "!yjAAAA\n")
            .exchange("a\ne\nt\ne\n", "!xst is not an array\n")
            .exchange("c\no0\ngetClass\ne\n", "!yro5\n")
            .exchange("c\no5\ngetName\ne\n", "!ys[I\n"));
  }

  TEST_CASE("an array that would not fit in memory is refused") {
    Conversation().play(
        Script().exchange("a\nc\nsint\ni100000\ni100000\ne\n",
                          "!xsan array needs a component class and 1 to 8 lengths, of at most "
                          "10000000 elements together\n"));
  }

  TEST_CASE("list commands work on the list itself or on a copy, as py4j expects") {
    Conversation().play(
        Script()
            .exchange("i\njava.util.ArrayList\ne\n", "!ylo0\n")
            .exchange("c\no0\nadd\ni3\ne\n", "!ybtrue\n")
            .exchange("c\no0\nadd\ni1\ne\n", "!ybtrue\n")
            .exchange("l\ns\no0\ne\n", "!yv\n")
            .exchange("c\no0\nget\ni0\ne\n", "!yi1\n")
            .exchange("l\nr\no0\ne\n", "!yv\n")
            .exchange("c\no0\ntoString\ne\n", "!ys[3, 1]\n")
            .exchange("l\nx\no0\ne\n", "!yi3\n")
            .exchange("l\nn\no0\ne\n", "!yi1\n")
            .exchange("l\nf\no0\ni3\ne\n", "!yi1\n")
            .exchange("l\nl\no0\ni1\ne\n", "!ylo1\n")
            .exchange("l\na\no0\no1\ne\n", "!ylo2\n")
            .exchange("c\no2\nsize\ne\n", "!yi3\n")
            .exchange("l\nm\no0\ni2\ne\n", "!ylo3\n")
            .exchange("c\no3\nsize\ne\n", "!yi4\n")
            .exchange("l\ni\no0\ni0\ne\n", "!yv\n")
            .exchange("c\no0\nsize\ne\n", "!yi0\n")
            .exchange("l\nx\no0\ne\n", "!xro4\n")
            .exchange("p\nro4\ne\n", "!ysjava.util.NoSuchElementException: the list is empty\n")
            .exchange("l\nl\no0\ni9\ne\n", "!xro5\n")
            .exchange("p\nro5\ne\n",
                      "!ysjava.lang.IndexOutOfBoundsException: Index 9 out of "
                      "bounds for length 0\n")
            .exchange("l\na\no0\nt\ne\n", "!xst is not a list\n")
            .exchange("l\nx\no99\ne\n", "!xsthe object o99 is unknown to this gateway\n"));
  }

  TEST_CASE("what fails in place is told to the log, and leaves no object behind") {
    auto options = Conversation::without_token();
    std::vector<std::string> told;
    options.log = [&](LogLevel level, std::string_view, std::string_view text) {
      if (level == LogLevel::warn) told.emplace_back(text);
    };
    Conversation conversation(options);
    conversation.play(
        Script()
            .exchange("i\njava.util.ArrayList\ne\n", "!ylo0\n")
            .exchange("c\no0\nadd\ni3\ne\n", "!ybtrue\n")
            .exchange("c\no0\nadd\nn\ne\n", "!ybtrue\n")
            .exchange("l\ns\no0\ne\n",
                      "!xsa list was not sorted: these have no order: null and java.lang.Integer; "
                      "an object needs a compareTo for that\n")
            .exchange("l\ni\no0\ni9000000\ne\n",
                      "!xsa list was not repeated: a repeated list would have more than 10000000 "
                      "elements\n")
            .exchange("l\ni\no0\nsx\ne\n", "!xsa list was not repeated: an index is not a number\n")
            .exchange("c\no0\nsize\ne\n", "!yi2\n"));
    CHECK(told.size() == 3);
    CHECK(conversation.core->objects.size() == 1);
  }

  TEST_CASE("dir lists fields, methods, statics and imports") {
    Conversation().play(
        Script()
            .exchange("d\nf\nt\ne\n", "!ysSIDES\\ndouble_side\\ngrown\\nkind\\nside\n")
            .exchange(
                "d\nm\nt\ne\n",
                "!ysarea\\nask\\nbytes\\ncircle\\ne\\nequals\\nfail\\ngetClass\\ngrow\\nhashCode\\n"
                "hidden\\nkind\\nlabel\\nnotify\\nnotifyAll\\npick\\nrest\\nsealed\\ntoString\\n"
                "unit\\nwait\n")
            .exchange("d\ns\ntest.Square\ne\n",
                      "!ysCorner\\nSIDES\\nbytes\\ncircle\\nhidden\\nsealed\\nunit\n")
            .exchange("d\ns\nno.Such\ne\n", "!ys\n")
            .exchange("d\nv\nrj\nn\ne\n", "!ys0\n")
            .exchange("j\ni\nrj\ntest.Square\ne\n", "!yv\n")
            .exchange("d\nv\nrj\ns0\ne\n", "!ys1\\nSquare\n")
            .exchange("d\nv\nrj\ns1\ne\n", "!yn\n"));
  }

  TEST_CASE("help shows what matches the pattern") {
    Conversation().play(
        Script()
            .exchange("h\no\nt\nsgrow(*\nbTrue\ne\n",
                      "!ysHelp on class Square in package test:\\n\\nSquare {\\n"
                      "|  Constructors defined here:\\n|  Methods defined here:\\n"
                      "|  grow(int) : Square\\n|  Fields defined here:\\n"
                      "|  Internal classes defined here:\\n}\\n\n")
            .exchange("h\nc\nno.Such\nn\nbTrue\ne\n", "!xsthere is no help on no.Such\n"));
  }

  TEST_CASE("any object answers what Python asks of it by itself") {
    Conversation().play(Script()
                            .exchange("i\njava.lang.Object\ne\n", "!yro0\n")
                            .exchange("c\no0\nequals\nro0\ne\n", "!ybtrue\n")
                            .exchange("c\no0\nequals\nn\ne\n", "!ybfalse\n")
                            .exchange("c\nj\ngetClass\ne\n", "!yro1\n"));
  }

  TEST_CASE(
      "beyond the limit of objects a call fails with text, and works again after a deletion") {
    auto options = Conversation::without_token();
    options.objects_max = 1;
    Conversation(options).play(
        Script()
            .exchange("c\nt\ngrow\ni1\ne\n", "!yro0\n")
            .exchange("c\nt\ngrow\ni1\ne\n",
                      "!xsjava.lang.RuntimeException: Python holds 1 objects, which is the "
                      "gateway's limit (objects_max)\\nPython holds 1 objects, which is the "
                      "gateway's limit (objects_max)\n")
            .exchange("m\nd\no0\ne\n", "!yv\n")
            .exchange("c\nt\ngrow\ni1\ne\n", "!yro1\n"));
  }

  TEST_CASE("a stream's bytes follow the answer, and what is no stream is refused in words") {
    Conversation().play(
        Script()
            .send("S\nz:test.Square\nbytes\ne\n")
            .expect("!yv\n")
            .expect("raw\n!bytes")
            .exchange("S\nt\narea\ne\n",
                      "!xsthe method area returns no bytes and no Stream, so it cannot be called "
                      "with stream; call it as usual\n")
            .exchange("S\nt\nfail\ne\n", "!xro0\n"));
  }

  TEST_CASE("a list that holds itself has no text, which is an error") {
    Conversation conversation;
    conversation.play(Script()
                          .exchange("i\njava.util.ArrayList\ne\n", "!ylo0\n")
                          .exchange("c\no0\nadd\nro0\ne\n", "!ybtrue\n")
                          .exchange("c\no0\ntoString\ne\n", "!xro1\n")
                          .exchange("c\no1\ngetMessage\ne\n",
                                    "!ysmethods of objects within one another are called more than "
                                    "256 deep; perhaps a collection holds itself\n")
                          .exchange("c\no0\nclear\ne\n", "!yv\n"));
  }

  TEST_CASE("custom commands get their lines and answer with a value") {
    auto options = Conversation::without_token();
    options.custom_commands["count"] = [](CallContext&, std::span<const std::string_view> lines) {
      return Value(static_cast<std::int32_t>(lines.size()));
    };
    Conversation(options).play(
        Script()
            .exchange("count\ne\n", "!yi0\n")
            .exchange("count\nc\nt\n!x\ne\n", "!yi3\n")
            .exchange("c\nt\narea\ne\n", "!yd9.0\n")
            .exchange("uncounted\n", "!zsUnknown command received: uncounted\n"));
  }
}

}  // namespace py4cpp::test
