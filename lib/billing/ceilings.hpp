// How much may be handed over in one run and on one day: a safety catch against what nobody meant,
// such as an import of everything. Source: lessons.md "money breakers"; README "Ceilings".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/money.hpp"

namespace recycled::billing {

// Hand-overs counted, with what was to be charged by them.
struct HandedOver {
  std::int64_t count = 0;
  std::map<Currency, std::int64_t> minor;  // minor units

  void add(const Money& amount);

  bool operator==(const HandedOver&) const = default;
};

// The most of them.
struct Ceiling {
  std::int64_t count = 0;                  // 0: none
  std::map<Currency, std::int64_t> minor;  // of a currency that is not there: none

  bool operator==(const Ceiling&) const = default;
};

struct Ceilings {
  Ceiling run;  // of a command that ends: `once`, `backfill`, `rerun`
  Ceiling day;  // a civil day of the account's zone, whoever hands over

  bool operator==(const Ceilings&) const = default;
};

bool any(const Ceiling& ceiling);

// Whether one more of that amount is too much; then which key of [limits] says so, as it is
// written: "hand_overs_per_day = 1000". `span` is "run" or "day".
std::optional<std::string> too_much(const Ceiling& ceiling, const HandedOver& so_far,
                                    const Money& next, const std::string& span);

}  // namespace recycled::billing
