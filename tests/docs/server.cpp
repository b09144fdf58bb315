// SPDX-License-Identifier: Apache-2.0
struct Thermostat {
  explicit Thermostat(double celsius);
};

// block 1
