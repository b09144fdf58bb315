// SPDX-License-Identifier: Apache-2.0
//
// Finds where the messages of an Arrow IPC stream end, without the Arrow library: a message is
// ffffffff, a little endian metadata length, the metadata (a Flatbuffers table "Message", of which
// the length of the body and the rows of a batch matter here) and the body. Nothing that a worker
// writes is trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace py4cpp::runner {

/// Bytes before the metadata of a message, and all bytes of the mark at a stream's end.
inline constexpr std::size_t arrow_prefix_bytes = 8;

enum class ArrowMessageState {
  more,        ///< the message is not whole: `bytes` of it must be there to know more
  whole,       ///< the message has `bytes` bytes
  stream_end,  ///< the mark of the stream's end, `bytes` long
  violation,   ///< no message, or one that is over the bound: `violation` says why
};

struct ArrowMessage {
  ArrowMessageState state = ArrowMessageState::more;
  std::size_t bytes = 0;
  std::size_t metadata_bytes = 0;  ///< of a whole message: what follows its prefix
  std::uint64_t rows = 0;          ///< of a whole message that is a record batch
  std::string_view violation = {};
  bool over_bound = false;  ///< the violation is nothing but its size
};

/// Looks at the message that `bytes` begin with; that takes as long as it has buffers. Neither
/// `bytes` nor a wanted length is ever more than `message_bytes_max`, nor is what compressed
/// buffers say that they unpack to, all together.
ArrowMessage find_arrow_message(std::span<const std::byte> bytes, std::size_t message_bytes_max);

}  // namespace py4cpp::runner
