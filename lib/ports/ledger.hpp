// The ledger: everything recycled knows, durably. Callers hand it small synchronous functions; all
// that are queued run in one transaction, which is committed once and only then answers them
// (architecture.md "The ledger"). So when a caller goes on, what it wrote is on disk.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/task.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "billing/ceilings.hpp"
#include "billing/decide.hpp"
#include "billing/eligibility.hpp"
#include "billing/recovery.hpp"
#include "billing/sale.hpp"
#include "billing/subscription.hpp"
#include "ports/audit_chain.hpp"
#include "ports/calendar.hpp"
#include "ports/counts.hpp"
#include "ports/delivery.hpp"
#include "ports/pause.hpp"
#include "ports/stored_callback.hpp"
#include "ports/subject.hpp"

namespace recycled::ports {

// When the scan is to look at a subscription, or why it never will: a pure function of the row and
// the rules, stored so that a scan costs what is due and not what is stored.
struct Plan {
  std::optional<Instant> due_at;            // nothing: not to be taken …
  std::optional<billing::Refusal> refusal;  // … and why; never both
  bool operator==(const Plan&) const = default;
};

struct StoredSubscription {
  SubscriptionKey key;
  billing::Subscription subscription;
  Plan plan;
  std::string fail_reason;  // of recycle_failed: billing::to_text(Reason)
  billing::RebillWith rebill_with = billing::RebillWith::as_ever;  // N3
  Instant imported_at{};
  Instant changed_at{};
};

struct StoredSale {
  SaleKey key;
  billing::Sale sale;
  Instant imported_at{};
  Instant changed_at{};
};

struct StoredRecovery {
  RecoveryKey key;
  Subject subject;
  SubscriptionId subscription;  // of a sale: of its recurring product, if it has one
  SaleId sale;                  // empty: it is a subscription's
  billing::Recovery recovery;
  std::optional<Instant> pruned_at{};  // its request and what its calls said are gone since then
  Standing standing{};                 // when it was read, or claimed
};

// With the decline that it was claimed for: what the merchant had said by then, whatever an import
// has said since.
struct ClaimedRecovery {
  StoredRecovery stored;
  std::string decline_code;
  std::string decline_message;
};

struct NewRecovery {
  Subject subject;
  billing::Recovery recovery;
  std::string request;  // the exact bytes that will leave
};

// Where a keyset walk over what is due goes on. Start with a default one.
struct DueCursor {
  Instant at = from_millis(INT64_MIN);
  std::int64_t key = 0;
  auto operator<=>(const DueCursor&) const = default;
};

// The same of what is due, which a ledger that several work on has in parts.
struct DuePlace {
  std::int64_t part = 0;
  DueCursor after{};
};

// A part of a walk over what is due.
struct DuePage {
  std::vector<StoredSubscription> found;
  std::optional<DuePlace> next;  // nothing: none is left
};

// A part of a walk over all subscriptions, in key order.
struct SubscriptionPage {
  std::vector<StoredSubscription> found;
  std::optional<SubscriptionKey> last;  // that was looked at; nothing: none was left
};

// One call to the provider and what it brought: append-only.
struct Attempt {
  RecoveryKey recovery;
  Instant started_at{};
  Millis took{};
  billing::Step step = billing::Step::send;
  std::string outcome;  // "approved", "pending", "timeout", …
  std::string detail;   // message, status word, TraceId
};

// What a subscription becomes when its recovery ends; all of it in one guarded update.
struct Settlement {
  SubscriptionKey key;
  int expected_cycle = 1;
  billing::SubscriptionStatus status = billing::SubscriptionStatus::active;
  int cycle = 1;
  GatewayId gateway;
  std::string card_token;
  Money price;
  std::optional<CivilDate> next_bill_on;
  std::optional<int> anchor_day;
  std::string fail_reason;
  bool clear_decline = false;  // attempts and reductions cleared (domain.md "Moving on")
};

// An event for the merchant's systems. Written in the transaction it tells of.
struct OutboxRow {
  Instant at{};
  std::string type;  // "subscription.recovered", "subscription.recycle_failed", …
  Subject subject;
  std::optional<RecoveryKey> recovery;
  std::optional<Money> amount;
  GatewayId gateway;  // gone back to
  std::optional<CivilDate> next_bill_on;
  billing::RebillWith rebill_with = billing::RebillWith::as_ever;  // N3
  std::string reason;
};

// What one step of pruning has taken away.
struct Pruned {
  std::int64_t recoveries = 0;  // their requests, what their calls said, their delivered events
  std::int64_t callbacks = 0;   // their headers and bodies
  std::int64_t runs = 0;        // as a whole

