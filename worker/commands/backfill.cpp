#include "commands/backfill.hpp"

#include <algorithm>
#include <iostream>
#include <utility>
#include <vector>

#include "caller.hpp"
#include "commands/hand_over_run.hpp"
#include "commands/load_settings.hpp"
#include "commands/period.hpp"
#include "exit_code.hpp"
#include "report/backfill.hpp"
#include "wiring.hpp"

namespace recycled {
namespace {

using billing::LeftAlone;
using billing::LeftOut;
using report::BackfillItem;
using Ids = std::vector<std::string>;

constexpr const char* command = "backfill";
constexpr int page = 500;

class Backfill final : public HandOverRun<BackfillItem> {
 public:
  Backfill(const BackfillOptions& options, Caller& caller, OpenedLedger& ledger)
      : HandOverRun({command, options.output, options.plan.digest.value_or(""), command,
                     options.per_second},
                    caller, ledger),
        options_(options) {}

 private:
  BackfillItem look(ports::LedgerTx& tx, const std::string& id, engine::Draft& draft) override {
    const auto stored = tx.subscription(SubscriptionId(id));
    if (!stored) return item_of(id, LeftAlone{LeftOut::not_found, {}});
    for (const LeftOut reason : {LeftOut::not_due, LeftOut::ceiling}) {
      if (plan_left(id, to_text(reason))) {
        return item_of(id, LeftAlone{reason, "the plan leaves it to the scheduler"});
      }
    }
    return item_of(id, engine::plan_backfill(tx, *stored, options_.choice, ledger().desk(),
                                             ledger().now(), draft));
  }

  std::optional<BackfillItem> before(ports::LedgerTx& tx, const std::string& id,
                                     const std::string& why) override {
    const auto stored = tx.subscription(SubscriptionId(id));
    if (!stored) return std::nullopt;
    auto claimed = engine::claimed_for(tx, stored->key, why);
    if (!claimed) return std::nullopt;
    return item_of(id, std::move(*claimed));
  }

  BackfillItem claim(ports::LedgerTx& tx, const std::string& id, engine::Room& room,
                     const std::string& why) override {
    const auto stored = tx.subscription(SubscriptionId(id));
    if (!stored) return item_of(id, LeftAlone{LeftOut::not_found, {}});
    return item_of(id, engine::claim_backfill(tx, *stored, options_.choice, ledger().desk(),
                                              ledger().now(), room, why));
  }

  BackfillItem item_of(const std::string& id, engine::BackfillClaim claim) const {
    BackfillItem item;
    item.id = id;
    if (auto* refusal = std::get_if<billing::Refusal>(&claim)) {
      item.left = std::move(*refusal);
    } else if (auto* left = std::get_if<LeftAlone>(&claim)) {
      item.left = std::move(*left);
    } else {
      item.taken = std::move(std::get<ports::StoredRecovery>(claim));
      item.expiry_days = expiry_days(item.taken->recovery.provider_gateway);
    }
    return item;
  }

  void print(const Items& items, report::Tense tense, const std::string& plan,
             std::size_t not_reached) override {
    const report::BackfillRun run{tense, plan, static_cast<std::int64_t>(not_reached)};
    std::cout << (options_.output == Output::json ? to_json(items, run) : to_text(items, run));
  }

  ExitCode code_of(const Items& items) const override {
    return std::ranges::any_of(items, report::needs_person) ? ExitCode::needs_person
                                                            : ExitCode::done;
  }
  ExitCode code_of_plan(const Items& items) const override { return code_of(items); }

  const BackfillOptions& options_;
};

// Oldest decline first, which with a limit says who comes before whom.
Result<Ids> declined_in(OpenedLedger& ledger, Period period) {
  Ids ids;
  ports::DueCursor after{period.from, 0};
  for (bool more = true; more;) {
    std::vector<ports::StoredSubscription> some;
    const auto read = ledger.write(
        [&](ports::LedgerTx& tx) { some = tx.subscriptions_declined(period.to, after, page); });
    if (!read) return Failure(read.error());
    more = some.size() == page;
    for (const ports::StoredSubscription& stored : some) {
      ids.push_back(stored.subscription.id.str());
      after = {stored.subscription.declined->at, stored.key.value()};
    }
  }
  return ids;
}

}  // namespace

int run_backfill(const BackfillOptions& options) {
  const auto settings = load_usable_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const GatewayId& gateway = options.choice.gateway;
  if (!gateway.empty() && !settings->rules.gateways.contains(gateway)) {
    return refuse(command, "--gateway " + gateway.str() + " is no gateway of the config",
                  ExitCode::usage);
  }
  const auto caller = Caller::make(*settings);
  if (!caller) return refuse(command, caller.error());
  const auto ledger = open_ledger(*settings, LedgerUse::write, &(*caller)->providers());
  if (!ledger) return refuse(command, ledger.error());
  const auto period = read_period(options.from, options.to, (*ledger)->desk().calendar(), {});
  if (!period) return refuse(command, period.error().message, ExitCode::usage);
  (*caller)->heed_stop();
  const auto ids = declined_in(**ledger, *period);
  if (!ids) return refuse(command, ids.error());
  Backfill backfill(options, **caller, **ledger);
  return backfill.run(*ids, options.plan);
}

}  // namespace recycled
