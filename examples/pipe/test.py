#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Greets each line of its standard input."""

import sys

for line in sys.stdin:
    print("hello " + line, end="")
