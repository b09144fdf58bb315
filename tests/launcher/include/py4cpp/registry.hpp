// SPDX-License-Identifier: Apache-2.0
//
// Lets the examples, which include the installed headers, be built in this tree as well.
#pragma once

#include "gateway/registry.hpp"
