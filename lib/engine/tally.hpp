// What one run has done, for its summary line and the run's row in the ledger.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "billing/eligibility.hpp"
#include "engine/apply.hpp"

namespace recycled::engine {

struct Tally {
  std::int64_t scanned = 0;
  std::int64_t claimed = 0;
  std::int64_t calls = 0;     // to the provider
  std::int64_t answered = 0;  // of those: the service was there
  std::int64_t callbacks = 0;
  std::int64_t delivered = 0;  // events, to each of their receivers
  std::map<billing::NotTaken, std::int64_t> held;
  std::map<billing::RecoveryState, std::int64_t> became;  // state changes, by the new state
  std::map<Currency, std::int64_t> recovered;             // minor units

  void note(const Applied& applied);
  // "scanned 12, claimed 10, …, recovered 7 (USD 629.65)": one line for people.
  std::string text() const;
};

}  // namespace recycled::engine
