// SPDX-License-Identifier: Apache-2.0
//
// The house as a plugin of the py4cpp command.
#include "house.hpp"

void bind(py4cpp::Registry& registry) { py4cpp::house::bind(registry); }
