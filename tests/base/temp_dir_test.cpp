// SPDX-License-Identifier: Apache-2.0
#include "base/temp_dir.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/error.hpp"

using namespace py4cpp;
namespace fs = std::filesystem;

TEST_SUITE_BEGIN("base temp_dir");

TEST_CASE("a temporary folder is private and gone with everything in it at the end") {
  fs::path path;
  {
    const TempDir folder(default_temp_root(), "py4cpp-test-");
    path = folder.path();
    struct stat info {};
    REQUIRE_EQ(::stat(path.c_str(), &info), 0);
    CHECK_EQ(info.st_mode & 07777, 0700);
    fs::create_directories(path / "a" / "b");
    std::ofstream(path / "a" / "b" / "file") << "text";
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a temporary folder can be handed on or given away") {
  TempDir first(default_temp_root(), "py4cpp-test-");
  const fs::path path = first.path();
  TempDir second = std::move(first);
  CHECK_EQ(second.path(), path);
  CHECK(fs::exists(path));
  const fs::path released = second.release();
  second.remove();
  CHECK(fs::exists(released));
  fs::remove(released);
}

TEST_CASE("a root where nothing can be made is an error that names it") {
  try {
    const TempDir folder("/no/such/root", "py4cpp-test-");
    FAIL("no error");
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(text.find("'/no/such/root'") != std::string::npos);
    CHECK(text.find("No such file") != std::string::npos);
  }
}

TEST_SUITE_END();
