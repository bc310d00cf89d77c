#include "engine/apply.hpp"

#include "base/ensure.hpp"
#include "base/failpoint.hpp"
#include "billing/calendar.hpp"
#include "engine/announce.hpp"
#include "engine/breaker.hpp"
#include "engine/line.hpp"
#include "engine/settle.hpp"

namespace recycled::engine {
namespace {

using billing::RecoveryState;
using billing::SubscriptionStatus;

// Nothing else writes inside our transaction on SQLite; on a database with concurrent writers a
// guard may fail a few times, not for ever.
constexpr int guard_tries = 5;

// Has the subscription gone its own way since this recovery ended?
bool has_moved_on(SubscriptionStatus status, const billing::Recovery& recovery) {
  switch (status) {
    case SubscriptionStatus::recycle_billing:
    case SubscriptionStatus::recycle_failed:
      return false;
    case SubscriptionStatus::cancelled:
    case SubscriptionStatus::paused:
      return recovery.state == RecoveryState::failed;
    case SubscriptionStatus::trial:
    case SubscriptionStatus::active:
    case SubscriptionStatus::complete:
      return true;
  }
  return true;
}

bool has_moved_on(billing::SaleStatus status, const billing::Recovery& recovery) {
  switch (status) {
    case billing::SaleStatus::partial:
    case billing::SaleStatus::pending:
    case billing::SaleStatus::declined:
      return false;
    case billing::SaleStatus::refunded:
    case billing::SaleStatus::cancelled:
      return recovery.state == RecoveryState::failed;
    case billing::SaleStatus::complete:
      return true;
  }
  return true;
}

// A sale that is cancelled or refunded has left as a cancelled subscription has.
SubscriptionStatus as_of_subscription(billing::SaleStatus status) {
  return has_left(status) ? SubscriptionStatus::cancelled : SubscriptionStatus::recycle_billing;
}

billing::Situation situation_of(const ports::StoredRecovery& stored, const Desk& desk,
                                const Moment& moment) {
  const billing::Recovery& recovery = stored.recovery;
  billing::Situation situation;
  situation.now = moment.now;
  situation.jitter = moment.jitter;
  const ports::Standing& standing = stored.standing;
  if (const auto* sale = std::get_if<billing::SaleStatus>(&standing.status)) {
    situation.status = as_of_subscription(*sale);
    situation.moved_on = has_moved_on(*sale, recovery);
  } else {
    situation.status = std::get<SubscriptionStatus>(standing.status);
    situation.moved_on =
        standing.cycle != recovery.cycle || has_moved_on(situation.status, recovery);
  }
  const auto gateway = desk.rules().gateways.find(recovery.provider_gateway);
  if (gateway != desk.rules().gateways.end() && gateway->second.flexfactor) {
    situation.mit = gateway->second.flexfactor->mit;
  }
  return situation;
}

// The event of the log's table that a change of state is told as.
ports::EventName event_of(RecoveryState state) {
  switch (state) {
    case RecoveryState::intended:
      return ports::EventName::recovery_retry;
    case RecoveryState::unknown:
      return ports::EventName::recovery_unknown;
    case RecoveryState::waiting:
      return ports::EventName::recovery_pending;
    case RecoveryState::grace:
      return ports::EventName::recovery_expired;
    case RecoveryState::withdrawing:
      return ports::EventName::recovery_withdrawing;
    case RecoveryState::parked:
      return ports::EventName::recovery_parked;
    case RecoveryState::recovered:
      return ports::EventName::recovery_recovered;
    case RecoveryState::failed:
      return ports::EventName::recovery_failed;
    case RecoveryState::withdrawn:
      return ports::EventName::recovery_withdrawn;
    case RecoveryState::released:
      return ports::EventName::recovery_released;
  }
  return ports::EventName::recovery_alarm;
}

std::string_view name_of(ports::EventName event) { return ports::row_of(event).text; }

void audit(ports::LedgerTx& tx, const Applied& applied, Instant now) {
  const billing::Recovery& before = applied.before.recovery;
  const bool alarmed = applied.alarm != billing::Alarm::none;
  if (before.state == applied.after.state && before.reason == applied.after.reason && !alarmed) {
    return;  // a later look at the same state: the attempts tell of those
  }
  ports::AuditRow row;
  row.at = now;
  row.recovery = applied.before.key;
  row.subject = applied.before.subject;
  row.event = name_of(alarmed ? ports::EventName::recovery_alarm : event_of(applied.after.state));
  row.before = to_text(before.state);
  row.after = to_text(applied.after.state);
  row.reason = alarmed ? to_text(applied.alarm) : to_text(applied.after.reason);
  tx.add_audit(row);
}

// A sync account is asked anew: the bytes under the next key are stored with the decision.
void store_next_request(ports::LedgerTx& tx, const Applied& applied, const Desk& desk) {
  if (applied.after.sending == applied.before.recovery.sending) return;
  const ports::Provider& provider = desk.provider(applied.after.provider_gateway);
  const auto key = idempotency_key(applied.after.order, applied.after.sending);
  const auto body = provider.recompose(tx.request(applied.before.key), key);
  ensure(body.has_value(), "our own stored request can be read");
  tx.replace_request(applied.before.key, *body);
}

// False: the recovery's state is no longer the one the decision was made on.
bool write(ports::LedgerTx& tx, const Applied& applied, const Desk& desk, const Moment& moment) {
  if (applied.after != applied.before.recovery) {
    const billing::Recovery& before = applied.before.recovery;
    if (!tx.update_recovery(applied.before.key, before, applied.after)) return false;
  }
  store_next_request(tx, applied, desk);
  may_die_at(Failpoint::state_written);
  const auto settlement = settle(tx, applied, desk, moment);
  may_die_at(Failpoint::settlement_written);
  announce(tx, applied, settlement, moment.now);
  audit(tx, applied, moment.now);
  return true;
}

template <class Decide>
Applied guarded(ports::LedgerTx& tx, ports::StoredRecovery stored, const Desk& desk,
                const Moment& moment, const Decide& decide_on) {
  const RecoveryKey key = stored.key;
  for (int tried = 0; tried < guard_tries; ++tried) {
    Applied applied;
    applied.before = std::move(stored);
    const auto situation = situation_of(applied.before, desk, moment);
    const billing::Decision decision = decide_on(applied.before.recovery, situation);
    applied.after = decision.recovery;
    applied.move = decision.move;
    applied.alarm = decision.alarm;
    applied.events = events_of(applied);
    if (!write(tx, applied, desk, moment)) {
      stored = tx.recovery(key);
      continue;
    }
    const billing::Recovery& before = applied.before.recovery;
    applied.tripped = remember_result(tx, before, applied.after, desk, moment.now);
    return applied;
  }
  throw Bug("a recovery's guard failed again and again");
}

void doubt(ports::LedgerTx& tx, const ports::StoredRecovery& stored,
           const billing::Recovery& doubted) {
  const bool was_there = tx.update_recovery(stored.key, stored.recovery, doubted);
  ensure(was_there, "a recovery is as this transaction has read it");
}

}  // namespace

Applied apply(ports::LedgerTx& tx, RecoveryKey key, const billing::Event& event, const Desk& desk,
              const Moment& moment) {
  return apply(tx, tx.recovery(key), event, desk, moment);
}

Applied apply(ports::LedgerTx& tx, ports::StoredRecovery stored, const billing::Event& event,
              const Desk& desk, const Moment& moment) {
  return guarded(tx, std::move(stored), desk, moment,
                 [&](const billing::Recovery& recovery, const billing::Situation& situation) {
                   return billing::decide(recovery, event, desk.rules(), situation);
                 });
}

std::variant<Applied, std::string> apply_word(ports::LedgerTx& tx, RecoveryKey key,
                                              billing::PersonWord word, const Desk& desk,
                                              const Moment& moment) {
  auto stored = tx.recovery(key);
  const auto situation = situation_of(stored, desk, moment);
  const auto why_not = billing::objection(stored.recovery, word, desk.rules(), situation);
  if (why_not) return std::string(*why_not);
  return apply(tx, std::move(stored), billing::PersonSaid{word}, desk, moment);
}

Applied apply_release(ports::LedgerTx& tx, RecoveryKey key, const Desk& desk,
                      const Moment& moment) {
  return guarded(tx, tx.recovery(key), desk, moment,
                 [&](const billing::Recovery& recovery, const billing::Situation& situation) {
                   const bool free = recovery.state == RecoveryState::intended && !recovery.left;
                   if (free) return billing::release(recovery, situation);
                   billing::Decision nothing;
                   nothing.recovery = recovery;
                   return nothing;
                 });
}

void doubt_refund(ports::LedgerTx& tx, const ports::StoredRecovery& stored) {
  billing::Recovery doubted = stored.recovery;
  doubted.step = billing::Step::inquire;
  doubt(tx, stored, doubted);
}

void doubt_repeat(ports::LedgerTx& tx, const ports::StoredRecovery& stored) {
  if (!stored.recovery.left_by) return;
  billing::Recovery doubted = stored.recovery;
  doubted.left_by = std::nullopt;
  doubt(tx, stored, doubted);
}

void tell(ports::Events& events, const Applied& applied) {
  const billing::Recovery& after = applied.after;
  const auto line = [&](ports::EventName name, std::string_view reason) {
    auto event = line_about(name, applied.before, after);
    event.reason = reason;
    events.note(event);
  };
  const billing::Recovery& before = applied.before.recovery;
  if (before.state != after.state || before.tries != after.tries) {
    line(event_of(after.state), to_text(after.reason));
  }
  if (applied.alarm != billing::Alarm::none) {
    line(ports::EventName::recovery_alarm, to_text(applied.alarm));
  }
  if (applied.tripped) {
    ports::Event event(ports::EventName::breaker_tripped);
    event.gateway = applied.tripped->gateway.str();
    event.reason = applied.tripped->reason;
    events.note(event);
  }
}

}  // namespace recycled::engine
