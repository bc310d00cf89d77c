// What one run has done so far; each only grows.
#pragma once

#include <cstdint>
#include <map>

#include "base/money.hpp"
#include "billing/eligibility.hpp"
#include "billing/recovery.hpp"

namespace recycled::ports {

struct RunCounts {
  std::int64_t scanned = 0;
  std::int64_t claimed = 0;
  std::int64_t calls = 0;     // to the provider
  std::int64_t answered = 0;  // of those: the service was there
  std::int64_t callbacks = 0;
  std::int64_t delivered = 0;  // events, to each of their receivers
  std::map<billing::NotTaken, std::int64_t> held;
  std::map<billing::RecoveryState, std::int64_t> became;  // state changes, by the new state
  std::map<Currency, std::int64_t> recovered;             // minor units
};

}  // namespace recycled::ports
