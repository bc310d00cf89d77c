#include "simulation/invariants.hpp"

#include <algorithm>
#include <vector>

#include "simulation/rule_book.hpp"
#include "store/open.hpp"

namespace recycled::simulation {
namespace {

using billing::RecoveryState;
using billing::SubscriptionStatus;

constexpr const char* charged_once = "one charge at most of a subscription's cycle";
constexpr const char* turn_right =
    "the re-attempt whose turn it is, at its block's gateway, when due";
constexpr const char* in_time = "nothing is open past its deadline and grace";
constexpr const char* home = "no subscription rests at FlexFactor's gateway";
constexpr const char* stored_first = "a callback that was answered is stored";
constexpr const char* applied_all = "every callback takes effect";
constexpr const char* trail_grows = "the audit chain only grows, and its head is its last row's";
constexpr const char* verified = "verify finds nothing wrong with the ledger";
constexpr const char* rebilled_by_number =
    "what FlexFactor sold is rebilled with the card number (N3)";
constexpr const char* told_all = "every event is delivered";

constexpr Millis patience = std::chrono::hours(48);  // of retries, beyond grace

std::string at_state(const billing::Recovery& recovery) {
  return "order " + recovery.order.str() + " is " + std::string(to_text(recovery.state)) + " (" +
         std::string(to_text(recovery.reason)) + ")";
}

// Some are handed over long after they were due, perhaps in the last days.
bool keeps_back(const billing::Rules& rules) {
  const billing::Rules none;
  return rules.card_cap > 0 || rules.ceilings != none.ceilings || rules.breaker != none.breaker;
}

}  // namespace

void Invariants::holds(const char* invariant, const SubscriptionId& who,
                       const std::string& otherwise) {
  const std::string whose = who.empty() ? "" : "subscription " + who.str();
  checks_.holds(invariant, whose, otherwise, world_.now());
}

void Invariants::look_at_news(ports::LedgerTx& tx) {
  check_claims(tx);
  check_charges(tx);
  check_repeats(tx);
  check_trail(tx);
}

void Invariants::check_step(const std::vector<OrderId>& touched) {
  world_.look([&](ports::LedgerTx& tx) {
    look_at_news(tx);
    for (const OrderId& order : touched) {
      if (const auto stored = tx.recovery(order)) check_touched(tx, *stored);
    }
  });
}

void Invariants::check_day() {
  world_.look([this](ports::LedgerTx& tx) {
    look_at_news(tx);
    check_open(tx);
  });
}

void Invariants::check_signed_up(const SubscriptionId& sold) {
  const bool is_marked =
      world_.subscription(sold.str()).rebill_with == billing::RebillWith::card_number_without_cvv;
  holds(rebilled_by_number, sold, is_marked ? "" : "it is not marked so");
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
  if (!stored.sale.empty()) return sales_.check_claim(stored);
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
  } else if (!may_be_sent(world_.rules(), row->gateway, billing::OrderType::recurring,
                          *row->declined)) {
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
    const auto recovery = tx.recovery(charge.order);
    holds(approval_known, charge.subscription,
          recovery ? "" : "order " + charge.order.str() + " is not known");
    if (!recovery->sale.empty()) {
      sales_.check_charge(tx, charge, *recovery);
      continue;
    }
    const bool is_first = paid_.emplace(charge.subscription, charge.cycle).second;
    holds(charged_once, charge.subscription,
          is_first ? "" : "cycle " + std::to_string(charge.cycle) + " was charged twice");
    holds(amount_right, charge.subscription,
          recovery->recovery.amount == charge.amount ? "" : "charged " + to_decimal(charge.amount));
  }
}

