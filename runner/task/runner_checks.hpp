// SPDX-License-Identifier: Apache-2.0
//
// What a runner makes sure of before its first task, so that a mistake is told where it was made
// and not by a worker that reads nonsense.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runner/python_runner.hpp"

namespace py4cpp::runner {

/// Gives back `functions` when there are some, all have commands, need one interpreter, and there
/// are as many lists of arguments. Throws Error otherwise.
std::vector<ChainedPythonFunctions> checked_functions(
    std::vector<ChainedPythonFunctions> functions,
    const std::vector<std::vector<Argument>>& arguments);

/// Gives back `arguments` when the release has the eval type and reads all that they say. Throws
/// Error otherwise.
std::vector<std::vector<Argument>> checked_arguments(std::vector<std::vector<Argument>> arguments,
                                                     EvalType type, const PythonRelease& release);

/// `options` with both confs as they go over the wire. Throws Error when the eval type needs
/// something that they lack, or the release cannot do what they ask for.
RunnerOptions completed(RunnerOptions options, EvalType type, const PythonRelease& release,
                        std::size_t functions);

/// What all functions together need: each include once.
std::vector<std::string> all_includes(const std::vector<ChainedPythonFunctions>& functions);

/// The same with broadcasts. Throws Error when there are some and the workers cannot read any.
std::vector<std::shared_ptr<const Broadcast>> checked_broadcasts(
    const std::vector<ChainedPythonFunctions>& functions, const WorkerOptions& workers);

}  // namespace py4cpp::runner