  bool operator==(const Pruned&) const = default;
};

struct RunRow {
  RunId id;
  std::string kind;  // "run", "once"
  Instant started_at{};
  std::optional<Instant> ended_at;
  std::string summary;
};

// What a dry run said, kept so that the same can be run later: report/plan.hpp writes and reads it.
struct DryRun {
  std::string digest;
  Instant made_at{};
  std::string content;

  bool operator==(const DryRun&) const = default;
};
inline constexpr Millis dry_runs_are_kept = std::chrono::days(30);

class LedgerReader {
 public:
  virtual ~LedgerReader() = default;

  virtual std::optional<std::string> meta(const std::string& name) = 0;
  // Those that stand: of all gateways first, then of single ones.
  virtual std::vector<Pause> pauses() = 0;

  virtual std::optional<StoredSubscription> subscription(const SubscriptionId& id) = 0;
  virtual StoredSubscription subscription(SubscriptionKey key) = 0;
  // Those in recycle billing among the next `looked_at` after `after`.
  virtual SubscriptionPage in_recycle_billing(SubscriptionKey after, int looked_at) = 0;
  // Those held for want of a class of their decline (NotTaken::unclassified_decline), in key order.
  virtual std::vector<StoredSubscription> held(int limit) = 0;
  // Those whose decline, the last they had, was before `to`, whatever their status, in order of
  // (declined_at, key), after `after`: from an instant on, begin with {it, 0}.
  virtual std::vector<StoredSubscription> subscriptions_declined(Instant to, DueCursor after,
                                                                 int limit) = 0;
  // Those due by `now` whose cycle has no recovery but released ones, in order of (due_at, key); of
  // a ledger that several work on in that of a part, and what others are at is passed over.
  virtual DuePage due(Instant now, DuePlace from, int limit) = 0;
  virtual std::optional<Instant> next_due() = 0;

  virtual std::optional<StoredSale> sale(const SaleId& id) = 0;
  virtual StoredSale sale(SaleKey key) = 0;
  // Of that recurring product, oldest first.
  virtual std::vector<StoredSale> sales_of(const SubscriptionId& subscription) = 0;
  // Those declined before `to`, in order of (declined_at, key), after `after`: from an instant on,
  // begin with {it, 0}.
  virtual std::vector<StoredSale> sales_declined(Instant to, DueCursor after, int limit) = 0;
  // Declined ones whose decline came without a class, in key order, after `after`.
  virtual std::vector<StoredSale> sales_without_class(SaleKey after, int limit) = 0;

  virtual StoredRecovery recovery(RecoveryKey key) = 0;
  virtual std::optional<StoredRecovery> recovery(const OrderId& order) = 0;
  virtual std::optional<StoredRecovery> recovery_by_provider(const ProviderOrderId& order) = 0;
  virtual std::vector<StoredRecovery> recoveries_of(const Subject& subject) = 0;  // oldest first
  virtual std::vector<StoredRecovery> in_state(billing::RecoveryState state, RecoveryKey after,
                                               int limit) = 0;
  // Those claimed at `from` or later and before `to`, in key order, after `after`.
  virtual std::vector<ClaimedRecovery> claimed(Instant from, Instant to, RecoveryKey after,
                                               int limit) = 0;
  // When recoveries of that card were claimed since `since`, oldest first; released ones, which
  // never left, do not count.
  virtual std::vector<Instant> claims_of_card(const std::string& token, Instant since) = 0;
  // Re-attempts and reruns claimed since then, and those of before that are queued and have not
  // left yet: they go out now. No cascades.
  virtual billing::HandedOver handed_over_since(Instant since) = 0;
  virtual std::optional<Instant> next_step() = 0;  // of all gateways
  // The stored bytes, their hash checked; nobody asks for those of a pruned one.
  virtual std::string request(RecoveryKey key) = 0;
  // Those of several, in the order of the keys.
  virtual std::vector<std::string> requests(const std::vector<RecoveryKey>& keys) = 0;
  virtual std::vector<Attempt> attempts(RecoveryKey key) = 0;

  virtual std::vector<StoredCallback> callbacks_of(const OrderId& order) = 0;
  virtual std::vector<StoredCallback> callbacks_due(Instant now, int limit) = 0;
  virtual std::optional<StoredCallback> callback(CallbackKey key) = 0;
  // Those with smaller keys than `before`, newest first; of one result, or of all.
  virtual std::vector<StoredCallback> callbacks_before(CallbackKey before,
                                                       std::optional<CallbackResult> result,
                                                       int limit) = 0;
  virtual std::optional<Instant> next_callback() = 0;

