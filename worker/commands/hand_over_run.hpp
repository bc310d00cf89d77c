// Handing many over by hand, orders by `rerun` and subscriptions by `backfill`: a dry run that is
// kept as a plan, a run of what is there now, and a run of exactly a plan, which goes on where an
// earlier one was stopped. Source: operations.md "backfill"; mission.md X2.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "commands/check.hpp"
#include "commands/pages.hpp"
#include "commands/plan_options.hpp"
#include "commands/stored_plan.hpp"
#include "engine/claim.hpp"
#include "exit_code.hpp"
#include "report/hand_overs.hpp"
#include "report/plan.hpp"

namespace recycled {

struct HandOverSettings {
  std::string command;  // "rerun"
  Output output = Output::text;
  std::string plan;    // the digest that is carried out; empty: none is
  std::string reason;  // why, for the audit row, where there is no plan; may be empty
  int per_second = 0;  // hand-overs; 0: as fast as can be
};

// An Item has `id`, `taken`, `before`, and a `planned` beside its type.
template <class Item>
class HandOverRun {
 public:
  using Ids = std::vector<std::string>;
  using Items = std::vector<Item>;

  HandOverRun(HandOverSettings settings, Caller& caller, OpenedLedger& ledger)
      : settings_(std::move(settings)),
        ledger_(ledger),
        caller_(caller),
        pages_(caller, ledger, settings_.per_second) {}
  virtual ~HandOverRun() = default;

  // As it was asked for; the exit code.
  int run(const Ids& ids, const PlanOptions& plan) {
    if (plan.digest) return carry_out(ids);
    return plan.mode == PlanOptions::Mode::dry_run ? dry_run(ids) : perform(ids);
  }

 protected:
  // What would become of it now; `draft` is what was looked at before it.
  virtual Item look(ports::LedgerTx& tx, const std::string& id, engine::Draft& draft) = 0;
  // What an earlier run of the plan had handed over of it, for that reason.
  virtual std::optional<Item> before(ports::LedgerTx& tx, const std::string& id,
                                     const std::string& why) = 0;
  virtual Item claim(ports::LedgerTx& tx, const std::string& id, engine::Room& room,
                     const std::string& why) = 0;
  // `plan` is the digest that is said or carried out; of what is not reached there is no item.
  virtual void print(const Items& items, report::Tense tense, const std::string& plan,
                     std::size_t not_reached) = 0;
  virtual ExitCode code_of(const Items& items) const = 0;
  virtual ExitCode code_of_plan(const Items& items) const = 0;

  const OpenedLedger& ledger() const { return ledger_; }
  // Of a FlexFactor gateway of the config; 0: it is none.
  int expiry_days(const GatewayId& id) const {
    const auto& gateways = ledger_.desk().rules().gateways;
    const auto gateway = gateways.find(id);
    const bool is_known = gateway != gateways.end() && gateway->second.flexfactor;
    return is_known ? gateway->second.flexfactor->expiry_days : 0;
  }
  // As the plan that is carried out has it; null: it has not, or there is none.
  const report::PlannedItem* as_planned(const std::string& id) const {
    const auto found = planned_.find(id);
    return found == planned_.end() ? nullptr : &found->second;
  }
  // It has left it out for that reason, which is gone by itself in time: that is no change of the
  // world.
  bool plan_left(const std::string& id, std::string_view reason) const {
    const report::PlannedItem* was = as_planned(id);
    return was != nullptr && was->reason == reason;
  }

 private:
  // Thrown out of a page's transaction, so that the ledger undoes it.
  struct PlanBroken {
    report::PlanChange change;
  };

  std::string why() const {
    return settings_.plan.empty() ? settings_.reason : "plan " + settings_.plan;
  }
  int dry_run(const Ids& ids);
  // What is there now.
  int perform(const Ids& ids);
  // What the plan says and nothing else. What it had handed over before is left alone.
  int carry_out(const Ids& asked_for);
  Item look_at(ports::LedgerTx& tx, const std::string& id);
  Result<Items> look_at_all(const Ids& ids);
  report::Plan as_it_is(const Items& items, const std::set<std::string>& asked_for) const;
  void claim_one(ports::LedgerTx& tx, Item& item, engine::Room& room);
  int hand_over(Items items);
  int broken(const std::vector<report::PlanChange>& changes) {
    return refuse_plan(settings_.command, settings_.output, settings_.plan, changes, handed_over_);
  }

