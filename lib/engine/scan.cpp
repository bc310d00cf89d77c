#include "engine/scan.hpp"

#include <set>
#include <utility>

#include "base/failpoint.hpp"
#include "engine/claim.hpp"
#include "engine/claim_cycle.hpp"
#include "engine/line.hpp"
#include "engine/pause.hpp"

namespace recycled::engine {
namespace {

// What one subscription came to.
struct Look {
  explicit Look(ports::StoredSubscription found) : stored(std::move(found)) {}

  ports::StoredSubscription stored;
  std::optional<ports::StoredRecovery> claimed;
  std::optional<billing::Refusal> refusal;
  std::string postponed;     // for a person: why, if it was
  std::string_view put_off;  // due, and left as it is: RunCounts::put_off
};

struct Batch {
  explicit Batch(Room space) : room(std::move(space)) {}

  Pauses pauses;
  Room room;
  std::set<std::string> reached;  // ceilings that kept something back
  std::vector<Look> looks;
  std::optional<ports::DuePlace> next;  // nothing: it was the last
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
void look_at(ports::LedgerTx& tx, Look& look, Instant now, const Desk& desk, Batch& batch) {
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
  const bool is_paused = stopping(batch.pauses, fresh.recovery.provider_gateway) != nullptr;
  if (is_paused) look.put_off = "kill_switch";  // "paused" is a customer
  if (is_paused) return;                        // due until it is over
  if (auto reached = batch.room.why_not(fresh.recovery.amount)) {
    look.put_off = "ceiling";
    batch.reached.insert(std::move(*reached));
    return;  // due until there is room
  }
  const auto key = append(tx, fresh, now);
  if (!key) return;  // another process was faster
  batch.room.take(fresh.recovery.amount);
  look.claimed = as_claimed(*key, look.stored, std::move(fresh.recovery));
}

Batch claim_batch(ports::LedgerTx& tx, const Desk& desk, Instant now, const ports::DuePlace& from,
                  int limit, const std::optional<billing::HandedOver>& run) {
  Batch batch(Room(tx, desk, now, run));
  batch.pauses = tx.pauses();
  if (stopping_all(batch.pauses) != nullptr) return batch;
  auto page = tx.due(now, from, limit);
  batch.looks.reserve(page.found.size());
  for (ports::StoredSubscription& stored : page.found) {
    look_at(tx, batch.looks.emplace_back(std::move(stored)), now, desk, batch);
    if (!batch.reached.empty() && batch.room.is_full()) return batch;
  }
  batch.next = page.next;
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

using MaybeBatch = std::optional<Result<Batch>>;

async::Task<void> write_batch(const Context& context, const CeilingWatch& ceilings, Instant now,
                              ports::DuePlace from, int limit, MaybeBatch& written) {
  std::function<Batch(ports::LedgerTx&)> work = [&context, &ceilings, now, from,
                                                 limit](ports::LedgerTx& tx) {
    return claim_batch(tx, context.desk, now, from, limit, ceilings.run());
  };
  auto claimed = co_await ports::transact(context.ledger, std::move(work));
  written.emplace(std::move(claimed));
}

}  // namespace

async::Task<Result<void>> scan(const Context& context, async::TaskGroup& writing, int batch,
                               Tally& tally, PauseWatch& pauses, CeilingWatch& ceilings) {
  const Instant now = context.clock.now();
  const CivilDate today = context.desk.calendar().day_of(now);
  const auto before = tally.claimed;
  std::optional<Batch> untold;
  for (std::optional<ports::DuePlace> from = ports::DuePlace(); from;) {
    MaybeBatch written;
    writing.start(write_batch(context, ceilings, now, *from, batch, written));
    if (untold) tell(context, *untold, tally);
    untold.reset();
    co_await writing.join();
    if (!*written) co_return Failure(written->error());
    Batch& claimed = written->value();
    if (!claimed.looks.empty()) may_die_at(Failpoint::claim_committed);
    pauses.saw(claimed.pauses);
    ceilings.saw(claimed.room, claimed.reached, today);
    from = claimed.next;
    untold = std::move(claimed);
  }
  tell(context, *untold, tally);
  ports::Event done(ports::EventName::scan_done);
  done.count = tally.claimed - before;
  context.events.note(done);
  co_return Result<void>{};
}

}  // namespace recycled::engine
