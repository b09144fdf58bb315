// SPDX-License-Identifier: Apache-2.0
//
// One binding function for each group of classes. All of them are called once, before the registry
// is frozen, and bind functions that hold the host.
#pragma once

#include <memory>

#include "gateway/registry.hpp"

namespace py4cpp::engine {

class Host;

using SharedHost = std::shared_ptr<Host>;

void bind_scala_classes(Registry& registry);                            // Option, Tuple2, Seq
void bind_util_classes(Registry& registry, const SharedHost& host);     // SparkConf, Utils, File
void bind_context_classes(Registry& registry, const SharedHost& host);  // SparkContext
void bind_input_methods(Registry& registry, const SharedHost& host);    // textFile, union, ...
void bind_status_classes(Registry& registry, const SharedHost& host);   // status tracker
void bind_shared_classes(Registry& registry, const SharedHost& host);   // broadcast, accumulators
void bind_rdd_classes(Registry& registry, const SharedHost& host);      // RDD and its nodes
void bind_java_rdd_classes(Registry& registry);                         // JavaRDD, JavaPairRDD
void bind_result_methods(Registry& registry, const SharedHost& host);   // collectAndServe, ...
void bind_session_classes(Registry& registry, const SharedHost& host);  // SparkSession, confs
void bind_dataset_classes(Registry& registry, const SharedHost& host);  // reader, Dataset
void bind_error_classes(Registry& registry, const SharedHost& host);    // exceptions
void bind_missing_classes(Registry& registry);                          // everything else

}  // namespace py4cpp::engine
