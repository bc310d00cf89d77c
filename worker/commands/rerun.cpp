#include "commands/rerun.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <utility>

#include "base/card_number.hpp"
#include "caller.hpp"
#include "commands/load_settings.hpp"
#include "commands/rerun_orders.hpp"
#include "engine/rerun.hpp"
#include "exit_code.hpp"
#include "report/rerun.hpp"
#include "wiring.hpp"

namespace recycled {
namespace {

using report::PlanChange;
using report::RerunItem;
using report::RerunTense;
using Items = std::vector<RerunItem>;
using Orders = std::vector<std::string>;

constexpr std::size_t page = 500;  // orders in one transaction
constexpr Millis plans_are_kept = std::chrono::hours(24 * 30);

// Thrown out of a page's transaction, so that the ledger undoes it.
struct PlanBroken {
  PlanChange change;
};

int refuse(const std::string& message, ExitCode code) {
  std::cerr << "recycled rerun: " << message << '\n';
  return to_int(code);
}

int refuse(const Error& error) { return refuse(error.message, exit_code_of(error)); }

class Rerun {
 public:
  Rerun(const RerunOptions& options, GatewayId at, OpenedLedger& ledger)
      : options_(options), at_(std::move(at)), ledger_(ledger) {}

  int perform(const Orders& orders) {
    const auto claim = [this](ports::LedgerTx& tx, const std::string& order) {
      return claimed(tx, order, {});
    };
    const auto items = in_pages(orders, claim);
    if (!items) return refuse(items.error());
    print(*items, RerunTense::done, {});
    return code_of(*items);
  }

  int dry_run(const Orders& orders) {
    const auto items = look_at(orders, {});
    if (!items) return refuse(items.error());
    const std::string content = report::content_of(plan_of(*items));
    const ports::DryRun run{report::digest_of(content), ledger_.now(), content};
    const auto kept = ledger_.write([&run](ports::LedgerTx& tx) {
      tx.keep_dry_run(run);
      tx.forget_dry_runs(run.made_at - plans_are_kept);
    });
    if (!kept) return refuse(kept.error());
    print(*items, RerunTense::would_be, run.digest);
    return code_of(*items);
  }

  // What the plan says and nothing else. What it had handed over before is left alone.
  int carry_out(const Orders& asked_for) {
    const auto plan = stored_plan();
    if (!plan) return refuse(plan.error());
    Orders orders = asked_for;
    for (const report::PlannedItem& item : plan->items) orders.push_back(item.id);
    std::ranges::sort(orders);
    const auto twice = std::ranges::unique(orders);
    orders.erase(twice.begin(), twice.end());
    auto items = look_at(orders, mark());
    if (!items) return refuse(items.error());
    const auto changes = report::changes_since(*plan, as_it_is(*plan, *items, asked_for));
    if (!changes.empty()) return broken(changes, 0);
    return carry_out(*plan, std::move(*items));
  }

 private:
  std::string mark() const { return "plan " + *options_.plan; }

  // Each page's orders one after the other, in one transaction. `one` may be asked twice about a
  // page when a commit has failed.
  template <class One>
  Result<Items> in_pages(const Orders& orders, One one) {
    Items items;
    for (std::size_t first = 0; first < orders.size(); first += page) {
      const std::size_t last = std::min(orders.size(), first + page);
      Items some;
      const engine::PlannedCards cards_before = cards_;
      const auto done = ledger_.write([&](ports::LedgerTx& tx) {
        some.clear();
        cards_ = cards_before;
        for (std::size_t i = first; i < last; ++i) some.push_back(one(tx, orders[i]));
      });
      if (!done) return Failure(done.error());
      std::move(some.begin(), some.end(), std::back_inserter(items));
      handed_over_ = items.size();
    }
    return items;
  }

  // What would become of each now, or did under `why`, if that is not empty.
  Result<Items> look_at(const Orders& orders, const std::string& why) {
    const auto look = [this, &why](ports::LedgerTx& tx, const std::string& order) {
      const auto sale = tx.sale(SaleId(order));
      if (!sale) return not_found(order);
      if (auto before = why.empty() ? std::nullopt : engine::claimed_for(tx, sale->key, why)) {
        RerunItem item = item_of(order, std::move(*before));
        item.before = true;
        return item;
      }
      return item_of(order,
                     engine::plan_rerun(tx, *sale, at_, ledger_.desk(), ledger_.now(), &cards_));
    };
    return in_pages(orders, look);
  }

  RerunItem claimed(ports::LedgerTx& tx, const std::string& order, const std::string& why) {
    const auto sale = tx.sale(SaleId(order));
    if (!sale) return not_found(order);
    return item_of(order, engine::claim_rerun(tx, *sale, at_, ledger_.desk(), ledger_.now(), why));
  }

  // What was typed for an id may have been a card number.
  static RerunItem not_found(const std::string& order) {
    return RerunItem{hide_card_numbers(order), std::nullopt, std::nullopt};
  }

  RerunItem item_of(const std::string& order, engine::RerunClaim claim) const {
    RerunItem item;
    item.order = order;
    if (auto* refusal = std::get_if<billing::SaleRefusal>(&claim)) {
      item.refusal = std::move(*refusal);
      return item;
    }
    item.taken = std::move(std::get<ports::StoredRecovery>(claim));
    const auto& gateways = ledger_.desk().rules().gateways;
    const auto gateway = gateways.find(item.taken->recovery.provider_gateway);
    const bool is_known = gateway != gateways.end() && gateway->second.flexfactor;
    item.expiry_days = is_known ? gateway->second.flexfactor->expiry_days : 0;
    return item;
  }

