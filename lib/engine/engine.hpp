// The whole worker behind one face: start, then run (the service) or once (cron), callbacks at any
// time. Everything that waits for days is a stored instant; nothing here depends on a tick having
// happened (lessons.md 17, 18).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/accept.hpp"
#include "engine/cascade.hpp"
#include "engine/ceilings.hpp"
#include "engine/inbox.hpp"
#include "engine/progress.hpp"
#include "engine/recover.hpp"
#include "engine/relay.hpp"
#include "engine/rerun.hpp"
#include "engine/retention.hpp"
#include "engine/standing.hpp"
#include "engine/steps.hpp"
#include "engine/summary.hpp"

namespace recycled::engine {

struct EngineSettings {
  std::map<GatewayId, PaceLimits> pace;  // of every FlexFactor gateway
  int scan_batch = 500;                  // claims a transaction
  Millis scan_every = std::chrono::minutes(1);
  Millis once_poll_gap = Millis(0);
  Millis nonce_memory = std::chrono::minutes(10);  // at least twice the callback window
  Millis retention = Millis(0);                    // of payloads after their end; zero: for good
  std::string rules_digest;                        // identifies desk.rules()
  RelaySettings relay;
};

enum class Scanning { on, off };

class Engine {
 public:
  // All outlive the engine, and it is used on the executor's one thread.
  Engine(const Context& context, const ports::CallbackReader& reader, ports::Alarms& alarms,
         const async::Executor& executor, EngineSettings settings, const Sinks& sinks = {});

  // What was in flight when the last process died becomes unknown. Before anything else.
  async::Task<Result<void>> start();

  // Until stop(); stored plans follow the rules before the first pass. Returns when nothing is
  // under way any more.
  async::Task<Result<void>> run(Scanning scanning);

  // One pass, likewise: inbox, what FlexFactor is working on, scan, hand-overs and whatever else is
  // due, until nothing is due now but at a gateway that does not answer; then the events that are
  // due.
  async::Task<Result<void>> once();

  // No new claims and calls; those under way end.
  void stop();

  // Hears of the loop's progress in start() and run(), on the executor's thread.
  void watch(OnProgress on_progress) { on_progress_ = std::move(on_progress); }
  // The loop comes round now, though nothing may be due.
  void look() { alarm_->wake(); }

  async::Task<Result<Receipt>> take(SignedCallback callback);

  // What the merchant says of his subscriptions and new sales, pushed as it happens; durable on
  // return. What is due by it is taken at once, in the next pass.
  async::Task<Result<std::vector<Accepted>>> accept(std::vector<billing::Subscription> rows);
  async::Task<Result<std::vector<Accepted>>> accept(std::vector<billing::Sale> rows);

  // Hands new sales to FlexFactor by name (N1); claimed on return, and sent in the next pass.
  async::Task<Result<RerunClaims>> rerun(std::vector<RerunWish> wishes);

  // A declined sale whose shopper waits: Cascades::ask. It waits for no queue, and holds up none.
  async::Task<Result<CascadeAnswer>> cascade(billing::Sale row);

  bool is_stopping() const { return stopping_; }
  const Tally& tally() const { return tally_; }
  Standing standing() const;

 private:
  // All that a pass asks the ledger for, read in one transaction. Callbacks come first, since they
  // may change the rest.
  struct Due {
    std::vector<ports::StoredCallback> callbacks;  // if there are any, nothing else was read
    Steps::Due steps;
    std::vector<Relay::Found> events;
    std::optional<Instant> next;  // step, delivery or callback later than the look
  };

  async::Task<Result<void>> take_over();
  async::Task<Result<void>> replan();
  async::Task<Result<void>> pass(Scanning scanning);
  async::Task<Result<Due>> what_is_due();
  Instant sleep_until() const;
  async::Task<void> sleep(Instant until);
  async::Task<Result<void>> join();
  void heard_of(Instant next);
  CascadeEars ears();
  Result<std::vector<Accepted>> taken_up(Result<AcceptedBatch> batch);

  const Context& context_;
  OnProgress on_progress_;
  LoopLedger loop_ledger_;
  const Context loop_;  // context_, for the walks that only the loop makes
  const std::unique_ptr<ports::Alarm> alarm_;
  const EngineSettings settings_;
  Tally tally_;
  PassSummaries summaries_;
  PauseWatch watch_;
  CeilingWatch ceilings_;
  Inbox inbox_;
  async::TaskGroup scanning_;
  Steps steps_;
  Cascades cascades_;
  Relay relay_;
  Retention retention_;
  std::optional<Instant> next_scan_;
  std::optional<Instant> next_;  // by what the last look found in the ledger
  Instant asleep_until_ = from_millis(0);
  std::optional<Instant> heard_;  // the earliest that was scheduled since the last pass began
  bool stopping_ = false;
};

}  // namespace recycled::engine
