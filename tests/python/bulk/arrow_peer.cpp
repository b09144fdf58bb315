// SPDX-License-Identifier: Apache-2.0
//
// A C++ program that uses Arrow itself, for the test of arrow_bulk.hpp. It takes the command line
// of py4j's own server, and says at its end what is left.
#include <arrow/array/builder_primitive.h>

#include <algorithm>
#include <memory>

#include "gateway/arrow_bulk.hpp"
#include "gateway/server_main.hpp"
#include "left.hpp"

namespace {

using namespace py4cpp;

struct Tables {
  /// One column `n` of 0, 1, 2, ...
  std::shared_ptr<SharedBuffer> count_to(std::int64_t end) const {
    arrow::Int64Builder builder;
    for (std::int64_t i = 0; i < end; ++i) detail::require(builder.Append(i));
    const auto schema = arrow::schema({arrow::field("n", arrow::int64())});
    return to_shared(*arrow::Table::Make(schema, {detail::value_of(builder.Finish())}));
  }
  std::int64_t rows(std::shared_ptr<SharedBuffer> buffer) const {
    return table_from(std::move(buffer))->num_rows();
  }
  /// Whether the first column lies in the buffer and was not copied.
  bool is_in_place(const std::shared_ptr<SharedBuffer>& buffer) const {
    const auto bytes = buffer->bytes();
    const auto table = table_from(buffer);
    const auto* data = table->column(0)->chunk(0)->data()->buffers[1]->data();
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return data >= begin && data < begin + bytes.size();
  }
};

int run(int count, char** words) {
  Registry registry;
  bind_bulk(registry);
  registry.type<Tables>("test.Tables")
      .method("count_to", &Tables::count_to)
      .method("rows", &Tables::rows)
      .method("is_in_place", &Tables::is_in_place)
      .method("held",
              [](const Tables&, CallContext& context) { return held_by_both_sides(context); });
  return run_server_main(count, words, registry, {.entry_point = std::make_shared<Tables>()});
}

}  // namespace

int main(int count, char** words) { return tell_what_is_left(run(count, words)); }