  static report::Plan plan_of(const Items& items) {
    report::Plan plan{"rerun", {}};
    for (const RerunItem& item : items) plan.items.push_back(report::planned(item));
    return plan;
  }

  Result<report::Plan> stored_plan() {
    std::optional<ports::DryRun> run;
    const auto read = ledger_.write([&](ports::LedgerTx& tx) { run = tx.dry_run(*options_.plan); });
    if (!read) return Failure(read.error());
    if (!run || report::digest_of(run->content) != *options_.plan) {
      return fail(Fault::not_found, "no dry run of the last 30 days said plan " +
                                        hide_card_numbers(*options_.plan) +
                                        "; nothing was handed over");
    }
    auto plan = report::plan_of(run->content);
    if (plan && plan->command != "rerun") {
      return fail(Fault::not_found, "plan " + *options_.plan + " is one of a " + plan->command +
                                        "; nothing was handed over");
    }
    return plan;
  }

  // What a dry run would say now, but for what the plan itself has done.
  static report::Plan as_it_is(const report::Plan& plan, const Items& items,
                               const Orders& asked_for) {
    std::map<std::string, report::PlannedItem> planned;
    for (const report::PlannedItem& item : plan.items) planned.emplace(item.id, item);
    report::Plan now{plan.command, {}};
    for (const RerunItem& item : items) {
      const auto was = planned.find(item.order);
      const report::PlannedItem is = report::planned(item);
      if (item.before && was != planned.end()) {
        now.items.push_back(was->second);
      } else if (std::ranges::binary_search(asked_for, item.order) ||
                 (was != planned.end() && was->second != is)) {
        now.items.push_back(is);
      }
    }
    return now;
  }

  int carry_out(const report::Plan& plan, Items items) {
    std::map<std::string, RerunItem> results;
    for (RerunItem& item : items) results[item.order] = std::move(item);
    Orders open;
    std::map<std::string, report::PlannedItem> planned;
    for (const report::PlannedItem& item : plan.items) {
      planned.emplace(item.id, item);
      if (item.taken && !results.at(item.id).before) open.push_back(item.id);
    }
    const auto claim = [&](ports::LedgerTx& tx, const std::string& order) {
      RerunItem item = claimed(tx, order, mark());
      const report::PlannedItem is = report::planned(item);
      if (is != planned.at(order)) throw PlanBroken{{order, planned.at(order), is}};
      return item;
    };
    handed_over_ = 0;
    try {
      auto done = in_pages(open, claim);
      if (!done) return refuse(done.error());
      for (RerunItem& item : *done) results[item.order] = std::move(item);
    } catch (const PlanBroken& broken_at) {
      return broken({broken_at.change}, handed_over_);
    }
    Items in_plan;
    for (const report::PlannedItem& item : plan.items) in_plan.push_back(results.at(item.id));
    print(in_plan, RerunTense::done, *options_.plan);
    return to_int(ExitCode::done);
  }

  int broken(const std::vector<PlanChange>& changes, std::size_t handed_over) {
    std::cout << (options_.output == Output::json ? to_json(*options_.plan, changes)
                                                  : to_text(changes));
    const std::string so_far = handed_over == 0
                                   ? "nothing was handed over"
                                   : std::to_string(handed_over) + " had been handed over before";
    return refuse("plan " + *options_.plan + " is not what would happen now, and " + so_far +
                      "; a new dry run gives a new plan",
                  ExitCode::failed);
  }

  void print(const Items& items, RerunTense tense, const std::string& plan) {
    std::cout << (options_.output == Output::json ? to_json(items, tense, plan)
                                                  : to_text(items, tense, plan));
  }

  static int code_of(const Items& items) {
    const auto taken =
        std::ranges::count_if(items, [](const RerunItem& item) { return item.taken.has_value(); });
    if (taken == std::ssize(items)) return to_int(ExitCode::done);
    return to_int(taken == 0 ? ExitCode::failed : ExitCode::needs_person);
  }

  const RerunOptions& options_;
  const GatewayId at_;
  OpenedLedger& ledger_;
  engine::PlannedCards cards_;
  std::size_t handed_over_ = 0;  // in pages that are committed
};

}  // namespace

int run_rerun(const RerunOptions& options) {
  const auto settings = load_usable_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto at = options.gateway.empty() ? billing::sole_flexfactor(settings->rules)
                                          : std::optional<GatewayId>(options.gateway);
  if (!at) {
    return refuse(
        "name the gateway with --gateway: the config does not have exactly one "
        "FlexFactor gateway",
        ExitCode::usage);
  }
  const auto caller = Caller::make(*settings);
  if (!caller) return refuse(caller.error());
  const auto orders = orders_asked_for(options, *settings, (*caller)->clock().now());
  if (!orders) {
    return refuse(orders.error().message, orders.error().fault == Fault::invalid
                                              ? ExitCode::usage
                                              : exit_code_of(orders.error()));
  }
  const auto ledger = open_ledger(*settings, LedgerUse::write, &(*caller)->providers());
  if (!ledger) return refuse(ledger.error());
  Rerun rerun(options, *at, **ledger);
  if (options.plan) return rerun.carry_out(*orders);
  return options.mode == RerunMode::dry_run ? rerun.dry_run(*orders) : rerun.perform(*orders);
}

}  // namespace recycled
