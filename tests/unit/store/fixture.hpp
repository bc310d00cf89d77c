// Rows with every field filled in, a ledger of a test's own, and the way into a transaction.
#pragma once

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"
#include "ports/ledger.hpp"
#include "store/ledger.hpp"
#include "unit/system/scratch.hpp"

namespace recycled::store {

inline const Instant noon = *parse_instant("2026-11-23T12:00:00.120Z");

inline async::Task<void> write_into(ports::Ledger& ledger, ports::LedgerWork work,
                                    Result<void>& result) {
  auto done = co_await ledger.write(std::move(work));
  result = std::move(done);
}

// One transaction and its result; what the work throws comes out.
inline Result<void> try_in(ports::Ledger& ledger, ports::LedgerWork work) {
  boost::asio::io_context context;
  Result<void> result;
  async::run_to_end(context, write_into(ledger, std::move(work), result));
  return result;
}

inline void in(ports::Ledger& ledger, ports::LedgerWork work) {
  const auto done = try_in(ledger, std::move(work));
  REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
}

inline billing::Subscription plain_subscription(const std::string& id) {
  billing::Subscription subscription;
  subscription.id = SubscriptionId(id);
  subscription.gateway = GatewayId("bank");
  subscription.status = billing::SubscriptionStatus::recycle_billing;
  subscription.cycle = 5;
  subscription.price.minor = 8995;
  subscription.declined =
      billing::Declined{noon, 3, noon, "51", "Insufficient funds", std::nullopt, "", ""};
  return subscription;
}

// No two fields alike, so that a swapped pair of columns shows.
inline billing::Subscription full_subscription(const std::string& id) {
  billing::Subscription subscription = plain_subscription(id);
  subscription.price.currency = *Currency::parse("EUR");
  subscription.interval = {3, billing::Interval::Unit::months};
  subscription.final_cycle = 12;
  subscription.next_bill_on = parse_date("2026-12-31");
  subscription.anchor_day = 31;
  subscription.declined = billing::Declined{
      noon, 4, noon + Millis(1), "code", "message \xc3\xa4", billing::DeclineClass::hard, "A", "M"};
  subscription.customer = CustomerId("customer");
  subscription.campaign = CampaignId("campaign");
  subscription.product = ProductId("product");
  subscription.card = {"token", "first6", "last4", "brand", 7, 2031, "holder"};
  subscription.payer = {"email",     "phone", "ip",    "first", "last",   "line 1",
                        "line \"2'", "city",  "state", "zip",   "country"};
  return subscription;
}

inline billing::Recovery plain_recovery(const std::string& order, int cycle = 5) {
  billing::Recovery recovery;
  recovery.order = OrderId(order);
  recovery.cycle = cycle;
  recovery.provider_gateway = GatewayId("ff");
  recovery.return_gateway = GatewayId("bank");
  recovery.return_card = "token";
  recovery.amount.minor = 8095;
  recovery.next_at = noon;
  recovery.claimed_at = noon;
  recovery.expires_at = noon + std::chrono::days(21);
  recovery.unsent_until = noon;
  return recovery;
}

inline billing::Recovery full_recovery(const std::string& order) {
  billing::Recovery recovery = plain_recovery(order, 6);
  recovery.round = 2;
  recovery.reattempt = 7;
  recovery.amount.currency = *Currency::parse("JPY");
  recovery.state = billing::RecoveryState::withdrawing;
  recovery.reason = billing::Reason::customer_paused;
  recovery.step = billing::Step::external_cancel;
  recovery.next_at = noon + Millis(11);
  recovery.sending = 3;
  recovery.tries = 4;
  recovery.inquiries = 8;
  recovery.left = true;
  recovery.claimed_at = noon + Millis(12);
  recovery.unsent_until = noon + Millis(13);
  recovery.left_by = noon + Millis(15);
  recovery.provider_order = ProviderOrderId("provider order");
  recovery.settled_at = noon + Millis(14);
  recovery.late = true;
  recovery.charged_back = true;
  return recovery;
}

inline SubscriptionKey put(ports::LedgerTx& tx, const std::string& id,
                           std::optional<Instant> due_at = std::nullopt) {
  return tx.put_subscription(plain_subscription(id), ports::Plan{due_at, std::nullopt}, noon);
}

inline RecoveryKey put_recovery(ports::LedgerTx& tx, SubscriptionKey of,
                                const billing::Recovery& recovery) {
  const auto key = tx.insert_recovery({of, recovery, "request of " + recovery.order.str()});
  REQUIRE(key.has_value());
  return *key;
}

// As it is when its recovery has come to `state`.
inline billing::Recovery in_state(billing::Recovery recovery, billing::RecoveryState state) {
  recovery.state = state;
  recovery.step = billing::Step::none;
  recovery.next_at = std::nullopt;
  return recovery;
}

// A file and the ledger on it.
struct OwnLedger {
  explicit OwnLedger(Executor executor = Executor::inline_) { open(executor); }

  void open(Executor executor) {
    ledger.reset();
    auto opened = SqliteLedger::open(file, executor, noon);
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
    ledger = std::move(*opened);
  }

  testing::Scratch folder;
  std::filesystem::path file = folder / "ledger.db";
  std::unique_ptr<SqliteLedger> ledger;
};

inline constexpr auto deadline = std::chrono::seconds(60);

// Holds the store's thread inside a first transaction, so that what is written meanwhile gathers.
struct Gate {
  std::promise<void> reached;
  std::promise<void> opened;
  ports::LedgerWork work() {
    return [this](ports::LedgerTx& tx) {
      tx.set_meta("gate", "1");
      reached.set_value();
      if (opened.get_future().wait_for(deadline) != std::future_status::ready) {
        throw std::runtime_error("nobody opened the gate");
      }
    };
  }
};

}  // namespace recycled::store
