// SPDX-License-Identifier: Apache-2.0
//
// Memory that others can map, within one process.
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <numeric>

#include "gateway/bulk.hpp"

namespace py4cpp {

namespace {

/// What another process would see.
std::string bytes_in_file(const detail::SharedBlock& block, std::size_t size, std::size_t offset) {
  std::string bytes(size, '\0');
  REQUIRE(::pread(block.fd, bytes.data(), size, static_cast<off_t>(offset)) ==
          static_cast<ssize_t>(size));
  return bytes;
}

}  // namespace

TEST_SUITE("shared memory") {
  TEST_CASE("a vector's elements are the file's first bytes, and its nonce stands after them") {
    shared_vector<std::uint32_t> values(5000);
    std::iota(values.begin(), values.end(), 0u);
    const auto& block = detail::shared_block(values.data());
    CHECK(block.bytes == 20'000);
    const auto bytes = bytes_in_file(block, block.bytes, 0);
    CHECK(std::memcmp(bytes.data(), values.data(), bytes.size()) == 0);
    const auto nonce = bytes_in_file(block, block.nonce.size(), block.nonce_offset);
    CHECK(std::memcmp(nonce.data(), block.nonce.data(), nonce.size()) == 0);
  }

  TEST_CASE("a descriptor ends with its block, and a mapping stays valid") {
    auto values = std::make_unique<shared_vector<int>>(3, 7);
    const int fd = detail::shared_block(values->data()).fd;
    void* const mapped = ::mmap(nullptr, 3 * sizeof(int), PROT_READ, MAP_SHARED, fd, 0);
    REQUIRE(mapped != MAP_FAILED);
    values.reset();
    CHECK(::lseek(fd, 0, SEEK_CUR) == -1);
    CHECK(static_cast<const int*>(mapped)[2] == 7);
    ::munmap(mapped, 3 * sizeof(int));
  }

  TEST_CASE("a buffer takes a vector's memory without a copy") {
    shared_vector<double> values{1, 2, 3, 4};
    const double* const place = values.data();
    const auto buffer = SharedBuffer::of(std::move(values), {2, 2});
    CHECK(buffer->values<double>().data() == place);
    CHECK(buffer->format() == "<f8");
    CHECK(buffer->shape() == std::vector<std::int64_t>{2, 2});
    CHECK_THROWS_WITH_AS(buffer->values<float>(),
                         "the shared buffer holds elements of type <f8, not <f4", Error);
  }

  TEST_CASE("a shape of another size is refused") {
    CHECK_THROWS_AS(SharedBuffer::of(shared_vector<int>{1, 2, 3}, {2, 2}), Error);
    CHECK_THROWS_AS(SharedBuffer::allocate(8, "<f8", {std::int64_t{1} << 62, 4}), Error);
  }

  TEST_CASE("an empty vector has a block that can be described") {
    const auto buffer = SharedBuffer::of(shared_vector<float>());
    CHECK(buffer->bytes().empty());
    CHECK(buffer->description().ends_with("size 0\nformat <f4\nshape 0"));
  }

  TEST_CASE("more than the machine has is an error, not the end") {
    constexpr auto too_much = std::size_t{1} << 62;
    CHECK_THROWS_WITH_AS(SharedBuffer::allocate(too_much), doctest::Contains("no room"), Error);
    CHECK_THROWS_AS(shared_vector<double>(too_much / 8), std::bad_alloc);
  }

  TEST_CASE("element types have numpy's names") {
    CHECK(format_of<bool>() == "|b1");
    CHECK(format_of<std::int8_t>() == "|i1");
    CHECK(format_of<unsigned char>() == "|u1");
    CHECK(format_of<std::int16_t>() == "<i2");
    CHECK(format_of<std::uint64_t>() == "<u8");
    CHECK(format_of<float>() == "<f4");
  }
}

}  // namespace py4cpp
