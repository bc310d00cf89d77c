// Another transaction, to be put between: each call goes on as it came.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ports/ledger.hpp"

namespace recycled::testing {

class ForwardingTx : public ports::LedgerTx {
 public:
  using Key = SubscriptionKey;

  explicit ForwardingTx(ports::LedgerTx& tx) : tx_(tx) {}

  bool update_recovery(RecoveryKey key, const billing::Recovery& before,
                       const billing::Recovery& after) override {
    return tx_.update_recovery(key, before, after);
  }

  std::optional<std::string> meta(const std::string& n) override { return tx_.meta(n); }
  std::optional<ports::StoredSubscription> subscription(const SubscriptionId& id) override {
    return tx_.subscription(id);
  }
  ports::StoredSubscription subscription(Key key) override { return tx_.subscription(key); }
  ports::SubscriptionPage in_recycle_billing(SubscriptionKey after, int looked_at) override {
    return tx_.in_recycle_billing(after, looked_at);
  }
  std::vector<ports::StoredSubscription> held(int limit) override { return tx_.held(limit); }
  std::vector<ports::StoredSubscription> subscriptions_declined(Instant to, ports::DueCursor after,
                                                                int n) override {
    return tx_.subscriptions_declined(to, after, n);
  }
  ports::DuePage due(Instant now, ports::DuePlace from, int limit) override {
    return tx_.due(now, from, limit);
  }
  bool carries(ports::Sink sink) override { return tx_.carries(sink); }
  std::optional<Instant> next_due() override { return tx_.next_due(); }
  ports::StoredRecovery recovery(RecoveryKey key) override { return tx_.recovery(key); }
  std::optional<ports::StoredRecovery> recovery(const OrderId& order) override {
    return tx_.recovery(order);
  }
  std::optional<ports::StoredRecovery> recovery_by_provider(const ProviderOrderId& o) override {
    return tx_.recovery_by_provider(o);
  }
  std::vector<ports::StoredRecovery> recoveries_of(const ports::Subject& subject) override {
    return tx_.recoveries_of(subject);
  }
  std::optional<ports::StoredSale> sale(const SaleId& id) override { return tx_.sale(id); }
  ports::StoredSale sale(SaleKey key) override { return tx_.sale(key); }
  std::vector<ports::StoredSale> sales_of(const SubscriptionId& id) override {
    return tx_.sales_of(id);
  }
  std::vector<ports::StoredSale> sales_declined(Instant to, ports::DueCursor after,
                                                int limit) override {
    return tx_.sales_declined(to, after, limit);
  }
  std::vector<ports::StoredSale> sales_without_class(SaleKey after, int limit) override {
    return tx_.sales_without_class(after, limit);
  }
  std::vector<ports::StoredRecovery> in_state(billing::RecoveryState state, RecoveryKey after,
                                              int limit) override {
    return tx_.in_state(state, after, limit);
  }
  std::vector<ports::ClaimedRecovery> claimed(Instant from, Instant to, RecoveryKey after,
                                              int limit) override {
    return tx_.claimed(from, to, after, limit);
  }
  std::vector<ports::StoredRecovery> steps_due(const GatewayId& gateway, Instant now,
                                               int limit) override {
    return tx_.steps_due(gateway, now, limit);
  }
  std::vector<RecoveryKey> hold_calls(const std::vector<RecoveryKey>& keys) override {
    return tx_.hold_calls(keys);
  }
  void let_go(RecoveryKey key) override { tx_.let_go(key); }
  std::vector<RecoveryKey> take_over_calls(int limit) override {
    return tx_.take_over_calls(limit);
  }
  std::vector<ports::StoredRecovery> steps_due_in_pause(const GatewayId& gateway,
                                                        ports::Holding holding, Instant now,
                                                        int limit) override {
    return tx_.steps_due_in_pause(gateway, holding, now, limit);
  }
  std::vector<ports::Pause> pauses() override { return tx_.pauses(); }
  void add_pause(const ports::Pause& pause) override { tx_.add_pause(pause); }
  std::string recent_results(const GatewayId& g) override { return tx_.recent_results(g); }
  void set_recent_results(const GatewayId& g, const std::string& letters) override {
    tx_.set_recent_results(g, letters);
  }
  billing::HandedOver handed_over_since(Instant since) override {
    return tx_.handed_over_since(since);
  }
  std::optional<Instant> next_step() override { return tx_.next_step(); }
  std::optional<Instant> next_step_after(const GatewayId& gateway, Instant after) override {
    return tx_.next_step_after(gateway, after);
  }
  std::vector<GatewayId> gateways_at_work() override { return tx_.gateways_at_work(); }
  std::optional<RecoveryKey> make_inquiries_due(Instant now, Instant asked_since, RecoveryKey after,
                                                int limit) override {
    return tx_.make_inquiries_due(now, asked_since, after, limit);
  }
  std::string request(RecoveryKey key) override { return tx_.request(key); }
  std::vector<std::string> requests(const std::vector<RecoveryKey>& keys) override {
    return tx_.requests(keys);
  }
  std::vector<ports::Attempt> attempts(RecoveryKey key) override { return tx_.attempts(key); }
  std::vector<ports::StoredCallback> callbacks_of(const OrderId& order) override {
    return tx_.callbacks_of(order);
  }
  std::vector<ports::StoredCallback> callbacks_due(Instant now, int limit) override {
    return tx_.callbacks_due(now, limit);
  }
  std::optional<ports::StoredCallback> callback(CallbackKey key) override {
    return tx_.callback(key);
  }
  std::vector<ports::StoredCallback> callbacks_before(CallbackKey before,
                                                      std::optional<ports::CallbackResult> result,
                                                      int limit) override {
    return tx_.callbacks_before(before, result, limit);
  }
  std::optional<Instant> next_callback() override { return tx_.next_callback(); }
  std::optional<ports::StoredEvent> event(OutboxKey key) override { return tx_.event(key); }
  std::vector<ports::StoredEvent> events_before(OutboxKey before,
                                                std::optional<ports::DeliveryState> state,
                                                int limit) override {
    return tx_.events_before(before, state, limit);
  }
  std::vector<ports::AuditRow> audit_of(const ports::Subject& subject) override {
    return tx_.audit_of(subject);
  }
  ports::AuditHead audit_head() override { return tx_.audit_head(); }
  std::optional<std::string> audit_hash(std::int64_t row) override { return tx_.audit_hash(row); }
  ports::Counts counts() override { return tx_.counts(); }
  ports::Backlog backlog() override { return tx_.backlog(); }
  std::vector<ports::Total> totals() override { return tx_.totals(); }
  std::vector<ports::Returned> returned() override { return tx_.returned(); }
  std::optional<ports::RunRow> last_run() override { return tx_.last_run(); }
  std::optional<ports::DryRun> dry_run(const std::string& d) override { return tx_.dry_run(d); }

