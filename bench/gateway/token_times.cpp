// SPDX-License-Identifier: Apache-2.0
//
// Times the gateway's judgement of wrong tokens, without sockets, for token_times.py:
//
//   gateway_token_times TOKEN ROUNDS < TOKENS
//
// Prints one line for each line of the input: nanoseconds of one judgement, ROUNDS times. The
// tokens take turns in random order, so that whatever else the machine does falls on all alike.
#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gateway/control/admission.hpp"

int main(int count, char** words) {
  using Clock = std::chrono::steady_clock;
  if (count != 3) return 2;
  py4cpp::GatewayOptions options;
  options.token = words[1];
  const auto rounds = std::stoul(words[2]);
  std::vector<std::string> tokens;
  for (std::string line; std::getline(std::cin, line);) tokens.push_back(line);

  std::vector<std::vector<std::int64_t>> times(tokens.size());
  std::vector<std::size_t> order(tokens.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937 random(1);
  constexpr int judgements = 16;  // Of one sample: a single one is shorter than the clock is exact.
  for (std::size_t round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t at : order) {
      const std::array<std::string_view, 2> lines{"A", tokens[at]};
      const py4cpp::wire::Message message{lines};
      const auto start = Clock::now();
      for (int i = 0; i < judgements; ++i)
        if (!py4cpp::judge_first(message, options).refusal) return 1;
      times[at].push_back((Clock::now() - start).count() / judgements);
    }
  }
  for (const auto& row : times) {
    for (const auto ns : row) std::cout << ns << ' ';
    std::cout << '\n';
  }
}
