#include "inner/world.hpp"

#include <stdexcept>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include "async/spawn.hpp"
#include "base/ensure.hpp"
#include "engine/accept.hpp"
#include "engine/apply.hpp"
#include "engine/scan.hpp"
#include "support/usual.hpp"

namespace recycled::bench {
namespace {

constexpr int scan_batch = 500;  // as the config has it, unless it says otherwise
constexpr int page = 100'000;

template <class Value>
Value taken(Result<Value> made) {
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

// A lambda that g++ 12 is not to see beside co_await.
async::Task<void> scan_all(const engine::Context& context, engine::Tally& tally,
                           engine::PauseWatch& pauses, engine::CeilingWatch& ceilings) {
  const auto executor = co_await boost::asio::this_coro::executor;
  async::TaskGroup writing(executor, 1);
  const auto done = co_await engine::scan(context, writing, scan_batch, tally, pauses, ceilings);
  ensure(done.has_value(), "a scan of a ledger of our own works");
}

}  // namespace

Instant noon() { return *parse_instant("2026-11-23T17:00:00Z"); }

flexfactor::Account account() {
  flexfactor::Account made;
  made.gateway = GatewayId("ff");
  made.mid = "bench-merchant-0001";
  made.site_id = "bench-site-0001";
  return made;
}

billing::Subscription declined(int number) {
  const std::string text = std::to_string(number);
  auto made = testing::declined("sub_00000000" + text, noon() - std::chrono::days(4),
                                "pm_0000048271" + text);
  made.customer = CustomerId("cus_00000000" + text);
  made.card.first6 = "411111";
  made.card.last4 = "0042";
  made.payer.email = "customer" + text + "@mail.example.test";
  made.payer.phone = "+1 212 555 0042";
  made.payer.first_name = "Sample";
  made.payer.last_name = "Customer";
  made.payer.address1 = "42 Example Street";
  made.payer.city = "Springfield";
  made.payer.state = "NY";
  made.payer.zip = "10115";
  made.payer.country = "US";
  return made;
}

World::World()
    : folder_(taken(system::TemporaryFolder::make("recycled-bench"))),
      calendar_(taken(system::ZoneCalendar::make("America/New_York"))),
      ledger_(taken(store::SqliteLedger::open(folder_.path() / "ledger.db",
                                              store::Executor::inline_, noon()))),
      rules_(testing::usual_rules()),
      client_(*this, *this, *this, account()),
      desk_{InstallationId("bench"), engine::Planner(rules_, *calendar_), *this},
      context_{desk_, *this, *this, *ledger_, *this},
      pauses_(*this),
      ceilings_(*this) {}

ports::Provider* World::find(const GatewayId&) { return &client_; }

async::Task<http::Exchange> World::exchange(http::Request) {
  throw std::runtime_error("nobody is to be called");
}

void World::write(const ports::LedgerWork& work) {
  const auto done = ledger_->write_now(work);
  if (!done) throw std::runtime_error(done.error().message);
}

void World::add_due(int count) {
  write([&](ports::LedgerTx& tx) {
    for (int i = 0; i < count; ++i) {
      const auto done = engine::accept_subscription(tx, declined(++added_), desk_, noon());
      ensure(done == engine::Accepted::inserted, "a subscription that nobody has seen is inserted");
    }
  });
}

void World::scan() {
  boost::asio::io_context io;
  async::run_to_end(io, scan_all(context_, tally_, pauses_, ceilings_));
}

std::vector<ports::StoredRecovery> World::newly_claimed() {
  std::vector<ports::StoredRecovery> found;
  write([&](ports::LedgerTx& tx) {
    found = tx.in_state(billing::RecoveryState::intended, last_, page);
  });
  if (!found.empty()) last_ = found.back().key;
  return found;
}

void World::hand_over(const std::vector<ports::StoredRecovery>& claimed) {
  write([&](ports::LedgerTx& tx) {
    for (const ports::StoredRecovery& one : claimed) {
      const billing::Answered answered{billing::outcome::Pending{}, 1,
                                       ProviderOrderId("ff-" + std::to_string(one.key.value()))};
      engine::apply(tx, one.key, answered, desk_, moment());
    }
  });
}

}  // namespace recycled::bench
