// SPDX-License-Identifier: Apache-2.0
//
// A shared library that is no plugin, although libc below it has a function named bind.
#include <sys/socket.h>

void greet(int socket) { ::bind(socket, nullptr, 0); }
