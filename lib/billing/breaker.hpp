// Stops handing over to a FlexFactor gateway by itself when too many of its last results are bad:
// an account that was closed, a mapping that sends the wrong declines. Source: lessons.md "money
// breakers" (the refusal mix leaves its band); README "The breaker".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "billing/recovery.hpp"

namespace recycled::billing {

struct Breaker {
  int results = 0;   // of a gateway's last so many; 0: there is no breaker
  int refused = 50;  // percent of them refused, or strange: needing a person one by one
  int failed = 100;  // percent of them that it ended without a charge, refused ones included

  bool operator==(const Breaker&) const = default;
};

// What a hand-over came to, as far as the mix goes.
enum class Ending : char { recovered = 'r', failed = 'f', refused = 'x' };

// Nothing: it is no result, or none of FlexFactor's own. Cascades are judged by other rates; what a
// customer ended, or the end of expiry_days, says nothing about FlexFactor.
std::optional<Ending> ending_of(const Recovery& before, const Recovery& after);

// A gateway's last results, oldest first, a letter of Ending each. Kept at most that long.
void remember(std::string& recent, Ending ending, const Breaker& breaker);

// Why the gateway is to be paused: "31 of the last 50 results were refused (breaker_refused = 50)".
// A share is of all `results`, so that a few bad ones at the beginning are no trend.
std::optional<std::string> why_break(std::string_view recent, const Breaker& breaker);

}  // namespace recycled::billing
