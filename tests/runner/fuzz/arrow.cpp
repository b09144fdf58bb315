// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes an Arrow stream as a worker may send it: however it is malformed, it ends in batches, or
// in WorkerFailed. All values of a batch that was validated fully can be looked at; of others the
// sizes. The first byte of the input says how the stream is read.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "../arrow/scripted_task.hpp"
#include "runner/arrow/arrow_task.hpp"

namespace {

using namespace py4cpp;
using namespace py4cpp::runner;

constexpr std::size_t message_bytes_max = 1 << 20;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto stream = std::as_bytes(std::span(data, size)).subspan(1);
  const bool rows_in_struct = (data[0] & 1) != 0;
  const bool validate_fully = (data[0] & 2) == 0;
  const std::size_t messages_in_a_run = 1 + data[0] / 4;
  constexpr bool fails = false;
  ArrowTask task(std::make_unique<test::ScriptedTask>(Bytes(stream.begin(), stream.end()),
                                                      messages_in_a_run, fails, message_bytes_max),
                 rows_in_struct, validate_fully);
  try {
    while (const auto batch = task.next()) {
      if (validate_fully) {
        batch->ToString();
      } else if (!batch->Validate().ok()) {
        std::abort();
      }
    }
  } catch (const WorkerFailed&) {
    // As it should.
  }
  return 0;
}
