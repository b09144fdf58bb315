// SPDX-License-Identifier: Apache-2.0
//
// What the launcher itself tells the user, on standard error.
#pragma once

#include <string>
#include <string_view>

#include "launcher/submission.hpp"

namespace py4cpp::launcher {

/// `py4cpp: error: text`, in one write.
void report_error(std::string_view text);

/// The submission's warnings, and with --verbose what was understood.
void report_submission(const Submission& submission);

}  // namespace py4cpp::launcher
