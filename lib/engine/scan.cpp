#include "engine/scan.hpp"

#include <utility>

#include "engine/claim.hpp"
#include "engine/claim_cycle.hpp"
#include "engine/line.hpp"
#include "engine/pause.hpp"

namespace recycled::engine {
namespace {

// What one subscription came to.
struct Look {
  ports::StoredSubscription stored;
  std::optional<ports::StoredRecovery> claimed;
  std::optional<billing::Refusal> refusal;
  std::string postponed;     // for a person: why, if it was
  std::string_view put_off;  // due, and left as it is: RunCounts::put_off
};

struct Batch {
  Pauses pauses;
  std::vector<Look> looks;
  ports::DueCursor after;
};

void hold(ports::LedgerTx& tx, Look& look, billing::Refusal refusal) {
  ports::Plan plan;
  plan.refusal = refusal;
  tx.set_plan(look.stored.key, plan);
  look.refusal = std::move(refusal);
}

void plan_for(ports::LedgerTx& tx, const Look& look, Instant due_at) {
  ports::Plan later;
  later.due_at = due_at;
  tx.set_plan(look.stored.key, later);
}

// Waits for a day of its own; no re-attempt is used up.
void postpone(ports::LedgerTx& tx, Look& look, Instant until, Instant now) {
  plan_for(tx, look, until);
  ports::AuditRow row;
  row.at = now;
  row.subject = look.stored.key;
  row.event = ports::row_of(ports::EventName::subscription_held).text;
  row.reason = "card_cap: looked at again at " + to_iso8601(until);
  tx.add_audit(row);
  look.postponed = row.reason;
}

// The row is judged again in the transaction that writes the intent (lessons.md 10): the merchant
// may have said something since it was planned.
void look_at(ports::LedgerTx& tx, Look& look, Instant now, const Desk& desk, const Pauses& pauses) {
  auto planned = plan_cycle(tx, look.stored, desk, now);
  if (const auto* refusal = std::get_if<billing::Refusal>(&planned)) {
    return hold(tx, look, *refusal);
  }
  if (const auto* later = std::get_if<Later>(&planned)) {
    const bool is_early = later->why == Later::Why::day;
    look.put_off = is_early ? "not_due" : "card_cap";
    return is_early ? plan_for(tx, look, later->until) : postpone(tx, look, later->until, now);
  }
  auto& fresh = std::get<ports::NewRecovery>(planned);
  const bool is_paused = stopping(pauses, fresh.recovery.provider_gateway) != nullptr;
  if (is_paused) look.put_off = "kill_switch";  // "paused" is a customer
  if (is_paused) return;                        // due until it is over
  const auto key = append(tx, fresh, now);
  if (!key) return;  // another process was faster
  look.claimed = as_claimed(*key, look.stored, std::move(fresh.recovery));
}

Batch claim_batch(ports::LedgerTx& tx, const Desk& desk, Instant now, ports::DueCursor after,
                  int limit) {
  Batch batch;
  batch.after = after;
  batch.pauses = tx.pauses();
  if (stopping_all(batch.pauses) != nullptr) return batch;
  for (ports::StoredSubscription& stored : tx.due(now, after, limit)) {
    batch.after = ports::DueCursor{*stored.plan.due_at, stored.key.value()};
    Look look;
    look.stored = std::move(stored);
    look_at(tx, look, now, desk, batch.pauses);
    batch.looks.push_back(std::move(look));
  }
  return batch;
}

void tell(const Context& context, const Batch& batch, Tally& tally) {
  for (const Look& look : batch.looks) {
    tally.scanned += 1;
    if (!look.put_off.empty()) tally.put_off[look.put_off] += 1;
    if (look.refusal) {
      tally.held[look.refusal->reason] += 1;
      ports::Event event(ports::EventName::subscription_held);
      event.subscription = look.stored.subscription.id.str();
      event.gateway = look.stored.subscription.gateway.str();
      event.reason = std::string(to_text(look.refusal->reason)) +
                     (look.refusal->detail.empty() ? "" : ": " + look.refusal->detail);
      context.events.note(event);
    }
    if (!look.postponed.empty()) {
      ports::Event event(ports::EventName::subscription_held);
      event.subscription = look.stored.subscription.id.str();
      event.reason = look.postponed;
      context.events.note(event);
    }
    if (look.claimed) {
      tally.note_claim(*look.claimed);
      context.events.note(line_about(ports::EventName::recovery_claimed, *look.claimed));
    }
  }
}

}  // namespace

async::Task<Result<void>> scan(const Context& context, int batch, Tally& tally, PauseWatch& watch) {
  const Instant now = context.clock.now();
  ports::DueCursor after;
  const auto before = tally.claimed;
  for (;;) {
    std::function<Batch(ports::LedgerTx&)> work = [&context, now, after,
                                                   batch](ports::LedgerTx& tx) {
      return claim_batch(tx, context.desk, now, after, batch);
    };
    auto claimed = co_await ports::transact(context.ledger, std::move(work));
    if (!claimed) co_return Failure(claimed.error());
    watch.saw(claimed->pauses);
    tell(context, *claimed, tally);
    after = claimed->after;
    if (static_cast<int>(claimed->looks.size()) < batch) break;
  }
  ports::Event done(ports::EventName::scan_done);
  done.count = tally.claimed - before;
  context.events.note(done);
  co_return Result<void>{};
}

}  // namespace recycled::engine