void Invariants::check_touched(ports::LedgerTx& tx, const ports::StoredRecovery& stored) {
  const billing::Recovery& recovery = stored.recovery;
  const bool is_recovered = recovery.state == RecoveryState::recovered;
  if (is_recovered) recovered_.insert(recovery.order);
  const bool was_recovered = recovered_.contains(recovery.order);
  holds(success_stays, stored.subscription,
        was_recovered && !is_recovered ? at_state(recovery) : "");
  int live = 0;
  for (const auto& one : tx.recoveries_of(stored.subject)) {
    if (one.recovery.cycle == recovery.cycle && is_live(one.recovery.state)) ++live;
  }
  holds(one_live, stored.subscription, live <= 1 ? "" : std::to_string(live) + " are live");
  if (!stored.sale.empty()) return sales_.check_touched(stored);
  const auto row = tx.subscription(stored.subscription);
  const bool is_away = row && row->subscription.gateway == recovery.provider_gateway;
  holds(home, stored.subscription, is_away ? "stored at " + recovery.provider_gateway.str() : "");
}

void Invariants::check_trail(ports::LedgerTx& tx) {
  const ports::AuditHead head = tx.audit_head();
  std::string wrong;
  if (head.rows < trail_.rows) {
    wrong = std::to_string(trail_.rows - head.rows) + " rows are gone";
  } else if (trail_.rows > 0 && tx.audit_hash(trail_.rows) != trail_.hash) {
    wrong = "row " + std::to_string(trail_.rows) + " is another";
  } else if (head.rows > 0 && tx.audit_hash(head.rows) != head.hash) {
    wrong = "its last row is not its head";
  }
  holds(trail_grows, {}, wrong);
  trail_ = head;
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
  std::set<std::pair<std::string, int>> live;
  for (const auto state : {RecoveryState::intended, RecoveryState::unknown, RecoveryState::waiting,
                           RecoveryState::grace, RecoveryState::withdrawing}) {
    RecoveryKey after;
    while (true) {
      const auto rows = tx.in_state(state, after, 500);
      for (const auto& row : rows) {
        const std::string whose =
            row.sale.empty() ? row.subscription.str() : "sale " + row.sale.str();
        const bool is_only = live.emplace(whose, row.recovery.cycle).second;
        holds(one_live, row.subscription, is_only ? "" : "a second is live");
        holds(in_time, row.subscription, is_overdue(row.recovery) ? at_state(row.recovery) : "");
        if (!row.sale.empty()) {
          after = row.key;
          continue;
        }
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
    const bool is_over = !is_live(recovery.state);
    const bool may_go_on = keeps_back(world_.rules()) && !is_overdue(recovery);
    holds(settled, ours.id, is_over || may_go_on ? "" : at_state(recovery));
    if (!is_over) continue;
    const bool is_paid = paid_.contains({ours.id, recovery.cycle});
    const bool is_recovered = recovery.state == RecoveryState::recovered;
    if (recovery.state != RecoveryState::released) {
      const bool is_known = is_recovered || went_back(recovery);
      holds(approval_known, ours.id, is_paid == is_known ? "" : at_state(recovery));
    }
    if (recovery.state == RecoveryState::failed && recovery.cycle == theirs.cycle)
      has_failed = true;
    holds(success_stays, ours.id,
          is_recovered && theirs.cycle <= recovery.cycle ? "its cycle did not move on" : "");
  }
  const bool is_undone = theirs.status == SubscriptionStatus::recycle_failed && !has_failed;
  holds(success_stays, ours.id, is_undone ? "Recycle Failed, and nothing failed in its cycle" : "");
}

void Invariants::check_told(ports::LedgerTx& tx) {
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
}

void Invariants::check_rest(const std::set<OrderId>& given_back_by_hand) {
  check_day();
  world_.look([&](ports::LedgerTx& tx) {
    merchant_.each([&](const billing::Subscription& ours) { check_customer(tx, ours); });
    sales_.check_rest(tx, given_back_by_hand);
    check_told(tx);
  });
}

void Invariants::examine(const report::ExaminerTools& tools) {
  report::Examiner examiner(tools, world_.now());
  const auto read = store::inspect_ledger(
      world_.ledger(), [&examiner](ports::LedgerInspector& ledger) { examiner.examine(ledger); });
  const auto& found = examiner.examination();
  std::string wrong = read ? "" : read.error().message;
  if (!found.findings.empty()) {
    const report::Breach& first = found.findings.front();
    wrong = std::string(to_text(first.invariant)) + ": " + first.whose + ": " + first.what;
  }
  holds(verified, {}, wrong);
}

}  // namespace recycled::simulation
