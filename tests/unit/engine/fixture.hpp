// The engine's parts on a real ledger and calendar, with a clock that stands still, dice that
// always fall alike, and a provider that is never asked.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include "async/spawn.hpp"
#include "engine/accept.hpp"
#include "engine/apply.hpp"
#include "engine/context.hpp"
#include "engine/rerun.hpp"
#include "engine/scan.hpp"
#include "store/ledger.hpp"
#include "support/usual.hpp"
#include "system/calendar.hpp"
#include "unit/system/scratch.hpp"

namespace recycled::engine {

inline const Instant noon = *parse_instant("2026-11-23T17:00:00Z");  // noon in New York

struct StandingClock final : ports::Clock {
  Instant at = noon;
  Instant now() const override { return at; }
};

struct FixedEntropy final : ports::Entropy {
  std::string bytes(std::size_t count) override { return std::string(count, 'e'); }
  double fraction() override { return 0.5; }
};

struct Recorder final : ports::Events {
  std::vector<ports::Event> events;
  void note(const ports::Event& event) override { events.push_back(event); }
  int count(ports::EventName name) const {
    int found = 0;
    for (const auto& event : events) found += event.name == name ? 1 : 0;
    return found;
  }
};

// Writes bodies and answers no call.
struct SilentProvider final : ports::Provider, ports::Providers {
  ports::Provider* find(const GatewayId&) override { return this; }
  Result<std::string> compose(const ports::HandOverRequest& request) const override {
    return request.order.str() + " " + request.key.str();
  }
  Result<std::string> compose_sale(const ports::SaleRequest& request) const override {
    return request.order.str() + " " + request.key.str();
  }
  Result<std::string> recompose(const std::string& body, const IdempotencyKey& key) const override {
    return body.substr(0, body.find(' ')) + " " + key.str();
  }
  async::Task<ports::HandOverReply> hand_over(OrderId, std::string) override {
    throw std::runtime_error("nobody is to call");
  }
  async::Task<ports::InquiryReply> inquire(ProviderOrderId) override {
    throw std::runtime_error("nobody is to call");
  }
  async::Task<ports::ListReply> list(ports::ListQuery) override {
    throw std::runtime_error("nobody is to call");
  }
  async::Task<ports::WithdrawReply> cancel(ProviderOrderId) override {
    throw std::runtime_error("nobody is to call");
  }
  async::Task<ports::WithdrawReply> cancel_external(OrderId) override {
    throw std::runtime_error("nobody is to call");
  }
  async::Task<ports::RefundReply> refund(ProviderOrderId, Money) override {
    throw std::runtime_error("nobody is to call");
  }
};

using testing::usual_rules;

inline billing::Subscription declined(const std::string& id, Instant last_attempt = noon) {
  return testing::declined(id, last_attempt);
}

// Everything due, a batch of at most that many claims a transaction.
inline async::Task<void> scan_all(const Context& context, Tally& tally, PauseWatch& pauses,
                                  CeilingWatch& ceilings, int batch) {
  const auto executor = co_await boost::asio::this_coro::executor;
  async::TaskGroup writing(executor, 1);
  const auto scanned = co_await scan(context, writing, batch, tally, pauses, ceilings);
  CHECK(scanned.has_value());
}

inline billing::Sale declined_sale(const std::string& id, const std::string& card = "token") {
  return testing::declined_sale(id, noon, card);
}

struct Bench {
  explicit Bench(const std::string& zone = "America/New_York")
      : calendar(*system::ZoneCalendar::make(zone)),
        ledger(*store::SqliteLedger::open(folder / "ledger.db", store::Executor::inline_, noon)) {}

  void in(const ports::LedgerWork& work) {
    const auto done = ledger->write_now(work);
    REQUIRE(done.has_value());
  }
  void run(async::Task<void> task) {
    boost::asio::io_context io;
    async::run_to_end(io, std::move(task));
  }

  Accepted accept(const billing::Subscription& row) {
    Accepted accepted = Accepted::unchanged;
    in([&](auto& tx) { accepted = accept_subscription(tx, row, desk, clock.at); });
    return accepted;
  }
  // A recovery of S's present cycle, in the given state, as a claim and what followed left it.
  RecoveryKey hand_over(const std::string& id, billing::RecoveryState state,
                        billing::Reason reason = billing::Reason::none) {
    billing::Recovery recovery;
    RecoveryKey key;
    in([&](auto& tx) {
      const auto stored = *tx.subscription(SubscriptionId(id));
      recovery.order = order_id(desk.installation, SubscriptionId(id), stored.subscription.cycle,
                                static_cast<int>(tx.recoveries_of(stored.key).size()) + 1);
      recovery.cycle = stored.subscription.cycle;
      recovery.provider_gateway = GatewayId("ff");
      recovery.return_gateway = stored.subscription.gateway;
      recovery.return_card = stored.subscription.card.token;
      recovery.amount = stored.subscription.price;
      recovery.state = state;
      recovery.reason = reason;
      recovery.claimed_at = clock.at;
      recovery.unsent_until = clock.at;
      recovery.expires_at = clock.at + std::chrono::days(21);
      recovery.step = is_live(state) ? billing::Step::send : billing::Step::none;
      if (is_live(state)) recovery.next_at = clock.at;
      key = *tx.insert_recovery({stored.key, recovery, recovery.order.str() + " key"});
    });
    return key;
  }
  // Claims it, as a service does.
  RerunClaim rerun(const SaleId& id, const GatewayId& at = GatewayId("ff"),
                   const std::string& why = {}) {
    RerunClaim claim;
    in([&](auto& tx) {
      Room room(tx, desk, clock.at, std::nullopt);
      claim = claim_rerun(tx, *tx.sale(id), at, desk, clock.at, room, why);
    });
    return claim;
  }
  // Nothing was planned before; `run`: that much was handed over.
  Draft new_draft(const std::optional<billing::HandedOver>& run = std::nullopt) {
    std::optional<Draft> draft;
    in([&](auto& tx) { draft.emplace(Room(tx, desk, clock.at, run)); });
    return *draft;
  }
  ports::StoredSubscription subscription(const std::string& id) {
    std::optional<ports::StoredSubscription> found;
    in([&](auto& tx) { found = tx.subscription(SubscriptionId(id)); });
    REQUIRE(found.has_value());
    return *found;
  }
  billing::Recovery recovery(RecoveryKey key) {
    billing::Recovery found;
    in([&](auto& tx) { found = tx.recovery(key).recovery; });
    return found;
  }

  // How many a scan claims.
  std::int64_t scan_now(int batch = 100) {
    const auto before = tally.claimed;
    run(scan_all(context, tally, pause_watch, ceiling_watch, batch));
    return tally.claimed - before;
  }

  testing::Scratch folder;
  billing::Rules rules = usual_rules();
  std::unique_ptr<system::ZoneCalendar> calendar;
  std::unique_ptr<store::SqliteLedger> ledger;
  SilentProvider provider;
  StandingClock clock;
  FixedEntropy entropy;
  Recorder events;
  Desk desk{InstallationId("installation-1"), Planner(rules, *calendar), provider};
  Context context{desk, clock, entropy, *ledger, events};
  Tally tally;
  PauseWatch pause_watch{events};
  CeilingWatch ceiling_watch{events};
};

}  // namespace recycled::engine
