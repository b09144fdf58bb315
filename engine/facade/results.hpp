// SPDX-License-Identifier: Apache-2.0
//
// Results for the driver as `[port, secret, server]`: an array that PySpark takes apart to connect
// to a DriverSocket.
#pragma once

#include <memory>
#include <vector>

#include "engine/context.hpp"
#include "gateway/convert_containers.hpp"
#include "gateway/value.hpp"

namespace py4cpp::engine {

class Application;
class DriverSocket;

/// What PySpark needs to connect.
Array<Value> socket_array(const std::shared_ptr<DriverSocket>& socket);

/// Serves the frames of finished partitions, in order.
Array<Value> serve_blocks(Application& application, std::vector<Block> blocks);

/// Runs a job on all partitions, then serves them. Throws what Context::collect throws.
Array<Value> collect_and_serve(Application& application, const std::shared_ptr<Rdd>& rdd,
                               const Properties& properties);

/// Serves partitions as the driver asks for them, a job for each. What a job throws reaches the
/// driver through the server's getResult.
Array<Value> serve_local_iterator(Application& application, const std::shared_ptr<Rdd>& rdd,
                                  const Properties& properties, bool prefetch);

}  // namespace py4cpp::engine
