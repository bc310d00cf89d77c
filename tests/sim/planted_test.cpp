// Bugs that a recycler could have, planted between the engine and its ports: the life of `recycled
// simulate` finds each of them, and nothing without them.
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "simulation/life.hpp"
#include "support/forwarding_provider.hpp"
#include "support/forwarding_tx.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using billing::RecoveryState;
using testing::ForwardingProvider;
using testing::ForwardingTx;

namespace {

simulation::LifeSettings small(std::uint64_t seed) {
  simulation::LifeSettings settings;
  settings.days = 30;
  settings.seed = seed;
  settings.subscriptions = 100;
  return settings;
}

// The first of a few seeds with which something is violated; it is printed.
simulation::Violation found_by_a_seed(const simulation::Wraps& wraps) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    auto settings = small(seed);
    settings.wraps = wraps;
    const auto report = simulation::live(settings);
    REQUIRE(report.has_value());
    if (!report->violation) continue;
    MESSAGE("seed " << seed << ": " << report->violation->invariant << ": "
                    << report->violation->whose << " " << report->violation->detail);
    return *report->violation;
  }
  return {};
}

template <class Planted>
class PlantedLedger final : public ports::Ledger {
 public:
  explicit PlantedLedger(ports::Ledger& ledger) : ledger_(ledger) {}
  async::Task<Result<void>> write(ports::LedgerWork work) override {
    ports::LedgerWork planted = [work = std::move(work)](ports::LedgerTx& tx) {
      Planted between(tx);
      work(between);
    };
    return ledger_.write(std::move(planted));
  }

 private:
  ports::Ledger& ledger_;
};

template <class Planted>
simulation::Wraps planted_in_transactions() {
  simulation::Wraps wraps;
  wraps.ledger = [](ports::Ledger& ledger) {
    return std::make_unique<PlantedLedger<Planted>>(ledger);
  };
  return wraps;
}

class GatewayNotReverted final : public ForwardingTx {
 public:
  using ForwardingTx::ForwardingTx;
  bool settle(const ports::Settlement& settlement, Instant now) override {
    ports::Settlement wrong = settlement;
    if (wrong.fail_reason == "expired") wrong.gateway = GatewayId("ff-one");
    return tx_.settle(wrong, now);
  }
};

class BlockOffByOne final : public ForwardingTx {
 public:
  using ForwardingTx::ForwardingTx;
  ports::DuePage due(Instant now, ports::DuePlace from, int n) override {
    auto page = tx_.due(now, from, n);
    for (auto& row : page.found) {
      if (row.subscription.declined) ++row.subscription.declined->reattempts_made;
    }
    return page;
  }
};

class FailureUndoesSuccess final : public ForwardingTx {
 public:
  using ForwardingTx::ForwardingTx;
  CallbackKey add_callback(const ports::StoredCallback& callback) override {
    const auto about = tx_.recovery(callback.order);
    const bool fails = callback.event == "order.cancelled" || callback.event == "order.expired";
    if (about && fails && about->recovery.state == RecoveryState::recovered) {
      const auto row = tx_.subscription(about->subscription);
      tx_.set_status(row->key, billing::SubscriptionStatus::recycle_failed, callback.received_at);
    }
    return tx_.add_callback(callback);
  }
};

// A callback that is faster than the reply finds nobody, and is not looked at again.
class EarlyCallbackLost final : public ForwardingTx {
 public:
  using ForwardingTx::ForwardingTx;
  bool remember_nonce(const std::string& nonce, Instant seen_at) override {
    takes_a_callback_ = true;
    return tx_.remember_nonce(nonce, seen_at);
  }
  std::optional<ports::StoredRecovery> recovery(const OrderId& order) override {
    auto found = tx_.recovery(order);
    const bool early = found && found->recovery.state == RecoveryState::intended;
    if (takes_a_callback_ && early) return std::nullopt;
    return found;
  }
  std::optional<ports::StoredRecovery> recovery_by_provider(const ProviderOrderId& o) override {
    return tx_.recovery_by_provider(o);
  }
  std::vector<ports::StoredCallback> callbacks_due(Instant, int) override { return {}; }
  std::optional<Instant> next_callback() override { return std::nullopt; }

 private:
  bool takes_a_callback_ = false;
};

// "Seen" is committed first, and what was seen afterwards.
class NonceBeforeEffect final : public ports::Ledger {
 public:
  explicit NonceBeforeEffect(ports::Ledger& ledger) : ledger_(ledger) {}

  async::Task<Result<void>> write(ports::LedgerWork work) override {
    std::optional<Seen> seen;
    ports::LedgerWork probe = [&work](ports::LedgerTx& tx) {
      Probe between(tx);
      work(between);
    };
    try {
      auto done = co_await ledger_.write(std::move(probe));
      co_return done;
    } catch (const Seen& caught) {
      seen = caught;
    }
    bool is_new = false;
    ports::LedgerWork remember = [&](ports::LedgerTx& tx) {
      is_new = tx.remember_nonce(seen->nonce, seen->at);
    };
    auto kept = co_await ledger_.write(std::move(remember));
    if (!kept) co_return kept;
    ports::LedgerWork effect = [&](ports::LedgerTx& tx) {
      Known between(tx, is_new ? Novelty::fresh : Novelty::old);
      work(between);
    };
    auto done = co_await ledger_.write(std::move(effect));
    co_return done;
  }

