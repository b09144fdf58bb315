// SPDX-License-Identifier: Apache-2.0
#include "launcher/release_probe.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace py4cpp;
using namespace py4cpp::launcher;

namespace {

// A Python that finds only what lies in the script's folder.
ReleaseProbe probe_of(const Folder& folder, const std::string& interpreter) {
  return ReleaseProbe(interpreter, folder.path("script.py"), current_environment());
}

}  // namespace

TEST_SUITE_BEGIN("launcher release_probe");

TEST_CASE("the release is read without importing pyspark, again and again") {
  const Folder folder;
  folder.write("pyspark/__init__.py", "raise SystemExit('imported')\n");
  folder.write("pyspark/version.py", "# x\n__version__: str = \"9.8.7\"\n");
  ReleaseProbe probe = probe_of(folder, "python3");
  CHECK_EQ(probe.release(), "9.8.7");
  CHECK_EQ(probe.release(), "9.8.7");
}

TEST_CASE("an interpreter without pyspark says how to get it") {
  const Folder folder;
  const std::string python = folder.program("python", "#!/bin/sh\necho none\n");
  ReleaseProbe probe = probe_of(folder, python);
  const std::string text = error_of([&] { probe.release(); });
  CHECK(contains(text, python + " has no pyspark"));
  CHECK(contains(text, "-m pip install pyspark"));
}

TEST_CASE("a program that is no Python is named") {
  const Folder folder;
  ReleaseProbe probe = probe_of(folder, "/bin/true");
  CHECK(contains(error_of([&] { probe.release(); }), "/bin/true does not answer as a Python"));
}

TEST_SUITE_END();
