// SPDX-License-Identifier: Apache-2.0
//
// A plugin that cannot do its work here.
#include <stdexcept>

namespace py4cpp {
class Registry;
}

void bind(py4cpp::Registry&) { throw std::runtime_error("no licence for this machine"); }
