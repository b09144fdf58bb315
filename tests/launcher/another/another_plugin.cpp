// SPDX-License-Identifier: Apache-2.0
//
// A plugin that was built against another version.
namespace py4cpp {
class Registry;
void function_of_another_version(Registry& registry);
}  // namespace py4cpp

void bind(py4cpp::Registry& registry) { py4cpp::function_of_another_version(registry); }
