// SPDX-License-Identifier: Apache-2.0
//
// Records of several frames (a pair, a pair of pairs) put into one frame each and taken out again,
// for nodes that pair frame with frame.
#pragma once

#include <cstddef>
#include <memory>

#include "engine/rdd.hpp"

namespace py4cpp::engine {

/// `cartesian` of records that have `left_width` and `right_width` frames. The result's records
/// have the frames of both, the left ones first.
std::shared_ptr<Rdd> make_cartesian(std::shared_ptr<Rdd> left, std::size_t left_width,
                                    std::shared_ptr<Rdd> right, std::size_t right_width,
                                    const std::string& site);

}  // namespace py4cpp::engine
