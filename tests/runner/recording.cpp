// SPDX-License-Identifier: Apache-2.0
#include "recording.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace py4cpp::runner::test {
namespace {

using Json = nlohmann::json;

// Reads fields and writes each of them again, so that `again` grows into the canonical form.
class Fields {
 public:
  Fields(std::span<const std::byte> bytes, Bytes& again) : bytes_(bytes), again_(again) {}

  std::size_t used() const { return used_; }

  bool boolean() { return number(1) != 0; }
  std::int32_t i32() { return static_cast<std::int32_t>(number(4)); }
  std::int64_t i64() { return static_cast<std::int64_t>(number(8)); }

  Bytes bytes() {
    const auto raw = take(static_cast<std::size_t>(i32()));
    again_.insert(again_.end(), raw.begin(), raw.end());
    return Bytes(raw.begin(), raw.end());
  }

  std::string text() { return to_text(bytes()); }

  std::vector<std::string> texts() {
    std::vector<std::string> all(static_cast<std::size_t>(i32()));
    for (std::string& one : all) one = text();
    return all;
  }

  std::vector<int> numbers() {
    std::vector<int> all(static_cast<std::size_t>(i32()));
    for (int& one : all) one = i32();
    return all;
  }

  std::map<std::string, std::string> pairs() {
    const std::int32_t count = i32();
    const std::size_t begin = again_.size();
    std::map<std::string, std::string> all;
    for (std::int32_t i = 0; i < count; ++i) {
      std::string key = text();
      all[std::move(key)] = text();
    }
    again_.resize(begin);
    for (const auto& [key, value] : all) {
      put_text(key);
      put_text(value);
    }
    return all;
  }

  Json json() {
    const std::size_t begin = again_.size();
    Json value = Json::parse(text());
    again_.resize(begin);
    put_text(value.dump());
    return value;
  }

 private:
  static std::string to_text(const Bytes& raw) {
    std::string made;
    for (const std::byte byte : raw) made += static_cast<char>(byte);
    return made;
  }

  std::span<const std::byte> take(std::size_t count) {
    if (count > bytes_.size() - used_) throw Error("a recorded header ends too early");
    used_ += count;
    return bytes_.subspan(used_ - count, count);
  }

  std::uint64_t number(std::size_t size) {
    const auto raw = take(size);
    again_.insert(again_.end(), raw.begin(), raw.end());
    std::uint64_t value = std::to_integer<std::uint8_t>(raw[0]) >= 0x80 ? ~std::uint64_t{0} : 0;
    for (const std::byte byte : raw) value = value << 8 | std::to_integer<std::uint8_t>(byte);
    return value;
  }

  void put_text(const std::string& value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      again_.push_back(static_cast<std::byte>(value.size() >> shift));
    }
    for (const char character : value) again_.push_back(static_cast<std::byte>(character));
  }

  std::span<const std::byte> bytes_;
  Bytes& again_;
  std::size_t used_ = 0;
};

// Reads one header; `release_` is 35 for 3.5 and so on.
class HeaderDecoder {
 public:
  HeaderDecoder(const PythonRelease& release, std::span<const std::byte> bytes)
      : release_(release.major_version() * 10 + release.minor_version()),
        in_(bytes, header_.canonical) {}

  RecordedHeader decode() {
    std::int32_t length = 0;
    if (release_ >= 43) {
      if (in_.i32() != -8) throw Error("a recorded header does not begin with -8");
      length = in_.i32();
    }
    const std::size_t begin = in_.used();
    header_.context.split_index = in_.i32();
    header_.python_version = in_.text();
    if (release_ >= 42) {
      json_context();
    } else {
      binary_context();
    }
    header_.files_directory = in_.text();
    header_.includes = in_.texts();
    broadcasts();
    header_.eval_type = static_cast<EvalType>(in_.i32());
    confs();
    payload();
    header_.size = in_.used();
    if (release_ >= 43 && in_.used() - begin != static_cast<std::size_t>(length)) {
      throw Error("a recorded header's length is not what it says");
    }
    return std::move(header_);
  }

 private:
  int type() const { return static_cast<int>(header_.eval_type); }

  void json_context() {
    const Json from = in_.json();
    TaskContext& to = header_.context;
    to.barrier = from.at("isBarrier").get<bool>();
    const Json& place = from.at("connInfo");
    if (place.is_string()) to.barrier_server.path = place.get<std::string>();
    if (place.is_number()) to.barrier_server.port = place.get<int>();
    to.barrier_server.secret = from.at("secret").get<std::string>();
    to.stage_id = from.at("stageId").get<int>();
    to.partition_id = from.at("partitionId").get<int>();
    to.attempt_number = from.at("attemptNumber").get<int>();
    to.task_attempt_id = from.at("taskAttemptId").get<std::int64_t>();
    to.cpus = from.at("cpus").get<int>();
    if (from.contains("cpuAmount")) to.cpu_amount = from.at("cpuAmount").get<std::string>();
    if (!from.at("resources").empty()) throw Error("the recorded tasks have no resources");
    to.local_properties = from.at("localProperties").get<std::map<std::string, std::string>>();
  }

