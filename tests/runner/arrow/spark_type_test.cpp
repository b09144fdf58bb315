// SPDX-License-Identifier: Apache-2.0
//
// Arrow's types in Spark SQL's words.
#include "runner/arrow/spark_type.hpp"

#include <arrow/api.h>
#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;

TEST_SUITE("spark types") {
  TEST_CASE("plain types have a name") {
    const std::vector<std::pair<std::shared_ptr<arrow::DataType>, std::string>> types = {
        {arrow::null(), "void"},
        {arrow::boolean(), "boolean"},
        {arrow::int8(), "byte"},
        {arrow::uint8(), "short"},
        {arrow::int16(), "short"},
        {arrow::int32(), "integer"},
        {arrow::uint32(), "long"},
        {arrow::int64(), "long"},
        {arrow::float32(), "float"},
        {arrow::float64(), "double"},
        {arrow::utf8(), "string"},
        {arrow::large_utf8(), "string"},
        {arrow::binary(), "binary"},
        {arrow::large_binary(), "binary"},
        {arrow::date32(), "date"},
        {arrow::time64(arrow::TimeUnit::NANO), "time(6)"},
        {arrow::timestamp(arrow::TimeUnit::MICRO), "timestamp_ntz"},
        {arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), "timestamp"},
        {arrow::duration(arrow::TimeUnit::MICRO), "interval day to second"},
        {arrow::decimal128(38, 18), "decimal(38,18)"},
    };
    for (const auto& [type, name] : types) CHECK(spark_type_json(*type) == '"' + name + '"');
  }

  TEST_CASE("nested types say what may be null") {
    const auto schema = arrow::schema(
        {arrow::field("a \"b\"", arrow::list(arrow::field("item", arrow::int64(), false)), false),
         arrow::field("m", arrow::map(arrow::utf8(),
                                      arrow::struct_({arrow::field("x", arrow::boolean())})))});
    CHECK(spark_type_json(*schema) ==
          R"({"type":"struct","fields":[)"
          R"({"name":"a \"b\"","type":{"type":"array","elementType":"long","containsNull":false},)"
          R"("nullable":false,"metadata":{}},)"
          R"({"name":"m","type":{"type":"map","keyType":"string","valueType":)"
          R"({"type":"struct","fields":[{"name":"x","type":"boolean","nullable":true,)"
          R"("metadata":{}}]},"valueContainsNull":true},"nullable":true,"metadata":{}}]})");
  }

  TEST_CASE("a type that Spark lacks is named") {
    CHECK_THROWS_WITH_AS(spark_type_json(*arrow::list(arrow::uint64())),
                         doctest::Contains("uint64"), Error);
    CHECK_THROWS_WITH_AS(spark_type_json(*arrow::month_interval()),
                         doctest::Contains("month_interval"), Error);
  }

  TEST_CASE("a time of day needs a release that has the type") {
    const auto times = arrow::list(arrow::time64(arrow::TimeUnit::MICRO));
    CHECK(spark_type_json(*times, {4, 1}) ==
          R"json({"type":"array","elementType":"time(6)","containsNull":true})json");
    CHECK_THROWS_WITH_AS(spark_type_json(*times, {4, 0}),
                         doctest::Contains("PySpark 4.0 has no type for time64[us]; use 4.1"),
                         Error);
  }

  TEST_CASE("marked structs are variants, geometries and geographies where the release has them") {
    const auto marked = [](const std::string& key, const std::string& srid) {
      const auto metadata = arrow::key_value_metadata({key, "srid"}, {"true", srid});
      return arrow::struct_({arrow::field("srid", arrow::int32(), false),
                             arrow::field("wkb", arrow::binary(), false, metadata)});
    };
    const auto variant =
        arrow::struct_({arrow::field("value", arrow::binary(), false),
                        arrow::field("metadata", arrow::binary(), false,
                                     arrow::key_value_metadata({"variant"}, {"true"}))});
    CHECK(spark_type_json(*variant, {4, 0}) == R"("variant")");
    CHECK(spark_type_json(*marked("geometry", "3857"), {4, 1}) ==
          R"json("geometry(EPSG:3857)")json");
    CHECK(spark_type_json(*marked("geography", "-1")) ==
          R"json("geography(SRID:ANY, SPHERICAL)")json");
    CHECK_THROWS_WITH_AS(spark_type_json(*variant, {3, 5}), doctest::Contains("use 4.0"), Error);
    CHECK_THROWS_WITH_AS(spark_type_json(*marked("geometry", "0"), {4, 0}),
                         doctest::Contains("use 4.1"), Error);
    CHECK_THROWS_WITH_AS(spark_type_json(*marked("geometry", "31")),
                         doctest::Contains("no coordinate system with the number '31'"), Error);
    CHECK(spark_type_json(*marked("other", "0")).starts_with(R"({"type":"struct")"));
  }
}
