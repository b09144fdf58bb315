// SPDX-License-Identifier: Apache-2.0
//
// Names of the Java library that py4j's tests touch and that a gateway does not offer by itself.
#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/collections.hpp"
#include "tests/py4j/classes.hpp"

namespace py4j_peer {

namespace {

using namespace py4cpp;

struct File : Living<File> {
  explicit File(std::string path_in) : path(std::move(path_in)) {}
  std::string path;
};

struct ByteBuffer : Living<ByteBuffer> {
  explicit ByteBuffer(Bytes bytes_in) : bytes(std::move(bytes_in)) {}
  Bytes bytes;
};

/// A set of texts in their order.
class TreeSet : Living<TreeSet> {
 public:
  bool add(const std::string& text) {
    const std::lock_guard lock(mutex_);
    const auto place = std::lower_bound(texts_.begin(), texts_.end(), text);
    if (place != texts_.end() && *place == text) return false;
    texts_.insert(place, text);
    return true;
  }
  bool remove(const std::string& text) {
    const std::lock_guard lock(mutex_);
    return std::erase(texts_, text) > 0;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    texts_.clear();
  }
  bool contains(const Value& value) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(texts_.begin(), texts_.end(),
                       [&](const std::string& text) { return Value(text) == value; });
  }
  std::vector<Value> snapshot() const {
    const std::lock_guard lock(mutex_);
    return {texts_.begin(), texts_.end()};
  }
  bool equals(const TreeSet& other) const { return snapshot() == other.snapshot(); }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

std::string text_of(const TreeSet& self) {
  std::string text = "[";
  for (const Value& value : self.snapshot())
    text += (text.size() > 1 ? ", " : "") + plain_text(value);
  return text + "]";
}

}  // namespace

void bind_java_rest(Registry& registry) {
  registry.type<File>("java.io.File")
      .constructor<std::string>()
      .method("getPath", [](const File& self) { return self.path; })
      .method("toString", [](const File& self) { return self.path; });
  registry.type<ByteBuffer>("java.nio.ByteBuffer")
      .method("array", [](const ByteBuffer& self) { return self.bytes; })
      .static_method("wrap", [](Bytes bytes) { return ByteBuffer(std::move(bytes)); });
  registry.type<TreeSet>("java.util.TreeSet")
      .implements("java.util.Set")
      .constructor<>()
      .method("add", &TreeSet::add)
      .method("remove", &TreeSet::remove)
      .method("clear", &TreeSet::clear)
      .method("contains", &TreeSet::contains)
      .method("size",
              [](const TreeSet& self) { return static_cast<std::int32_t>(self.snapshot().size()); })
      .method("isEmpty", [](const TreeSet& self) { return self.snapshot().empty(); })
      .method("iterator",
              [](const TreeSet& self) { return std::make_shared<Iterator>(self.snapshot()); })
      .method("equals", &TreeSet::equals)
      .method("toString", &text_of);
}

void bind_all(Registry& registry, std::shared_ptr<LastPing> last_ping) {
  bind_example_class(registry);
  bind_callbacks(registry, std::move(last_ping));
  bind_texts(registry);
  bind_java_rest(registry);
}

}  // namespace py4j_peer
