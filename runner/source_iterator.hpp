// SPDX-License-Identifier: Apache-2.0
//
// Sources as ranges: what `next` gives one by one, a loop gives too.
#pragma once

#include <cstddef>
#include <iterator>
#include <utility>

namespace py4cpp::runner {

/// An input iterator over a source whose `next` gives something empty or null at the end. It goes
/// over the source once: making another one, or calling `next` meanwhile, takes items away from it.
/// An item is valid as long as the source says of what `next` gives. Belongs to the thread that the
/// source belongs to, and must not outlive it. Its making and `++` block and throw as `next` does;
/// after that it can only be destroyed.
template <typename Source>
class SourceIterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using difference_type = std::ptrdiff_t;
  using value_type = decltype(std::declval<Source&>().next());

  /// Takes the first item.
  explicit SourceIterator(Source& source) : source_(&source), item_(source.next()) {}
  SourceIterator(SourceIterator&&) noexcept = default;
  SourceIterator& operator=(SourceIterator&&) noexcept = default;
  SourceIterator(const SourceIterator&) = delete;
  SourceIterator& operator=(const SourceIterator&) = delete;
  ~SourceIterator() = default;

  const value_type& operator*() const { return item_; }
  SourceIterator& operator++() {
    item_ = source_->next();
    return *this;
  }
  void operator++(int) { ++*this; }

  friend bool operator==(const SourceIterator& at, std::default_sentinel_t) { return at.ended(); }

 private:
  bool ended() const {
    if constexpr (requires { item_.empty(); }) {
      return item_.empty();
    } else {
      return item_ == nullptr;
    }
  }

  Source* source_;
  value_type item_;
};

}  // namespace py4cpp::runner
