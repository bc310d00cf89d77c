// What one run has done so far; each only grows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/money.hpp"
#include "billing/eligibility.hpp"
#include "billing/recovery.hpp"

namespace recycled::ports {

using MoneyByCurrency = std::map<Currency, std::int64_t>;  // minor units

struct RunCounts {
  std::int64_t scanned = 0;
  std::int64_t claimed = 0;   // by the scan, by reruns and cascades of the local API
  std::int64_t sent = 0;      // hand-overs of which something has left, repeats included
  std::int64_t calls = 0;     // to the provider
  std::int64_t answered = 0;  // of those: the service was there
  std::int64_t callbacks = 0;
  std::int64_t delivered = 0;   // events, to each of their receivers
  std::int64_t pruned = 0;      // hand-overs and callbacks that lost their payloads
  std::int64_t refund_due = 0;  // became recovered, and has to be given back
  std::map<billing::NotTaken, std::int64_t> held;
  // Due, and left as it is: "card_cap", "ceiling", "not_due", "kill_switch". Words of ours alone.
  std::map<std::string_view, std::int64_t> put_off;
  std::map<billing::RecoveryState, std::int64_t> became;  // state changes, by the new state
  MoneyByCurrency taken;                                  // of what was claimed
  MoneyByCurrency recovered;                              // without what has to be given back

  bool operator==(const RunCounts&) const = default;
};

// What was done between two looks at the same run.
RunCounts since(const RunCounts& now, const RunCounts& before);

// The figures that a summary says by name.
std::int64_t became(const RunCounts& counts, billing::RecoveryState state);
std::int64_t recovered(const RunCounts& counts);  // without what has to be given back
// Why what was due was not taken, of both kinds.
std::map<std::string_view, std::int64_t> excluded(const RunCounts& counts);

// "scanned 12, taken 10 (USD 900.00), excluded 2 (no_card 2), …": one line for people.
std::string to_text(const RunCounts& counts);

}  // namespace recycled::ports