  virtual std::optional<StoredEvent> event(OutboxKey key) = 0;
  // Those with smaller keys than `before`, newest first; of one state, or of all. An event is dead
  // if it is at any sink, and delivered if it is at all of them.
  virtual std::vector<StoredEvent> events_before(OutboxKey before,
                                                 std::optional<DeliveryState> state, int limit) = 0;

  virtual std::vector<AuditRow> audit_of(const Subject& subject) = 0;
  virtual AuditHead audit_head() = 0;
  virtual std::optional<std::string> audit_hash(std::int64_t row) = 0;  // nothing: no such row
  virtual Counts counts() = 0;
  virtual Backlog backlog() = 0;
  virtual std::vector<Total> totals() = 0;  // without what went back
  virtual std::vector<Returned> returned() = 0;
  virtual std::optional<RunRow> last_run() = 0;
  virtual std::optional<DryRun> dry_run(const std::string& digest) = 0;
};

class LedgerTx : public LedgerReader {
 public:
  // The gateway's whose next step is due by `now` and whose call nobody holds, in order of
  // (next_at, key), at most `limit` of them.
  virtual std::vector<StoredRecovery> steps_due(const GatewayId& gateway, Instant now,
                                                int limit) = 0;
  // As steps_due, without the hand-overs that a pause holds.
  virtual std::vector<StoredRecovery> steps_due_in_pause(const GatewayId& gateway, Holding holding,
                                                         Instant now, int limit) = 0;
  // The gateway's first step due later than `after`: what the engine sleeps until.
  virtual std::optional<Instant> next_step_after(const GatewayId& gateway, Instant after) = 0;
  // The provider gateways with any step ahead, in order.
  virtual std::vector<GatewayId> gateways_at_work() = 0;
  // Makes the inquiries of what FlexFactor is working on due at `now`, but for those asked about
  // since `asked_since`; at most `limit` of them, in key order after `after`. The last key looked
  // at; nothing when there was none left.
  virtual std::optional<RecoveryKey> make_inquiries_due(Instant now, Instant asked_since,
                                                        RecoveryKey after, int limit) = 0;

  // A call is held from before it can leave until what came of it is kept, by the process that
  // makes it, so that two never make it at once and one that dies says what it left in doubt. Those
  // of `keys` that are this process's from here on; the others are somebody else's.
  virtual std::vector<RecoveryKey> hold_calls(const std::vector<RecoveryKey>& keys) = 0;
  virtual void let_go(RecoveryKey key) = 0;
  // At most `limit` of those that are held by processes that are there no more become this one's.
  virtual std::vector<RecoveryKey> take_over_calls(int limit) = 0;

  virtual void set_meta(const std::string& name, const std::string& value) = 0;
  // What stands there; that is `value` from here on where nothing did. Of several that ask all hear
  // the same.
  virtual std::string meta_or(const std::string& name, const std::string& value) = 0;
  virtual void add_pause(const Pause& pause) = 0;
  // What the breaker goes by (billing/breaker.hpp); empty: none yet.
  virtual std::string recent_results(const GatewayId& gateway) = 0;
  virtual void set_recent_results(const GatewayId& gateway, const std::string& letters) = 0;

  // Inserts, or replaces what the merchant said. Never touches recoveries.
  virtual SubscriptionKey put_subscription(const billing::Subscription& subscription,
                                           const Plan& plan, Instant now) = 0;
  virtual void set_plan(SubscriptionKey key, const Plan& plan) = 0;
  virtual void set_status(SubscriptionKey key, billing::SubscriptionStatus status, Instant now) = 0;
  // False: the subscription is no longer in the expected cycle; nothing was changed.
  [[nodiscard]] virtual bool settle(const Settlement& settlement, Instant now) = 0;

  virtual void set_rebill(SubscriptionKey key, billing::RebillWith with) = 0;
  // Inserts, or replaces what the merchant said. Never touches recoveries.
  virtual SaleKey put_sale(const billing::Sale& sale, Instant now) = 0;
  virtual void set_sale_status(SaleKey key, billing::SaleStatus status, Instant now) = 0;

