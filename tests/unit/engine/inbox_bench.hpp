// The inbox on a real ledger, with a reader of plain words and a ledger that fails when told to.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/inbox.hpp"
#include "unit/engine/fixture.hpp"
#include "unit/engine/racing_tx.hpp"

namespace recycled::engine {

// "completed ORDER", "refunded ORDER", "payout ORDER"; all else is not what the contract describes.
struct PlainReader final : ports::CallbackReader {
  Result<ports::CallbackContent> read(const std::string& body) const override {
    const auto space = body.find(' ');
    if (space == std::string::npos) return fail(Fault::invalid, "no order in it");
    ports::CallbackContent content;
    content.event = body.substr(0, space);
    content.order = OrderId(body.substr(space + 1));
    content.provider_order = ProviderOrderId("theirs");
    if (content.event == "completed") content.news = billing::News::completed;
    if (content.event == "refunded") content.news = billing::News::refunded;
    return content;
  }
};

// The real ledger, whose next `failures` updates of a recovery throw.
struct FailingLedger final : ports::Ledger {
  explicit FailingLedger(ports::Ledger& real) : ledger(real) {}
  async::Task<Result<void>> write(ports::LedgerWork work) override {
    if (on_write) on_write(++writes);
    ports::LedgerWork racing = [this, work = std::move(work)](ports::LedgerTx& tx) {
      RacingTx failing(tx, [this](ports::LedgerTx&) {
        if (failures-- > 0) throw std::runtime_error("our bug");
      });
      work(failing);
    };
    auto done = co_await ledger.write(std::move(racing));
    co_return done;
  }
  ports::Ledger& ledger;
  int failures = 0;
  int writes = 0;
  std::function<void(int)> on_write;  // hears the number of each write before it
};

struct InboxBench : Bench {
  FailingLedger failing{*ledger};
  Context own{desk, clock, entropy, failing, events};
  PlainReader reader;
  Tally tally;
  std::vector<Instant> heard;
  Inbox inbox{own, reader, tally, [this](Instant next) { heard.push_back(next); }};

  async::Task<void> take_into(SignedCallback callback, Receipt& receipt) {
    auto taken = co_await inbox.take(std::move(callback));
    REQUIRE(taken.has_value());
    receipt = *taken;
  }
  async::Task<void> retry_due() {
    auto retried = co_await inbox.retry_due(failing);
    REQUIRE(retried.has_value());
  }
  Receipt take(const std::string& nonce, const std::string& body,
               std::vector<GatewayId> signers = {GatewayId("ff")}) {
    Receipt receipt = Receipt::repeated_nonce;
    SignedCallback callback{nonce, "x-nonce: " + nonce, body, "the_key", std::move(signers)};
    run(take_into(std::move(callback), receipt));
    return receipt;
  }
  void retry_at(Instant at) {
    clock.at = at;
    run(retry_due());
  }
  std::vector<ports::StoredCallback> stored(const OrderId& order) {
    std::vector<ports::StoredCallback> found;
    in([&](auto& tx) { found = tx.callbacks_of(order); });
    return found;
  }
  ports::StoredCallback only(const OrderId& order) {
    const auto found = stored(order);
    REQUIRE(found.size() == 1);
    return found[0];
  }
};

inline OrderId order_of(const std::string& subscription) {
  return order_id(InstallationId("installation-1"), SubscriptionId(subscription), 5, 1);
}

}  // namespace recycled::engine
