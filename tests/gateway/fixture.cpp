// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

namespace py4cpp::test {

namespace {

/// What the table holds, the peer can still ask for: it was sent the id, and has not deleted it.
void check_ids(const ObjectTable& objects, [[maybe_unused]] const ScriptedTransport& peer) {
  for (std::uint64_t i = 0; i < objects.minted(); ++i) {
    const std::string id = "o" + std::to_string(i);
    if (!objects.find(id)) continue;
    INFO("the object " << id);
    CHECK(peer.heard().find(id + "\n") != std::string::npos);
    CHECK(peer.said().find("m\nd\n" + id + "\n") == std::string::npos);
  }
}

}  // namespace

void bind_test_classes(Registry& registry) {
  registry.type<Shape>("test.Shape")
      .method("area", &Shape::area)
      .method("kind", [](const Shape& self) { return self.kind; })
      .implements("test.Drawable");
  registry.type<Named>("test.Named").method("label", &Named::read_label);
  registry.type<Square>("test.Square")
      .base<Named>()
      .base<Shape>()
      .constructor<int>()
      .constructor<>()
      .method("grow", &Square::grow)
      .method("fail", [](Square&) -> int { throw std::out_of_range("far out"); })
      .method("pick", [](Square&) -> int { throw Picky(); })
      .method("ask",
              [](Square&, const Proxy& python) {
                return python.call("answer", {1, "a"});
              })
      .method("rest", [](Square&) {})
      .method("e", [](Square&) { return "a method called e"; })
      .field("side", &Square::side)
      .field("kind", &Square::kind)
      .field("double_side", [](const Square& self) { return 2 * self.side; })
      .field("grown", [](Square& self) { return ++self.side; })
      .static_method("bytes",
                     [] {
                       const auto text = std::as_bytes(std::span("raw\n!bytes", 10));
                       return Bytes(text.begin(), text.end());
                     })
      .static_method("unit", [] { return Square(1); })
      .static_method("sealed", [] { return std::make_shared<const Square>(5); })
      .static_method("circle", [] { return std::shared_ptr<Shape>(std::make_shared<Circle>()); })
      .static_method("hidden", [] { return std::make_shared<Counted>(); })
      .static_field("SIDES", 4);
  registry.type("test.Square$Corner").static_field("ANGLE", 90);
  registry.type<Picky>("test.Picky").base<NamedError>().method("advice", &Picky::advice);
  registry.exception("test.Picky", "java.lang.RuntimeException");
  registry.alias("old.Square", "test.Square");
  registry.interface("test.Drawable");
  registry.missing("gone", [](const std::string& class_name, const std::string& member) {
    return NamedError("java.lang.UnsupportedOperationException",
                      class_name + "." + member + " is not here");
  });
}

Conversation::Conversation(GatewayOptions options)
    : Conversation(std::move(options), &bind_test_classes,
                   [] { return Value(std::make_shared<Square>(3)); }) {}

Conversation::Conversation(GatewayOptions options, Bind bind, MakeEntryPoint make_entry_point)
    : options_(std::move(options)), make_entry_point_(make_entry_point) {
  bind(registry);
  registry.freeze();
  caller->known = &registry;
  renew();
}

void Conversation::play(Script script) { play_until(script, 1'000'000, true); }

void Conversation::play_cut_at_every_step(const Script& script) {
  bool was_cut = true;
  for (std::size_t steps = 0; was_cut; ++steps) {
    renew();
    was_cut = play_until(script, steps, false);
  }
}

void Conversation::renew() {
  options_.entry_point = make_entry_point_();
  core = std::make_unique<Core>(registry, options_);
  core->proxy_caller = caller;
}

/// Returns whether the connection was cut before the script's end.
bool Conversation::play_until(const Script& script, std::size_t steps_max, bool must_finish) {
  auto owned = std::make_unique<ScriptedTransport>(script, steps_max);
  ScriptedTransport& transport = *owned;
  Session session(*core, std::move(owned), Session::Opened::by_client);
  caller->session = &session;
  session.serve();
  caller->session = nullptr;
  check_ids(core->objects, transport);
  if (must_finish) CHECK(transport.is_finished());
  return transport.was_cut();
}

}  // namespace py4cpp::test