  // Nothing: the cycle or sale already has a live recovery, or one of this order id. The decline
  // that its subscription or sale has now is kept with it. Callbacks that came before their
  // recovery are due at once from here on (lessons.md 11).
  virtual std::optional<RecoveryKey> insert_recovery(const NewRecovery& recovery) = 0;
  // Guarded: false when the stored state is not that of `before` any more; nothing was changed.
  // `before` is what this transaction has read: what is the same in both need not be written.
  [[nodiscard]] virtual bool update_recovery(RecoveryKey key, const billing::Recovery& before,
                                             const billing::Recovery& after) = 0;
  virtual void replace_request(RecoveryKey key, const std::string& body) = 0;

  virtual void add_attempt(const Attempt& attempt) = 0;
  virtual void add_audit(const AuditRow& row) = 0;  // as the next link of the chain
  virtual void add_outbox(const OutboxRow& row) = 0;

  // Whether this process is the one that carries events to that sink: of several at one ledger one
  // does, until it is there no more.
  virtual bool carries(Sink sink) = 0;
  // Queues for that sink what of the outbox it has not seen yet, at most `limit`, in order. How
  // many.
  virtual int queue_deliveries(Sink sink, Instant now, int limit) = 0;
  // Due by `now` in order of (next_at, key): of each subject the oldest that waits, and no other.
  virtual std::vector<DueDelivery> deliveries_due(Sink sink, Instant now, int limit) = 0;
  virtual std::optional<Instant> next_delivery_after(Sink sink, Instant after) = 0;
  // What came of a try: state, tries, next_at, delivered_at, error. When it waits no longer, the
  // next one of its subject is due. False: it was not waiting any more; nothing was changed.
  [[nodiscard]] virtual bool update_delivery(const Delivery& delivery) = 0;
  // Makes it wait anew, whatever it was, in its place among its subject's.
  virtual void replay_delivery(OutboxKey event, Sink sink, Instant now) = 0;

  // False: it was seen before.
  [[nodiscard]] virtual bool remember_nonce(const std::string& nonce, Instant seen_at) = 0;
  virtual CallbackKey add_callback(const StoredCallback& callback) = 0;
  virtual void mark_callback(const StoredCallback& callback) = 0;  // result, tries, next_at, error
  // Of those seen before then, the oldest; how many it were, `limit` at most.
  virtual int forget_nonces(Instant before, int limit) = 0;
  // Of each kind at most `limit`, the oldest first: recoveries that came to their end before
  // `before` and have no step ahead lose their request, what their calls said, and those of their
  // events that were delivered; callbacks that came before it and were applied or ignored lose
  // headers and body; runs go but for the newest. What is open, undelivered or not applied stays
  // whole, whatever its age.
  virtual Pruned prune(Instant before, Instant now, int limit) = 0;

  virtual void put_run(const RunRow& run) = 0;
  virtual void keep_dry_run(const DryRun& run) = 0;  // once more: its day is the later one
  virtual void forget_dry_runs(Instant before) = 0;
};

// What was handed over on the civil day of `now`, as the day's ceilings count it.
billing::HandedOver handed_over_today(LedgerReader& ledger, const Calendar& calendar, Instant now);

using LedgerWork = std::function<void(LedgerTx&)>;

class Ledger {
 public:
  virtual ~Ledger() = default;

  // Runs `work` in the next group and returns once it is durable. An Error of Fault::store or
  // Fault::busy: nothing of `work` was done. If `work` throws, its own changes are undone, the
  // rest of the group is not, and the exception comes out here. `work` may be run twice, when
  // another of the group threw, so it only touches the transaction and its own result.
  virtual async::Task<Result<void>> write(LedgerWork work) = 0;
  // The same for somebody who waits at a till: as a rule before what else has gathered.
  virtual async::Task<Result<void>> write_first(LedgerWork work) { return write(std::move(work)); }
  // Until when nobody else may go on with what this process has begun, by the clock it was opened
  // with: from then on nothing is sent.
  virtual Instant ours_until() const { return from_millis(INT64_MAX); }
  // How often to look for what others at the same ledger leave to do without a word; nothing: there
  // are none.
  virtual std::optional<Millis> looks_for_others_every() const { return std::nullopt; }
};

// Runs `work` and brings back what it returns.
template <class T>
async::Task<Result<T>> transact(Ledger& ledger, std::function<T(LedgerTx&)> work) {
  std::optional<T> made;
  LedgerWork keep = [&made, &work](LedgerTx& tx) { made = work(tx); };
  auto done = co_await ledger.write(std::move(keep));
  if (!done) co_return Failure(done.error());
  co_return std::move(*made);
}

}  // namespace recycled::ports
