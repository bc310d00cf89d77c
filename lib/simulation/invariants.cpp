#include "simulation/invariants.hpp"

#include <algorithm>
#include <vector>

namespace recycled::simulation {
namespace {

using billing::RecoveryState;
using billing::SubscriptionStatus;

constexpr const char* charged_once = "one charge at most of a subscription's cycle";
constexpr const char* approval_known = "every charge at FlexFactor is in the ledger";
constexpr const char* amount_right = "the amount is what the price rule says";
constexpr const char* turn_right =
    "the re-attempt whose turn it is, at its block's gateway, when due";
constexpr const char* one_live = "one live recovery at most of a subscription's cycle";
constexpr const char* in_time = "nothing is open past its deadline and grace";
constexpr const char* home = "no subscription rests at FlexFactor's gateway";
constexpr const char* success_stays = "no failure undoes a success";
constexpr const char* stored_first = "a callback that was answered is stored";
constexpr const char* applied_all = "every callback takes effect";
constexpr const char* told_all = "every event is delivered";
constexpr const char* settled = "everything is settled at the end";

constexpr Millis patience = std::chrono::hours(48);  // of retries, beyond grace

std::string at_state(const billing::Recovery& recovery) {
  return "order " + recovery.order.str() + " is " + std::string(to_text(recovery.state)) + " (" +
         std::string(to_text(recovery.reason)) + ")";
}

const billing::RecycleProfile* profile_with(const billing::Rules& rules, const GatewayId& gateway) {
  for (const auto& profile : rules.profiles) {
    const auto& all = profile.gateways;
    if (std::find(all.begin(), all.end(), gateway) != all.end()) return &profile;
  }
  return nullptr;
}

int next_number(const billing::RecycleProfile& profile, int made) {
  for (int number = made + 1; number <= 9; ++number) {
    const auto listed = profile.reattempts.find(number);
    if (listed == profile.reattempts.end()) return 0;
    if (!listed->second.skip) return number;
  }
  return 0;
}

}  // namespace

std::int64_t amount_by_the_rule(const billing::RecycleProfile& profile, const Money& price,
                                int reattempt) {
  std::int64_t unit = 1;  // of a hundredth of a major unit, in minor units times 100
  for (int digit = 0; digit < price.currency.exponent(); ++digit) unit *= 10;
  const std::int64_t least = profile.minimum_price * unit / 100;
  if (price.minor <= least) return price.minor;
  std::int64_t off = 0;
  for (const auto& [number, step] : profile.reattempts) {
    if (number <= reattempt && !step.skip) off += step.reduction;
  }
  std::int64_t amount = price.minor - off * unit / 100;
  if (profile.reduction_type == billing::ReductionType::percentage) {
    amount = (price.minor * (10'000 - off) * 2 + 10'000) / 20'000;
  }
  return std::max(amount, least);
}

void Invariants::holds(const std::string& invariant, const SubscriptionId& who,
                       const std::string& otherwise) {
  ++checked_[invariant];
  if (!otherwise.empty()) throw Violation{invariant, world_.now(), who, otherwise};
}

void Invariants::check_day() {
  world_.look([this](ports::LedgerTx& tx) {
    check_claims(tx);
    check_charges(tx);
    check_open(tx);
    check_repeats(tx);
  });
}

void Invariants::check_claims(ports::LedgerTx& tx) {
  while (true) {
    const auto rows = tx.claimed(from_millis(INT64_MIN), from_millis(INT64_MAX), claimed_, 500);
    for (const auto& row : rows) {
      check_claim(row.stored);
      claimed_ = row.stored.key;
    }
    if (rows.empty()) return;
  }
}

void Invariants::check_claim(const ports::StoredRecovery& stored) {
  const billing::Recovery& recovery = stored.recovery;
  const auto* row = merchant_.find(stored.subscription);
  const auto* profile =
      row != nullptr ? profile_with(world_.rules(), recovery.return_gateway) : nullptr;
  if (row == nullptr || profile == nullptr || !row->declined) {
    return holds(turn_right, stored.subscription, at_state(recovery) + " and was not declined");
  }
  const int turn = next_number(*profile, row->declined->reattempts_made);
  const auto& block = turn >= 7 ? profile->gateway_7_9 : profile->gateway_4_6;
  const CivilDate last = world_.calendar().day_of(row->declined->last_attempt_at);
  std::string wrong;
  if (recovery.reattempt != turn || turn < 4) {
    wrong = "re-attempt " + std::to_string(recovery.reattempt) + " and not " + std::to_string(turn);
  } else if (!block || *block != recovery.provider_gateway) {
    wrong = "handed over to " + recovery.provider_gateway.str();
  } else if (recovery.return_gateway != row->gateway || recovery.cycle != row->cycle) {
    wrong = "not the gateway or the cycle of its decline";
  } else if (world_.calendar().day_of(recovery.claimed_at) <
             add_days(last, profile->reattempts.at(turn).days)) {
    wrong = "claimed at " + to_iso8601(recovery.claimed_at) + ", before its day";
  } else if (row->declined->stated != billing::DeclineClass::soft || row->declined->code == "41") {
    wrong = "its decline is not to be sent";
  }
  holds(turn_right, stored.subscription, wrong);
  const std::int64_t due = amount_by_the_rule(*profile, row->price, recovery.reattempt);
  holds(amount_right, stored.subscription,
        due == recovery.amount.minor && row->price.currency == recovery.amount.currency
            ? ""
            : to_decimal(recovery.amount) + " and not " +
                  to_decimal(Money{due, row->price.currency}));
}

void Invariants::check_charges(ports::LedgerTx& tx) {
  const auto& charges = world_.charges();
  for (; charged_ < charges.size(); ++charged_) {
    const flexfactor::Charge& charge = charges[charged_];
    const bool is_first = paid_.emplace(charge.subscription, charge.cycle).second;
    holds(charged_once, charge.subscription,
          is_first ? "" : "cycle " + std::to_string(charge.cycle) + " was charged twice");
    const auto recovery = tx.recovery(charge.order);
    holds(approval_known, charge.subscription,
          recovery ? "" : "order " + charge.order.str() + " is not known");
    holds(amount_right, charge.subscription,
          recovery->recovery.amount == charge.amount ? "" : "charged " + to_decimal(charge.amount));
  }
}

// Open past expiry and grace: an outage that was in its way at the time counts for nothing.
bool Invariants::is_overdue(const billing::Recovery& open) const {
  Instant from = open.expires_at + world_.rules().timing.grace;
  for (const Outage& outage : world_.network().outages()) {
    if (outage.only && *outage.only != open.provider_gateway) continue;
    if (outage.from < from + patience && outage.until > from) from = outage.until;
  }
  return world_.now() > from + patience;
}

void Invariants::check_open(ports::LedgerTx& tx) {
  std::set<std::pair<SubscriptionId, int>> live;
  for (const auto state : {RecoveryState::intended, RecoveryState::unknown, RecoveryState::waiting,
                           RecoveryState::grace, RecoveryState::withdrawing}) {
    RecoveryKey after;
    while (true) {
      const auto rows = tx.in_state(state, after, 500);
      for (const auto& row : rows) {
        const bool is_only = live.emplace(row.subscription, row.recovery.cycle).second;
        holds(one_live, row.subscription, is_only ? "" : "a second is live");
        holds(in_time, row.subscription, is_overdue(row.recovery) ? at_state(row.recovery) : "");
        const auto stored = tx.subscription(row.subscription);
        const bool is_away =
            stored && stored->subscription.gateway == row.recovery.provider_gateway;
        holds(home, row.subscription,
              is_away ? "stored at " + row.recovery.provider_gateway.str() : "");
        after = row.key;
      }
      if (rows.empty()) break;
    }
  }
}

void Invariants::check_repeats(ports::LedgerTx& tx) {
  for (const Repeated& repeated : world_.network().take_repeated()) {
    const auto stored = tx.callbacks_of(repeated.order);
    const bool is_stored = std::any_of(stored.begin(), stored.end(), [&](const auto& callback) {
      return callback.nonce == repeated.nonce;
    });
    const auto recovery = tx.recovery(repeated.order);
    holds(stored_first, recovery ? recovery->subscription : SubscriptionId(),
          is_stored ? "" : "\"seen before\" was said of a callback that is not stored");
  }
}

void Invariants::check_customer(ports::LedgerTx& tx, const billing::Subscription& ours) {
  const auto stored = tx.subscription(ours.id);
  if (!stored) return;  // nothing has ever been said of him
  const billing::Subscription& theirs = stored->subscription;
  holds(home, ours.id, theirs.gateway == ours.gateway ? "" : "rests at " + theirs.gateway.str());
  bool has_failed = merchant_.has_given_up(ours.id);
  for (const auto& past : tx.recoveries_of(stored->key)) {
    const billing::Recovery& recovery = past.recovery;
    const bool is_paid = paid_.contains({ours.id, recovery.cycle});
    const bool is_over = !is_live(recovery.state);
    holds(settled, ours.id, is_over ? "" : at_state(recovery));
    const bool is_recovered = recovery.state == RecoveryState::recovered;
    if (recovery.state != RecoveryState::released) {
      holds(approval_known, ours.id, is_paid == is_recovered ? "" : at_state(recovery));
    }
    if (recovery.state == RecoveryState::failed && recovery.cycle == theirs.cycle)
      has_failed = true;
    holds(success_stays, ours.id,
          is_recovered && theirs.cycle <= recovery.cycle ? "its cycle did not move on" : "");
  }
  const bool is_undone = theirs.status == SubscriptionStatus::recycle_failed && !has_failed;
  holds(success_stays, ours.id, is_undone ? "Recycle Failed, and nothing failed in its cycle" : "");
}

void Invariants::check_rest() {
  check_day();
  world_.look([this](ports::LedgerTx& tx) {
    merchant_.each([&](const billing::Subscription& ours) { check_customer(tx, ours); });
    const ports::Counts counts = tx.counts();
    std::string waiting;
    for (const auto& [state, count] : counts.deliveries) {
      if (state != ports::DeliveryState::delivered) waiting = std::to_string(count) + " are not";
    }
    holds(told_all, {}, waiting);
    std::string undone;
    for (const auto& [result, count] : counts.callbacks) {
      const bool is_done =
          result == ports::CallbackResult::applied || result == ports::CallbackResult::ignored;
      if (!is_done) undone = std::to_string(count) + " are " + std::string(to_text(result));
    }
    holds(applied_all, {}, undone);
  });
}

}  // namespace recycled::simulation
