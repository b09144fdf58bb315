// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "launcher/commands.hpp"
#include "launcher/submission.hpp"
#include "launcher/version.hpp"

namespace py4cpp::launcher {

int submit_command(const std::string& command, const std::vector<std::string>& arguments) {
  const bool shell = !arguments.empty() && arguments.front() == interactive_shell;
  const std::vector<std::string> given(arguments.begin() + (shell ? 1 : 0), arguments.end());
  const SubmitOptions options = parse_submit_options(given);
  if (options.help) {
    std::cout << submit_help(command);
    return 0;
  }
  if (options.version) {
    std::cout << version_text();
    return 0;
  }
  if (shell) return become_shell(options, given);
  if (options.script == shell_gateway) return serve_driver(options);
  if (options.script.empty()) throw UsageError("no script was given");
  return run_script(options);
}

}  // namespace py4cpp::launcher