 private:
  enum class Novelty { fresh, old };
  struct Seen {
    std::string nonce;
    Instant at;
  };
  class Probe final : public ForwardingTx {
   public:
    using ForwardingTx::ForwardingTx;
    bool remember_nonce(const std::string& nonce, Instant seen_at) override {
      throw Seen{nonce, seen_at};
    }
  };
  class Known final : public ForwardingTx {
   public:
    Known(ports::LedgerTx& tx, Novelty novelty) : ForwardingTx(tx), novelty_(novelty) {}
    bool remember_nonce(const std::string&, Instant) override { return novelty_ == Novelty::fresh; }

   private:
    const Novelty novelty_;
  };

  ports::Ledger& ledger_;
};

// What a cascade charged after a "no" is left there.
class LateChargeKept final : public ForwardingTx {
 public:
  using ForwardingTx::ForwardingTx;
  bool update_recovery(RecoveryKey key, const billing::Recovery& before,
                       const billing::Recovery& after) override {
    billing::Recovery wrong = after;
    if (wrong.step == billing::Step::refund) {
      wrong.step = billing::Step::none;
      wrong.next_at.reset();
    }
    return tx_.update_recovery(key, before, wrong);
  }
};

// What was not answered is sent again as something new.
class NewKeyAfterTimeout final : public ForwardingProvider {
 public:
  NewKeyAfterTimeout(ports::Provider& provider, std::map<std::string, int>& unanswered)
      : ForwardingProvider(provider), unanswered_(unanswered) {}

  async::Task<ports::HandOverReply> hand_over(OrderId order, std::string body) override {
    const std::string stored = body;
    const auto before = unanswered_.find(stored);
    if (before != unanswered_.end()) {
      const IdempotencyKey key("another-" + std::to_string(before->second));
      body = *provider_.recompose(body, key);
    }
    auto reply = co_await provider_.hand_over(std::move(order), std::move(body));
    if (std::holds_alternative<billing::outcome::Unknown>(reply.outcome)) ++unanswered_[stored];
    co_return reply;
  }

 private:
  std::map<std::string, int>& unanswered_;
};

// A new sale leaves once more, under a key of its own.
class SaleSentTwice final : public ForwardingProvider {
 public:
  using ForwardingProvider::ForwardingProvider;

  async::Task<ports::HandOverReply> hand_over(OrderId order, std::string body) override {
    if (body.find("sale-") != std::string::npos) {
      std::string again = *provider_.recompose(body, IdempotencyKey("another-one"));
      OrderId same = order;
      const auto nobody_reads_it = co_await provider_.hand_over(std::move(same), std::move(again));
    }
    auto reply = co_await provider_.hand_over(std::move(order), std::move(body));
    co_return reply;
  }
};

}  // namespace

TEST_CASE("X1: without a planted bug nothing is found") {
  const auto violation = found_by_a_seed({});
  CHECK(violation.invariant.empty());
}

TEST_CASE("X1: a gateway that is not reverted on expiry is found") {
  const auto violation = found_by_a_seed(planted_in_transactions<GatewayNotReverted>());
  CHECK(violation.invariant == "no subscription rests at FlexFactor's gateway");
}

TEST_CASE("X1: a block that is off by one is found") {
  const auto violation = found_by_a_seed(planted_in_transactions<BlockOffByOne>());
  CHECK(violation.invariant == "the re-attempt whose turn it is, at its block's gateway, when due");
}

TEST_CASE("X1: a late failure that undoes a success is found") {
  const auto violation = found_by_a_seed(planted_in_transactions<FailureUndoesSuccess>());
  CHECK(violation.invariant == "no failure undoes a success");
}

TEST_CASE("X1: an early callback that is lost is found") {
  const auto violation = found_by_a_seed(planted_in_transactions<EarlyCallbackLost>());
  CHECK(violation.invariant == "every callback takes effect");
}

TEST_CASE("X1: a callback that is marked as seen before it has taken effect is found") {
  simulation::Wraps wraps;
  wraps.ledger = [](ports::Ledger& ledger) { return std::make_unique<NonceBeforeEffect>(ledger); };
  const auto violation = found_by_a_seed(wraps);
  CHECK(violation.invariant == "a callback that was answered is stored");
}

TEST_CASE("X1: a second sending under a new key after a timeout is found") {
  std::map<std::string, int> unanswered;
  simulation::Wraps wraps;
  wraps.provider = [&unanswered](ports::Provider& provider) {
    return std::make_unique<NewKeyAfterTimeout>(provider, unanswered);
  };
  const auto violation = found_by_a_seed(wraps);
  CHECK(violation.invariant.starts_with("one charge at most of a "));  // a cycle or a sale
}

TEST_CASE("X1 C2: a late charge of a cascade that is not given back is found") {
  const auto violation = found_by_a_seed(planted_in_transactions<LateChargeKept>());
  CHECK(violation.invariant == "no charge of a cascade stays without a yes");
}

TEST_CASE("X1 N1: a new sale that is sent twice is found") {
  simulation::Wraps wraps;
  wraps.provider = [](ports::Provider& provider) {
    return std::make_unique<SaleSentTwice>(provider);
  };
  const auto violation = found_by_a_seed(wraps);
  CHECK(violation.invariant == "one charge at most of a new sale is kept");
}
