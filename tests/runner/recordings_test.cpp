// SPDX-License-Identifier: Apache-2.0
//
// Tasks as Apache Spark of every release gave them to its workers, and the workers' answers: the
// runner's own encoder writes the same header, and its parser reads the answer wherever it is cut.
#include <doctest/doctest.h>

#include <set>

#include "answer_script.hpp"
#include "hex.hpp"
#include "recording.hpp"
#include "runner/task/task_header.hpp"
#include "runner/task/udf_command.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

const std::vector<Recording>& recordings() {
  static const std::vector<Recording> all = read_recordings(PY4CPP_RECORDINGS);
  return all;
}

void write_payload(const Recording& recording, BytesWriter& out) {
  const RecordedHeader& header = recording.header;
  const WireVariant& variant = recording.release.variant();
  switch (eval_type_info(header.eval_type).payload) {
    case PayloadForm::command:
      out.bytes(header.command);
      return;
    case PayloadForm::udfs:
      write_udf_command(variant,
                        {.type = header.eval_type,
                         .functions = header.functions,
                         .arguments = header.arguments,
                         .input_type_json = header.input_type_json,
                         .profiler = header.profiler},
                        out);
      return;
    case PayloadForm::udtf:
      write_udtf_command(variant,
                         {.type = header.eval_type,
                          .function = header.table_function,
                          .input_type_json = header.input_type_json},
                         out);
      return;
  }
}

Bytes encoded_again(const Recording& recording) {
  const RecordedHeader& header = recording.header;
  BroadcastChange broadcasts{
      .removed = header.removed, .added = {}, .server = header.broadcast_server};
  for (const Broadcast& broadcast : header.added) {
    broadcasts.added.push_back(std::make_shared<const Broadcast>(broadcast));
  }
  Bytes out;
  write_task_header(recording.release.variant(),
                    {.context = header.context,
                     .python_version = header.python_version,
                     .files_directory = header.files_directory,
                     .includes = header.includes,
                     .broadcasts = broadcasts,
                     .eval_type = header.eval_type,
                     .runner_conf = header.runner_conf,
                     .eval_conf = header.eval_conf,
                     .write_command = [&](BytesWriter& to) { write_payload(recording, to); }},
                    out);
  return out;
}

AnswerParser parser_for(const Recording& recording) {
  const bool arrow = is_arrow(recording.header.eval_type);
  return {recording.release.variant().timing_fields,
          {},
          arrow ? AnswerForm::arrow_stream : AnswerForm::frames};
}

}  // namespace

TEST_SUITE("recordings of Apache Spark") {
  TEST_CASE("every eval type of every release was recorded") {
    std::map<std::string, std::set<int>> types;
    for (const Recording& recording : recordings()) {
      types[recording.release.text()].insert(static_cast<int>(recording.header.eval_type));
    }
    for (const PythonRelease& release : known_releases()) {
      for (const EvalTypeInfo& type : eval_types()) {
        if (release.number() < type.first_release) continue;
        CAPTURE(release.text());
        CAPTURE(type.name);
        CHECK(types[release.text()].contains(static_cast<int>(type.type)));
      }
    }
  }

  TEST_CASE("a recorded header is encoded again byte for byte, but for the order of its maps") {
    for (const Recording& recording : recordings()) {
      CAPTURE(recording.path);
      const Bytes again = encoded_again(recording);
      CHECK(again.size() == recording.header.size);
      CHECK(hex(decode_header(recording.release, again).canonical) ==
            hex(recording.header.canonical));
    }
  }

  TEST_CASE("a recorded answer is read in whole and in bytes") {
    for (const Recording& recording : recordings()) {
      CAPTURE(recording.path);
      AnswerParser at_once = parser_for(recording);
      const Reading whole = read(at_once, recording.answer, recording.answer.size());
      CHECK(whole.left == 0);
      CHECK((whole.ending == "reusable") == recording.complete());
      CHECK(whole.ending != "violation");
      CHECK(whole.ending != "cut");
      AnswerParser by_bytes = parser_for(recording);
      const Reading slow = read(by_bytes, recording.answer, 1);
      CHECK(slow.data == whole.data);
      CHECK(slow.ending == whole.ending);
      CHECK(by_bytes.accumulator_updates() == at_once.accumulator_updates());
    }
  }

  TEST_CASE("a recorded answer that is cut anywhere is neither complete nor wrong") {
    for (const Recording& recording : recordings()) {
      CAPTURE(recording.path);
      std::size_t cut_short = 0;
      for (std::size_t size = 0; size < recording.answer.size(); ++size) {
        AnswerParser parser = parser_for(recording);
        const Bytes part(recording.answer.begin(),
                         recording.answer.begin() + static_cast<std::ptrdiff_t>(size));
        if (read(parser, part, part.size() + 1).ending == "cut") ++cut_short;
      }
      CHECK(cut_short == recording.answer.size());
    }
  }
}
