// A ledger for reading, made of plain lists that a test fills.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "ports/calendar.hpp"
#include "ports/ledger.hpp"

namespace recycled::report {

class FakeLedger : public ports::LedgerReader {
 public:
  std::vector<ports::StoredSubscription> subscriptions;
  std::vector<ports::StoredSale> sales;
  std::vector<ports::StoredRecovery> recoveries;
  std::vector<ports::ClaimedRecovery> claims;  // of claimed() alone
  std::vector<ports::Attempt> all_attempts;
  std::vector<ports::StoredCallback> callbacks;
  std::vector<ports::StoredEvent> events;
  std::vector<std::pair<SubscriptionKey, ports::AuditRow>> audit;
  std::vector<ports::Total> all_totals;
  std::vector<ports::Returned> all_returned;
  std::optional<ports::RunRow> run;
  std::vector<ports::Pause> standing_pauses;
  billing::HandedOver handed_over;
  std::optional<Instant> due_next;
  std::optional<Instant> step_next;
  std::map<billing::NotTaken, std::int64_t> refusals;
  std::map<ports::CallbackResult, std::int64_t> callback_counts;
  ports::Backlog backlog_now;
  std::map<ports::DeliveryState, std::int64_t> delivery_counts;
  std::optional<Instant> delivery_oldest;

  std::vector<ports::Pause> pauses() override { return standing_pauses; }
  std::optional<std::string> meta(const std::string&) override { return std::nullopt; }

  std::optional<ports::StoredSubscription> subscription(const SubscriptionId& id) override {
    return first(subscriptions, [&](const auto& row) { return row.subscription.id == id; });
  }
  ports::StoredSubscription subscription(SubscriptionKey key) override {
    return first(subscriptions, [&](const auto& row) { return row.key == key; }).value();
  }
  ports::SubscriptionPage in_recycle_billing(SubscriptionKey, int) override { return {}; }
  std::vector<ports::StoredSubscription> held(int limit) override {
    auto found = all(subscriptions, [](const auto& row) {
      return row.plan.refusal &&
             row.plan.refusal->reason == billing::NotTaken::unclassified_decline;
    });
    found.resize(std::min(found.size(), static_cast<std::size_t>(limit)));
    return found;
  }
  std::vector<ports::StoredSubscription> subscriptions_declined(Instant, ports::DueCursor,
                                                                int) override {
    return {};
  }
  ports::DuePage due(Instant, ports::DuePlace, int) override { return {}; }
  std::optional<Instant> next_due() override { return due_next; }

  ports::StoredRecovery recovery(RecoveryKey key) override {
    return first(recoveries, [&](const auto& row) { return row.key == key; }).value();
  }
  std::optional<ports::StoredRecovery> recovery(const OrderId& order) override {
    return first(recoveries, [&](const auto& row) { return row.recovery.order == order; });
  }
  std::optional<ports::StoredRecovery> recovery_by_provider(const ProviderOrderId& order) override {
    return first(recoveries, [&](const auto& row) { return row.recovery.provider_order == order; });
  }
  std::vector<ports::StoredRecovery> recoveries_of(const ports::Subject& subject) override {
    return all(recoveries, [&](const auto& row) { return row.subject == subject; });
  }
  std::optional<ports::StoredSale> sale(const SaleId& id) override {
    return first(sales, [&](const auto& row) { return row.sale.id == id; });
  }
  ports::StoredSale sale(SaleKey key) override {
    return first(sales, [&](const auto& row) { return row.key == key; }).value();
  }
  std::vector<ports::StoredSale> sales_of(const SubscriptionId& id) override {
    return all(sales, [&](const auto& row) { return row.sale.subscription == id; });
  }
  std::vector<ports::StoredSale> sales_declined(Instant, ports::DueCursor, int) override {
    return {};
  }
  std::vector<ports::StoredSale> sales_without_class(SaleKey after, int limit) override {
    auto found = all(sales, [&](const auto& row) {
      return row.key > after && row.sale.status == billing::SaleStatus::declined &&
             !row.sale.declined->stated;
    });
    found.resize(std::min(found.size(), static_cast<std::size_t>(limit)));
    return found;
  }
  std::vector<ports::StoredRecovery> in_state(billing::RecoveryState state, RecoveryKey after,
                                              int limit) override {
    auto found = all(recoveries, [&](const auto& row) {
      return row.recovery.state == state && row.key > after;
    });
    found.resize(std::min(found.size(), static_cast<std::size_t>(limit)));
    return found;
  }
  std::vector<ports::ClaimedRecovery> claimed(Instant from, Instant to, RecoveryKey after,
                                              int limit) override {
    auto found = all(claims, [&](const auto& row) {
      const Instant at = row.stored.recovery.claimed_at;
      return row.stored.key > after && from <= at && at < to;
    });
    found.resize(std::min(found.size(), static_cast<std::size_t>(limit)));
    return found;
  }
  std::vector<Instant> claims_of_card(const std::string&, Instant) override { return {}; }
  billing::HandedOver handed_over_since(Instant) override { return handed_over; }
  std::optional<Instant> next_step() override { return step_next; }
  std::string request(RecoveryKey) override { return "request bytes"; }
  std::vector<std::string> requests(const std::vector<RecoveryKey>& keys) override {
    return std::vector<std::string>(keys.size(), "request bytes");
  }
  std::vector<ports::Attempt> attempts(RecoveryKey key) override {
    return all(all_attempts, [&](const auto& row) { return row.recovery == key; });
  }