  void binary_context() {
    TaskContext& to = header_.context;
    to.barrier = in_.boolean();
    if (to.barrier || release_ < 41) to.barrier_server = server();
    to.stage_id = in_.i32();
    to.partition_id = in_.i32();
    to.attempt_number = in_.i32();
    to.task_attempt_id = in_.i64();
    to.cpus = in_.i32();
    if (in_.i32() != 0) throw Error("the recorded tasks have no resources");
    to.local_properties = in_.pairs();
  }

  LocalServer server() {
    LocalServer made{.port = in_.i32(), .path = {}, .secret = {}};
    (made.port == -1 ? made.path : made.secret) = in_.text();
    return made;
  }

  void broadcasts() {
    const bool served = in_.boolean();
    const std::int32_t count = in_.i32();
    if (served) header_.broadcast_server = server();
    for (std::int32_t i = 0; i < count; ++i) {
      const std::int64_t id = in_.i64();
      if (id < 0) {
        header_.removed.push_back(-id - 1);
      } else {
        header_.added.push_back({.id = id, .path = served ? std::string() : in_.text()});
      }
    }
  }

  void confs() {
    if (release_ >= 42) {
      header_.runner_conf = in_.pairs();
      header_.eval_conf = in_.pairs();
    } else if (type() != 0 && type() != 100 && type() != 300) {
      header_.runner_conf = in_.pairs();
    }
  }

  void payload() {
    if (type() == 0) {
      header_.command = in_.bytes();
      return;
    }
    if (release_ == 41 && (type() == 101 || type() == 301)) header_.input_type_json = in_.text();
    if (type() >= 300) {
      table_function();
    } else {
      udfs();
    }
  }

  bool names_flagged() const {
    const int t = type();
    if (release_ >= 42) return true;
    const bool from_40 =
        t == 100 || t == 101 || t == 200 || (t >= 202 && t <= 204) || t == 300 || t == 301;
    const bool from_41 = (t >= 250 && t <= 253) || t == 302;
    return (release_ >= 40 && from_40) || (release_ >= 41 && from_41);
  }

  std::vector<Argument> arguments() {
    std::vector<Argument> all;
    const bool flagged = names_flagged();
    for (std::int32_t left = in_.i32(); left > 0; --left) {
      Argument one(in_.i32());
      if (flagged && in_.boolean()) one.name = in_.text();
      all.push_back(std::move(one));
    }
    return all;
  }

  PythonFunction function() {
    PythonFunction made;
    made.command = std::make_shared<const Bytes>(in_.bytes());
    return made;
  }

  void udfs() {
    bool profiled = false;
    if (release_ == 40 || release_ == 41) {
      profiled = in_.boolean();
      if (profiled) header_.profiler = in_.text();
    }
    for (std::int32_t left = in_.i32(); left > 0; --left) {
      header_.arguments.push_back(arguments());
      ChainedPythonFunctions chain;
      for (std::int32_t more = in_.i32(); more > 0; --more) chain.functions.push_back(function());
      if (release_ >= 42 || profiled) chain.result_id = in_.i64();
      header_.functions.push_back(std::move(chain));
    }
  }

  void table_function() {
    PythonTableFunction& to = header_.table_function;
    if (release_ == 41 && type() == 302) to.table_argument_offsets = in_.numbers();
    to.arguments = arguments();
    if (release_ >= 40) {
      to.partition_child_indexes = in_.numbers();
      if (in_.boolean()) to.analyze_result = std::make_shared<const Bytes>(in_.bytes());
    }
    to.handler = function();
    to.return_type_json = in_.text();
    if (release_ >= 40) to.name = in_.text();
  }

  const int release_;
  RecordedHeader header_ = {};
  Fields in_;
};

Bytes read_section(std::istream& file) {
  std::uint32_t length = 0;
  for (int i = 0; i < 4; ++i) length = length << 8 | static_cast<std::uint32_t>(file.get());
  std::string text(length, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    throw Error("a recording ends too early");
  }
  const auto raw = std::as_bytes(std::span(text));
  return Bytes(raw.begin(), raw.end());
}

}  // namespace

RecordedHeader decode_header(const PythonRelease& release, std::span<const std::byte> bytes) {
  return HeaderDecoder(release, bytes).decode();
}

bool Recording::complete() const {
  constexpr std::array end{std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xfc}};
  return answer.size() > end.size() &&
         std::equal(end.begin(), end.end(), answer.end() - end.size());
}

std::span<const std::byte> Recording::data() const {
  const std::size_t marks = is_arrow(header.eval_type) ? 4 : 8;
  return std::span(input).subspan(header.size, input.size() - header.size - marks);
}

Recording read_recording(const std::string& path, const PythonRelease& release) {
  std::ifstream file(path, std::ios::binary);
  Recording made{.path = path,
                 .release = release,
                 .name = std::filesystem::path(path).stem().string(),
                 .input = read_section(file),
                 .answer = {},
                 .header = {}};
  made.answer = read_section(file);
  made.header = decode_header(made.release, made.input);
  return made;
}

std::vector<Recording> read_recordings(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".bin") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Recording> all;
  for (const std::filesystem::path& path : paths) {
    const std::string release = path.parent_path().filename().string();
    all.push_back(read_recording(path.string(), PythonRelease::parse(release)));
  }
  return all;
}

}  // namespace py4cpp::runner::test
