// SPDX-License-Identifier: Apache-2.0
#include "runner/arrow/spark_type.hpp"

#include <arrow/util/key_value_metadata.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace py4cpp::runner {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const arrow::DataType& type, const PythonRelease& release);

Error no_type(const arrow::DataType& type, const PythonRelease& release,
              bool WireVariant::*column) {
  return Error("PySpark " + release.text() + " has no type for " + type.ToString() + "; use " +
               to_text(first_release_with(column)) + " or later, or cast the column first");
}

// What the metadata of a struct's field says under that key; empty when there is no such field.
std::string mark_of(const arrow::StructType& type, const std::string& field,
                    const std::string& key) {
  const auto found = type.GetFieldByName(field);
  if (!found || !found->HasMetadata()) return "";
  return found->metadata()->Get(key).ValueOr("");
}

// The coordinate systems that PySpark knows, by their number.
std::string coordinates_of(const arrow::StructType& type) {
  const std::string srid = mark_of(type, "wkb", "srid");
  for (const auto& [number, name] :
       {std::pair("-1", "SRID:ANY"), std::pair("0", "SRID:0"), std::pair("3857", "EPSG:3857"),
        std::pair("4326", "OGC:CRS84")}) {
    if (srid == number) return name;
  }
  throw Error("PySpark knows no coordinate system with the number '" + srid + "' (the srid of " +
              type.ToString() + ")");
}

// Structs that stand for a type of their own, which the metadata of a field says; null for others.
Json marked_type_of(const arrow::StructType& type, const PythonRelease& release) {
  const auto& variant = release.variant();
  if (type.GetFieldByName("value") && mark_of(type, "metadata", "variant") == "true") {
    if (!variant.variant_type) throw no_type(type, release, &WireVariant::variant_type);
    return "variant";
  }
  const bool is_geometry = mark_of(type, "wkb", "geometry") == "true";
  const bool is_geography = mark_of(type, "wkb", "geography") == "true";
  if (!type.GetFieldByName("srid") || (!is_geometry && !is_geography)) return nullptr;
  if (!variant.spatial_types) throw no_type(type, release, &WireVariant::spatial_types);
  return is_geometry ? "geometry(" + coordinates_of(type) + ")"
                     : "geography(" + coordinates_of(type) + ", SPHERICAL)";
}

Json struct_of(const arrow::FieldVector& fields, const PythonRelease& release) {
  Json columns = Json::array();
  for (const auto& field : fields) {
    columns.push_back({{"name", field->name()},
                       {"type", json_of(*field->type(), release)},
                       {"nullable", field->nullable()},
                       {"metadata", Json::object()}});
  }
  return {{"type", "struct"}, {"fields", std::move(columns)}};
}

Json array_of(const arrow::Field& items, const PythonRelease& release) {
  return {{"type", "array"},
          {"elementType", json_of(*items.type(), release)},
          {"containsNull", items.nullable()}};
}

Json map_of(const arrow::MapType& map, const PythonRelease& release) {
  return {{"type", "map"},
          {"keyType", json_of(*map.key_type(), release)},
          {"valueType", json_of(*map.item_type(), release)},
          {"valueContainsNull", map.item_field()->nullable()}};
}

Json decimal_of(const arrow::DecimalType& decimal) {
  return "decimal(" + std::to_string(decimal.precision()) + "," + std::to_string(decimal.scale()) +
         ")";
}

// Workers write the time of day in microseconds, whatever unit Arrow holds it in.
Json time_of(const arrow::DataType& type, const PythonRelease& release) {
  if (release.variant().time_type) return "time(6)";
  throw no_type(type, release, &WireVariant::time_type);
}

// Types without parameters; empty for all others.
const char* plain_name(arrow::Type::type id) {
  switch (static_cast<int>(id)) {
    case arrow::Type::NA:
      return "void";
    case arrow::Type::BOOL:
      return "boolean";
    case arrow::Type::INT8:
      return "byte";
    case arrow::Type::UINT8:
    case arrow::Type::INT16:
      return "short";
    case arrow::Type::UINT16:
    case arrow::Type::INT32:
      return "integer";
    case arrow::Type::UINT32:
    case arrow::Type::INT64:
      return "long";
    case arrow::Type::FLOAT:
      return "float";
    case arrow::Type::DOUBLE:
      return "double";
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
      return "string";
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::FIXED_SIZE_BINARY:
      return "binary";
    case arrow::Type::DATE32:
      return "date";
    case arrow::Type::DURATION:
      return "interval day to second";
    default:
      return "";
  }
}

Json json_of(const arrow::DataType& type, const PythonRelease& release) {
  if (const char* name = plain_name(type.id()); *name != '\0') return name;
  switch (static_cast<int>(type.id())) {
    case arrow::Type::TIMESTAMP:
      return static_cast<const arrow::TimestampType&>(type).timezone().empty() ? "timestamp_ntz"
                                                                               : "timestamp";
    case arrow::Type::TIME64:
      return time_of(type, release);
    case arrow::Type::DECIMAL128:
      return decimal_of(static_cast<const arrow::DecimalType&>(type));
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST:
      return array_of(*type.field(0), release);
    case arrow::Type::MAP:
      return map_of(static_cast<const arrow::MapType&>(type), release);
    case arrow::Type::STRUCT: {
      const Json marked = marked_type_of(static_cast<const arrow::StructType&>(type), release);
      return marked.is_null() ? struct_of(type.fields(), release) : marked;
    }
    default:
      throw Error("PySpark's workers know no type for " + type.ToString() +
                  "; cast the column first");
  }
}

}  // namespace

std::string spark_type_json(const arrow::DataType& type, const PythonRelease& release) {
  return json_of(type, release).dump();
}

std::string spark_type_json(const arrow::Schema& schema, const PythonRelease& release) {
  return struct_of(schema.fields(), release).dump();
}

}  // namespace py4cpp::runner
