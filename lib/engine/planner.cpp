#include "engine/planner.hpp"

namespace recycled::engine {

Planner::Planner(const billing::Rules& rules, const ports::Calendar& calendar)
    : rules_(rules), calendar_(calendar) {}

billing::Verdict Planner::assess(const billing::Subscription& subscription) const {
  const Instant last =
      subscription.declined ? subscription.declined->last_attempt_at : from_millis(0);
  return billing::assess(subscription, calendar_.day_of(last), rules_);
}

ports::Plan Planner::plan(const billing::Subscription& subscription) const {
  const billing::Verdict verdict = assess(subscription);
  ports::Plan plan;
  if (const auto* hand_over = std::get_if<billing::HandOver>(&verdict)) {
    plan.due_at = calendar_.start_of(hand_over->due_on);
  } else {
    plan.refusal = std::get<billing::Refusal>(verdict);
  }
  return plan;
}

}  // namespace recycled::engine
