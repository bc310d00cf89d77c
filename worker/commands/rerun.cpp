#include "commands/rerun.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

#include "base/card_number.hpp"
#include "caller.hpp"
#include "commands/hand_over_run.hpp"
#include "commands/load_settings.hpp"
#include "commands/rerun_orders.hpp"
#include "engine/rerun.hpp"
#include "exit_code.hpp"
#include "report/rerun.hpp"
#include "wiring.hpp"

namespace recycled {
namespace {

using report::RerunItem;

constexpr const char* command = "rerun";

class Rerun final : public HandOverRun<RerunItem> {
 public:
  Rerun(const RerunOptions& options, GatewayId at, Caller& caller, OpenedLedger& ledger)
      : HandOverRun({command, options.output, options.plan.digest.value_or(""), "", 0}, caller,
                    ledger),
        output_(options.output),
        at_(std::move(at)) {}

 private:
  RerunItem look(ports::LedgerTx& tx, const std::string& order, engine::Draft& draft) override {
    const auto sale = tx.sale(SaleId(order));
    if (!sale) return not_found(order);
    const auto ceiling = billing::SaleRefused::ceiling;
    if (plan_left(order, to_text(ceiling))) {
      return item_of(order, billing::SaleRefusal{ceiling, "the plan leaves it out"});
    }
    return item_of(order,
                   engine::plan_rerun(tx, *sale, at_, ledger().desk(), ledger().now(), draft));
  }

  std::optional<RerunItem> before(ports::LedgerTx& tx, const std::string& order,
                                  const std::string& why) override {
    const auto sale = tx.sale(SaleId(order));
    if (!sale) return std::nullopt;
    auto claimed = engine::claimed_for(tx, sale->key, why);
    if (!claimed) return std::nullopt;
    return item_of(order, std::move(*claimed));
  }

  RerunItem claim(ports::LedgerTx& tx, const std::string& order, engine::Room& room,
                  const std::string& why) override {
    const auto sale = tx.sale(SaleId(order));
    if (!sale) return not_found(order);
    return item_of(order,
                   engine::claim_rerun(tx, *sale, at_, ledger().desk(), ledger().now(), room, why));
  }

  // What was typed for an id may have been a card number.
  static RerunItem not_found(const std::string& order) {
    return RerunItem{hide_card_numbers(order), std::nullopt, std::nullopt};
  }

  RerunItem item_of(const std::string& order, engine::RerunClaim claim) const {
    RerunItem item;
    item.id = order;
    if (auto* refusal = std::get_if<billing::SaleRefusal>(&claim)) {
      item.refusal = std::move(*refusal);
      return item;
    }
    item.taken = std::move(std::get<ports::StoredRecovery>(claim));
    item.expiry_days = expiry_days(item.taken->recovery.provider_gateway);
    return item;
  }

  void print(const Items& items, report::Tense tense, const std::string& plan,
             std::size_t not_reached) override {
    const std::string& digest = not_reached == 0 ? plan : "";
    std::cout << (output_ == Output::json ? to_json(items, tense, digest)
                                          : to_text(items, tense, digest));
  }

  ExitCode code_of(const Items& items) const override {
    const auto taken =
        std::ranges::count_if(items, [](const RerunItem& item) { return item.taken.has_value(); });
    if (taken == std::ssize(items)) return ExitCode::done;
    return taken == 0 ? ExitCode::failed : ExitCode::needs_person;
  }
  ExitCode code_of_plan(const Items&) const override { return ExitCode::done; }

  const Output output_;
  const GatewayId at_;
};

}  // namespace

int run_rerun(const RerunOptions& options) {
  const auto settings = load_usable_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto at = options.gateway.empty() ? billing::sole_flexfactor(settings->rules)
                                          : std::optional<GatewayId>(options.gateway);
  if (!at) {
    return refuse(command,
                  "name the gateway with --gateway: the config does not have exactly one "
                  "FlexFactor gateway",
                  ExitCode::usage);
  }
  const auto caller = Caller::make(*settings);
  if (!caller) return refuse(command, caller.error());
  const auto orders = orders_asked_for(options, *settings, (*caller)->clock().now());
  if (!orders) {
    const Error& error = orders.error();
    return refuse(command, error.message,
                  error.fault == Fault::invalid ? ExitCode::usage : exit_code_of(error));
  }
  const auto ledger = open_ledger(*settings, LedgerUse::write, &(*caller)->providers());
  if (!ledger) return refuse(command, ledger.error());
  (*caller)->heed_stop();
  Rerun rerun(options, *at, **caller, **ledger);
  return rerun.run(*orders, options.plan);
}

}  // namespace recycled
