// When the scan is to look at a subscription: billing's verdict, with civil days turned into
// instants of the account's time zone.
#pragma once

#include "billing/eligibility.hpp"
#include "ports/calendar.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

class Planner {
 public:
  // Both outlive the planner.
  Planner(const billing::Rules& rules, const ports::Calendar& calendar);

  billing::Verdict assess(const billing::Subscription& subscription) const;
  // due_at is the first instant of the due day (domain.md: days are the account's).
  ports::Plan plan(const billing::Subscription& subscription) const;

  const billing::Rules& rules() const { return rules_; }
  const ports::Calendar& calendar() const { return calendar_; }

 private:
  const billing::Rules& rules_;
  const ports::Calendar& calendar_;
};

}  // namespace recycled::engine
