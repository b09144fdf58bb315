// SPDX-License-Identifier: Apache-2.0
//
// Lines on their way through a compressor into a part.
#include "engine/io/text_output.hpp"

#include <zlib.h>

#include <span>
#include <vector>

#include "engine/frames.hpp"
#include "engine/io/output_folder.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

constexpr std::size_t write_bytes = std::size_t{256} * 1024;

/// What stands between lines and file: nothing, or a compressor.
class Encoder {
 public:
  Encoder() = default;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  virtual ~Encoder() = default;
  virtual void write(std::span<const std::byte> bytes, OutputFile& out) { out.write(bytes); }
  virtual void finish(OutputFile&) {}
};

class Deflater final : public Encoder {
 public:
  explicit Deflater(int window_bits) : buffer_(write_bytes) {
    constexpr int memory_level = 8;
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw NamedError("java.io.IOException", "zlib cannot start: out of memory");
    }
  }
  ~Deflater() override { deflateEnd(&stream_); }

  void write(std::span<const std::byte> bytes, OutputFile& out) override {
    run(bytes, Z_NO_FLUSH, out);
  }
  void finish(OutputFile& out) override { run({}, Z_FINISH, out); }

 private:
  void run(std::span<const std::byte> bytes, int flush, OutputFile& out) {
    // zlib's interface predates const; it does not write to its input.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      deflate(&stream_, flush);
      out.write(std::span(buffer_).first(buffer_.size() - stream_.avail_out));
    } while (stream_.avail_out == 0);
  }

  z_stream stream_ = {};
  std::vector<std::byte> buffer_;
};

struct Codec {
  std::string_view class_name;
  std::string_view suffix;
  int window_bits;
};

constexpr Codec no_codec{"", "", 0};
constexpr Codec codecs[] = {
    no_codec,
    {"org.apache.hadoop.io.compress.GzipCodec", ".gz", MAX_WBITS + 16},
    {"org.apache.hadoop.io.compress.DefaultCodec", ".deflate", MAX_WBITS},
    {"org.apache.hadoop.io.compress.DeflateCodec", ".deflate", MAX_WBITS},
};

const Codec& find_codec(std::string_view class_name) {
  for (const Codec& codec : codecs) {
    if (codec.class_name == class_name) return codec;
  }
  throw NamedError("java.lang.UnsupportedOperationException",
                   "the codec " + std::string(class_name) +
                       " is not supported by py4cpp: use org.apache.hadoop.io.compress.GzipCodec");
}

std::unique_ptr<Encoder> make_encoder(const Codec& codec) {
  if (codec.window_bits == 0) return std::make_unique<Encoder>();
  return std::make_unique<Deflater>(codec.window_bits);
}

void append_line(std::span<const std::byte> line, std::vector<std::byte>& buffer) {
  buffer.insert(buffer.end(), line.begin(), line.end());
  buffer.push_back(std::byte{'\n'});
}

}  // namespace

struct TextOutput::Layout {
  const Codec& codec;  // found first: an unknown one makes no folder
  OutputFolder folder;
};

TextOutput::TextOutput(std::string_view path, std::string_view codec)
    : layout_(new Layout{find_codec(codec), OutputFolder(path)}) {}

TextOutput::~TextOutput() = default;

void TextOutput::write_part(std::size_t partition, std::size_t attempt,
                            runner::ByteSource& lines) const {
  auto write = [this, &lines](OutputFile& file) {
    std::unique_ptr<Encoder> encoder = make_encoder(layout_->codec);
    std::vector<std::byte> buffer;
    for (auto run = lines.next(); !run.empty(); run = lines.next()) {
      while (!run.empty()) append_line(frame_payload(take_frame(run)), buffer);
      if (buffer.size() < write_bytes) continue;
      encoder->write(buffer, file);
      buffer.clear();
    }
    encoder->write(buffer, file);
    encoder->finish(file);
  };
  layout_->folder.write_part(partition, attempt, layout_->codec.suffix, write);
}

void TextOutput::commit() const { layout_->folder.commit(); }

}  // namespace py4cpp::engine
