// SPDX-License-Identifier: Apache-2.0
//
// Option and Tuple2, and the conversions between Scala's and Java's collections, which are all the
// same collections here.
#include "engine/facade/scala_classes.hpp"

#include "engine/facade/classes.hpp"
#include "gateway/collections.hpp"
#include "gateway/named_error.hpp"
#include "gateway/registry.hpp"

namespace py4cpp::engine {
namespace {

std::shared_ptr<List> same_list(const std::shared_ptr<List>& list) { return list; }
std::shared_ptr<Map> same_map(const std::shared_ptr<Map>& map) { return map; }

}  // namespace

const Value& Option::get() const {
  if (!value_) throw NamedError("java.util.NoSuchElementException", "None.get");
  return *value_;
}

std::string Option::to_string() const {
  return value_ ? "Some(" + plain_text(*value_) + ")" : "None";
}

void bind_scala_classes(Registry& registry) {
  registry.type<Option>("scala.Option")
      .method("isDefined", &Option::defined)
      .method("nonEmpty", &Option::defined)
      .method("isEmpty", [](const Option& option) { return !option.defined(); })
      .method("get", &Option::get)
      .method("toString", &Option::to_string);
  registry.alias("scala.Some", "scala.Option");
  registry.alias("scala.None$", "scala.Option");

  registry.type<Tuple2>("scala.Tuple2")
      .constructor([](Value first, Value second) {
        return Tuple2{std::move(first), std::move(second)};
      })
      .method("_1", [](const Tuple2& pair) -> const Value& { return pair.first; })
      .method("_2", [](const Tuple2& pair) -> const Value& { return pair.second; });

  // 4.x runs on Scala 2.13, 3.5 on 2.12: the same conversions by different names.
  registry.type("scala.jdk.javaapi.CollectionConverters")
      .static_method("asJava", &same_list)
      .static_method("asJava", &same_map);
  registry.type("scala.collection.JavaConverters")
      .static_method("seqAsJavaList", &same_list)
      .static_method("mapAsJavaMap", &same_map);
  registry.alias("scala.jdk.CollectionConverters", "scala.jdk.javaapi.CollectionConverters");

  // Names that `Class.forName` must find; TextOutput says which of them it can do.
  for (const char* codec : {"GzipCodec", "DefaultCodec", "DeflateCodec", "BZip2Codec", "Lz4Codec",
                            "SnappyCodec", "ZStandardCodec"}) {
    registry.type("org.apache.hadoop.io.compress." + std::string(codec));
  }

  registry.type("org.apache.spark.api.python.PythonUtils")
      .static_method("toSeq", &same_list)
      .static_method("toList", &same_list)
      .static_method("toScalaMap", &same_map)
      .static_method("toArray", [](const std::shared_ptr<List>& list) {
        return std::make_shared<ObjectArray>("java.lang.Object", list->snapshot());
      });
}

}  // namespace py4cpp::engine
