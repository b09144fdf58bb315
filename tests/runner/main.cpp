// SPDX-License-Identifier: Apache-2.0
//
// The main function of the runner's test programs. Processes whose parent is gone become children
// of the program instead of init's: so a test sees them, whoever started them.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <sys/prctl.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
    std::perror("cannot adopt orphans");
    return 2;
  }
  return doctest::Context(argc, argv).run();
}