  const HandOverSettings settings_;
  OpenedLedger& ledger_;
  Caller& caller_;
  Pages pages_;
  std::optional<engine::Draft> draft_;  // from the first look on
  std::map<std::string, report::PlannedItem> planned_;
  std::size_t handed_over_ = 0;  // in pages that are committed
};

template <class Item>
Item HandOverRun<Item>::look_at(ports::LedgerTx& tx, const std::string& id) {
  if (!draft_) {
    draft_.emplace(engine::Room(tx, ledger_.desk(), ledger_.now(), billing::HandedOver{}));
  }
  auto earlier = settings_.plan.empty() ? std::nullopt : before(tx, id, why());
  if (!earlier) return look(tx, id, *draft_);
  earlier->before = true;
  draft_->taken += 1;
  draft_->room.count_earlier(earlier->taken->recovery.amount);
  return std::move(*earlier);
}

// Fewer than there are ids: it was asked to stop.
template <class Item>
auto HandOverRun<Item>::look_at_all(const Ids& ids) -> Result<Items> {
  Items items;
  std::size_t before_page = 0;
  std::optional<engine::Draft> draft_before;
  const auto begin = [&] {
    if (pages_.done() != before_page) {  // the page before is durable
      before_page = pages_.done();
      draft_before = draft_;
    }
    items.resize(before_page);
    draft_ = draft_before;
  };
  const auto done =
      pages_.run(ids.size(), "looked at", Pages::Work::looks, begin,
                 [&](ports::LedgerTx& tx, std::size_t i) { items.push_back(look_at(tx, ids[i])); });
  if (!done) return Failure(done.error());
  return items;
}

template <class Item>
int HandOverRun<Item>::dry_run(const Ids& ids) {
  const auto items = look_at_all(ids);
  if (!items) return refuse(settings_.command, items.error());
  if (items->size() < ids.size()) return refuse_stopped(settings_.command, 0, 0);
  report::Plan plan{settings_.command, {}};
  for (const Item& item : *items) plan.items.push_back(planned(item));
  const auto digest = keep_plan(ledger_, plan);
  if (!digest) return refuse(settings_.command, digest.error());
  print(*items, report::Tense::would_be, *digest, 0);
  return to_int(code_of(*items));
}

template <class Item>
int HandOverRun<Item>::perform(const Ids& ids) {
  auto items = look_at_all(ids);
  if (!items) return refuse(settings_.command, items.error());
  if (items->size() < ids.size()) return refuse_stopped(settings_.command, 0, 0);
  return hand_over(std::move(*items));
}

template <class Item>
int HandOverRun<Item>::carry_out(const Ids& asked_for) {
  const auto plan = stored_plan(ledger_, settings_.command, settings_.plan);
  if (!plan) return refuse(settings_.command, plan.error());
  const std::set<std::string> asked(asked_for.begin(), asked_for.end());
  // Those that are not there any more come first: what the plan has handed over of them counts
  // for whatever is looked at after it.
  Ids ids;
  for (const report::PlannedItem& item : plan->items) {
    planned_.emplace(item.id, item);
    if (!asked.contains(item.id)) ids.push_back(item.id);
  }
  ids.insert(ids.end(), asked_for.begin(), asked_for.end());
  auto items = look_at_all(ids);
  if (!items) return refuse(settings_.command, items.error());
  if (items->size() < ids.size()) return refuse_stopped(settings_.command, 0, 0);
  const auto changes = report::changes_since(*plan, as_it_is(*items, asked));
  if (!changes.empty()) return broken(changes);
  std::map<std::string, Item> by_id;
  for (Item& item : *items) by_id.emplace(item.id, std::move(item));
  Items in_plan;
  for (const report::PlannedItem& item : plan->items) in_plan.push_back(by_id.at(item.id));
  return hand_over(std::move(in_plan));
}

// What a dry run would say now, but for what the plan itself has done.
template <class Item>
report::Plan HandOverRun<Item>::as_it_is(const Items& items,
                                         const std::set<std::string>& asked_for) const {
  report::Plan now{settings_.command, {}};
  for (const Item& item : items) {
    const report::PlannedItem* was = as_planned(item.id);
    const report::PlannedItem is = planned(item);
    if (item.before && was != nullptr) {
      now.items.push_back(*was);
    } else if (asked_for.contains(item.id) || (was != nullptr && *was != is)) {
      now.items.push_back(is);
    }
  }
  return now;
}

template <class Item>
void HandOverRun<Item>::claim_one(ports::LedgerTx& tx, Item& item, engine::Room& room) {
  Item claimed = claim(tx, item.id, room, why());
  const report::PlannedItem* was = as_planned(item.id);
  const report::PlannedItem is = planned(claimed);
  if (was != nullptr && is != *was) throw PlanBroken{{item.id, *was, is}};
  item = std::move(claimed);
}

// Those that were found to be taken, judged once more in the transaction that takes them.
template <class Item>
int HandOverRun<Item>::hand_over(Items items) {
  std::vector<std::size_t> open;
  billing::HandedOver run;
  for (std::size_t index = 0; index < items.size(); ++index) {
    if (!items[index].taken) continue;
    if (items[index].before) {
      run.add(items[index].taken->recovery.amount);
    } else {
      open.push_back(index);
    }
  }
  std::optional<engine::Room> room;  // of a page's transaction
  const auto begin = [&] {
    const bool is_durable = pages_.done() != handed_over_;
    if (room && is_durable) run = *room->run();
    room.reset();
    handed_over_ = pages_.done();
  };
  const auto one = [&](ports::LedgerTx& tx, std::size_t i) {
    if (!room) room.emplace(tx, ledger_.desk(), ledger_.now(), run);
    claim_one(tx, items[open[i]], *room);
  };
  try {
    const auto done = pages_.run(open.size(), "handed over", Pages::Work::writes, begin, one);
    if (!done) return refuse_after(settings_.command, done.error(), pages_.done());
    handed_over_ = *done;
  } catch (const PlanBroken& broken_at) {
    return broken({broken_at.change});
  }
  const std::size_t not_reached = open.size() - handed_over_;
  if (not_reached > 0) {
    const auto from = items.begin() + static_cast<std::ptrdiff_t>(open[handed_over_]);
    const auto is_open = [](const Item& item) { return item.taken && !item.before; };
    items.erase(std::remove_if(from, items.end(), is_open), items.end());
  }
  print(items, report::Tense::done, settings_.plan, not_reached);
  if (not_reached > 0) return refuse_stopped(settings_.command, handed_over_, not_reached);
  return to_int(settings_.plan.empty() ? code_of(items) : code_of_plan(items));
}

}  // namespace recycled