  std::vector<ports::StoredCallback> callbacks_of(const OrderId& order) override {
    return all(callbacks, [&](const auto& row) { return row.order == order; });
  }
  std::vector<ports::StoredCallback> callbacks_due(Instant, int) override { return {}; }
  std::optional<ports::StoredCallback> callback(CallbackKey key) override {
    return first(callbacks, [&](const auto& row) { return row.key == key; });
  }
  std::vector<ports::StoredCallback> callbacks_before(CallbackKey,
                                                      std::optional<ports::CallbackResult>,
                                                      int) override {
    return {};
  }
  std::optional<Instant> next_callback() override { return std::nullopt; }

  std::vector<ports::AuditRow> audit_of(const ports::Subject& subject) override {
    std::vector<ports::AuditRow> rows;
    for (const auto& [owner, row] : audit) {
      if (ports::Subject(owner) == subject) rows.push_back(row);
    }
    return rows;
  }
  ports::AuditHead audit_head() override { return {}; }
  std::optional<std::string> audit_hash(std::int64_t) override { return {}; }
  std::optional<ports::StoredEvent> event(OutboxKey key) override {
    return first(events, [&](const auto& row) { return row.event.key == key; });
  }
  std::vector<ports::StoredEvent> events_before(OutboxKey, std::optional<ports::DeliveryState>,
                                                int) override {
    return events;
  }
  ports::Backlog backlog() override { return backlog_now; }
  ports::Counts counts() override {
    ports::Counts counts;
    for (const auto& row : subscriptions) ++counts.subscriptions[row.subscription.status];
    for (const auto& row : recoveries) ++counts.recoveries[row.recovery.state];
    counts.refusals = refusals;
    counts.callbacks = callback_counts;
    counts.deliveries = delivery_counts;
    counts.oldest_delivery = delivery_oldest;
    return counts;
  }
  std::vector<ports::Total> totals() override { return all_totals; }
  std::vector<ports::Returned> returned() override { return all_returned; }
  std::optional<ports::RunRow> last_run() override { return run; }
  std::optional<ports::DryRun> dry_run(const std::string&) override { return std::nullopt; }

 private:
  template <class Row, class Wanted>
  static std::vector<Row> all(const std::vector<Row>& rows, Wanted wanted) {
    std::vector<Row> found;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(found), wanted);
    return found;
  }
  template <class Row, class Wanted>
  static std::optional<Row> first(const std::vector<Row>& rows, Wanted wanted) {
    const auto found = std::find_if(rows.begin(), rows.end(), wanted);
    return found == rows.end() ? std::nullopt : std::optional(*found);
  }
};

// Five hours behind UTC all year round: enough to tell a local day from a UTC one.
class FiveHoursBehind : public ports::Calendar {
 public:
  CivilDate day_of(Instant at) const override {
    return CivilDate(std::chrono::floor<std::chrono::days>(at - std::chrono::hours(5)));
  }
  Instant start_of(CivilDate day) const override {
    return Instant(std::chrono::sys_days(day)) + std::chrono::hours(5);
  }
  Instant add_days(Instant at, int days) const override { return at + std::chrono::days(days); }
};

inline Instant instant(const char* text) { return parse_instant(text).value(); }

}  // namespace recycled::report