  std::string meta_or(const std::string& n, const std::string& value) override {
    return tx_.meta_or(n, value);
  }
  void set_meta(const std::string& n, const std::string& v) override { tx_.set_meta(n, v); }
  Key put_subscription(const billing::Subscription& row, const ports::Plan& plan,
                       Instant now) override {
    return tx_.put_subscription(row, plan, now);
  }
  void set_plan(Key key, const ports::Plan& plan) override { tx_.set_plan(key, plan); }
  void set_status(Key key, billing::SubscriptionStatus status, Instant now) override {
    tx_.set_status(key, status, now);
  }
  void set_rebill(Key key, billing::RebillWith with) override { tx_.set_rebill(key, with); }
  SaleKey put_sale(const billing::Sale& sale, Instant now) override {
    return tx_.put_sale(sale, now);
  }
  void set_sale_status(SaleKey key, billing::SaleStatus status, Instant now) override {
    tx_.set_sale_status(key, status, now);
  }
  bool settle(const ports::Settlement& s, Instant now) override { return tx_.settle(s, now); }
  std::vector<Instant> claims_of_card(const std::string& token, Instant since) override {
    return tx_.claims_of_card(token, since);
  }
  std::optional<RecoveryKey> insert_recovery(const ports::NewRecovery& fresh) override {
    return tx_.insert_recovery(fresh);
  }
  void replace_request(RecoveryKey key, const std::string& body) override {
    tx_.replace_request(key, body);
  }
  void add_attempt(const ports::Attempt& attempt) override { tx_.add_attempt(attempt); }
  void add_audit(const ports::AuditRow& row) override { tx_.add_audit(row); }
  void add_outbox(const ports::OutboxRow& row) override { tx_.add_outbox(row); }
  int queue_deliveries(ports::Sink sink, Instant now, int limit) override {
    return tx_.queue_deliveries(sink, now, limit);
  }
  std::vector<ports::DueDelivery> deliveries_due(ports::Sink sink, Instant now,
                                                 int limit) override {
    return tx_.deliveries_due(sink, now, limit);
  }
  std::optional<Instant> next_delivery_after(ports::Sink sink, Instant after) override {
    return tx_.next_delivery_after(sink, after);
  }
  bool update_delivery(const ports::Delivery& d) override { return tx_.update_delivery(d); }
  void replay_delivery(OutboxKey event, ports::Sink sink, Instant now) override {
    tx_.replay_delivery(event, sink, now);
  }
  bool remember_nonce(const std::string& nonce, Instant seen_at) override {
    return tx_.remember_nonce(nonce, seen_at);
  }
  CallbackKey add_callback(const ports::StoredCallback& c) override { return tx_.add_callback(c); }
  void mark_callback(const ports::StoredCallback& c) override { tx_.mark_callback(c); }
  int forget_nonces(Instant before, int limit) override { return tx_.forget_nonces(before, limit); }
  ports::Pruned prune(Instant before, Instant now, int limit) override {
    return tx_.prune(before, now, limit);
  }
  void put_run(const ports::RunRow& run) override { tx_.put_run(run); }
  void keep_dry_run(const ports::DryRun& run) override { tx_.keep_dry_run(run); }
  void forget_dry_runs(Instant before) override { tx_.forget_dry_runs(before); }

 protected:
  ports::LedgerTx& tx_;
};

}  // namespace recycled::testing
