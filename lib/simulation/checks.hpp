// What an invariant's check leaves: a count, or the violation that ends a simulation.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/id.hpp"
#include "base/time.hpp"
#include "billing/recovery.hpp"

namespace recycled::simulation {

struct Violation {
  std::string invariant;
  Instant at{};
  std::string whose;  // "subscription S-1", "sale O-1"; empty: of nobody in particular
  std::string detail;
};

// The names, and how often each was checked.
using Checked = std::map<std::string, std::int64_t>;

class Checks {
 public:
  // By the true time. Throws a Violation unless `otherwise` is empty.
  void holds(const std::string& invariant, const std::string& whose, const std::string& otherwise,
             Instant now) {
    ++checked_[invariant];
    if (!otherwise.empty()) throw Violation{invariant, now, whose, otherwise};
  }
  const Checked& checked() const { return checked_; }

 private:
  Checked checked_;
};

// It was reported that the money went back. That it had been taken is then known as well, though
// the report of that may have been lost.
inline bool went_back(const billing::Recovery& recovery) {
  return recovery.refunded || recovery.charged_back;
}

// Of subscriptions and of sales alike.
inline constexpr const char* amount_right = "the amount is what the price rule says";
inline constexpr const char* approval_known = "every charge at FlexFactor is in the ledger";
inline constexpr const char* settled = "everything is settled at the end";
inline constexpr const char* one_live = "one live recovery at most of a cycle or sale";
inline constexpr const char* success_stays = "no failure undoes a success";

}  // namespace recycled::simulation
