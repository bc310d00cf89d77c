// The ledger's operations on an open transaction. One class, its methods grouped by table in
// subscriptions.cpp, sales.cpp, recoveries.cpp, calls.cpp, callbacks.cpp, deliveries.cpp,
// pauses.cpp, records.cpp, retention.cpp and history.cpp.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ports/ledger.hpp"
#include "store/statement.hpp"

namespace recycled::store {

class SqlTx final : public ports::LedgerTx {
 public:
  explicit SqlTx(Connection& connection) : connection_(connection) {}

  std::optional<std::string> meta(const std::string& name) override;
  void set_meta(const std::string& name, const std::string& value) override;
  std::string meta_or(const std::string& name, const std::string& value) override;

  // subscriptions.cpp
  std::optional<ports::StoredSubscription> subscription(const SubscriptionId& id) override;
  ports::StoredSubscription subscription(SubscriptionKey key) override;
  ports::SubscriptionPage in_recycle_billing(SubscriptionKey after, int looked_at) override;
  std::vector<ports::StoredSubscription> held(int limit) override;
  std::vector<ports::StoredSubscription> subscriptions_declined(Instant to, ports::DueCursor after,
                                                                int limit) override;
  ports::DuePage due(Instant now, ports::DuePlace from, int limit) override;
  std::optional<Instant> next_due() override;
  SubscriptionKey put_subscription(const billing::Subscription& subscription,
                                   const ports::Plan& plan, Instant now) override;
  void set_plan(SubscriptionKey key, const ports::Plan& plan) override;
  void set_status(SubscriptionKey key, billing::SubscriptionStatus status, Instant now) override;
  bool settle(const ports::Settlement& settlement, Instant now) override;

  void set_rebill(SubscriptionKey key, billing::RebillWith with) override;

  // sales.cpp
  std::optional<ports::StoredSale> sale(const SaleId& id) override;
  ports::StoredSale sale(SaleKey key) override;
  std::vector<ports::StoredSale> sales_of(const SubscriptionId& subscription) override;
  std::vector<ports::StoredSale> sales_declined(Instant to, ports::DueCursor after,
                                                int limit) override;
  std::vector<ports::StoredSale> sales_without_class(SaleKey after, int limit) override;
  SaleKey put_sale(const billing::Sale& sale, Instant now) override;
  void set_sale_status(SaleKey key, billing::SaleStatus status, Instant now) override;

  // recoveries.cpp
  ports::StoredRecovery recovery(RecoveryKey key) override;
  std::optional<ports::StoredRecovery> recovery(const OrderId& order) override;
  std::optional<ports::StoredRecovery> recovery_by_provider(const ProviderOrderId& order) override;
  std::vector<ports::StoredRecovery> recoveries_of(const ports::Subject& subject) override;
  std::vector<ports::StoredRecovery> in_state(billing::RecoveryState state, RecoveryKey after,
                                              int limit) override;
  std::vector<ports::ClaimedRecovery> claimed(Instant from, Instant to, RecoveryKey after,
                                              int limit) override;
  std::vector<ports::StoredRecovery> steps_due(const GatewayId& gateway, Instant now,
                                               int limit) override;
  std::vector<ports::StoredRecovery> steps_due_in_pause(const GatewayId& gateway,
                                                        ports::Holding holding, Instant now,
                                                        int limit) override;
  std::optional<Instant> next_step() override;
  std::optional<Instant> next_step_after(const GatewayId& gateway, Instant after) override;
  std::vector<GatewayId> gateways_at_work() override;
  std::optional<RecoveryKey> make_inquiries_due(Instant now, Instant asked_since, RecoveryKey after,
                                                int limit) override;
  std::string request(RecoveryKey key) override;
  std::vector<std::string> requests(const std::vector<RecoveryKey>& keys) override;
  std::vector<Instant> claims_of_card(const std::string& token, Instant since) override;
  billing::HandedOver handed_over_since(Instant since) override;
  std::optional<RecoveryKey> insert_recovery(const ports::NewRecovery& recovery) override;
  bool update_recovery(RecoveryKey key, const billing::Recovery& before,
                       const billing::Recovery& after) override;
  void replace_request(RecoveryKey key, const std::string& body) override;

  // calls.cpp
  std::vector<RecoveryKey> hold_calls(const std::vector<RecoveryKey>& keys) override;
  void let_go(RecoveryKey key) override;
  std::vector<RecoveryKey> take_over_calls(int limit) override;

  // pauses.cpp
  std::vector<ports::Pause> pauses() override;
  void add_pause(const ports::Pause& pause) override;
  std::string recent_results(const GatewayId& gateway) override;
  void set_recent_results(const GatewayId& gateway, const std::string& letters) override;

  // callbacks.cpp
  std::vector<ports::StoredCallback> callbacks_of(const OrderId& order) override;
  std::vector<ports::StoredCallback> callbacks_due(Instant now, int limit) override;
  std::optional<ports::StoredCallback> callback(CallbackKey key) override;
  std::vector<ports::StoredCallback> callbacks_before(CallbackKey before,
                                                      std::optional<ports::CallbackResult> result,
                                                      int limit) override;
  std::optional<Instant> next_callback() override;
  bool remember_nonce(const std::string& nonce, Instant seen_at) override;
  CallbackKey add_callback(const ports::StoredCallback& callback) override;
  void mark_callback(const ports::StoredCallback& callback) override;

  // retention.cpp
  int forget_nonces(Instant before, int limit) override;
  ports::Pruned prune(Instant before, Instant now, int limit) override;

  // deliveries.cpp
  std::optional<ports::StoredEvent> event(OutboxKey key) override;
  std::vector<ports::StoredEvent> events_before(OutboxKey before,
                                                std::optional<ports::DeliveryState> state,
                                                int limit) override;
  bool carries(ports::Sink sink) override;
  int queue_deliveries(ports::Sink sink, Instant now, int limit) override;
  std::vector<ports::DueDelivery> deliveries_due(ports::Sink sink, Instant now, int limit) override;
  std::optional<Instant> next_delivery_after(ports::Sink sink, Instant after) override;
  bool update_delivery(const ports::Delivery& delivery) override;
  void replay_delivery(OutboxKey event, ports::Sink sink, Instant now) override;

  // records.cpp
  ports::AuditHead audit_head() override;
  std::optional<std::string> audit_hash(std::int64_t row) override;
  void add_audit(const ports::AuditRow& row) override;
  void add_outbox(const ports::OutboxRow& row) override;
  // Where the ledger has moved to (empty: nowhere), and the hash of that row, as of audit_hash.
  std::pair<std::string, std::string> moved_to_and_hash(std::int64_t row);
  // Once, before the commit.
  void write_records();
  // Where the chain ends with the rows of this transaction; nothing: it has added none.
  const std::optional<ports::AuditHead>& new_head() const { return new_head_; }

  // history.cpp
  std::vector<ports::Attempt> attempts(RecoveryKey key) override;
  std::vector<ports::AuditRow> audit_of(const ports::Subject& subject) override;
  ports::Counts counts() override;
  ports::Backlog backlog() override;
  std::vector<ports::Total> totals() override;
  std::vector<ports::Returned> returned() override;
  std::optional<ports::RunRow> last_run() override;
  std::optional<ports::DryRun> dry_run(const std::string& digest) override;
  void add_attempt(const ports::Attempt& attempt) override;
  void put_run(const ports::RunRow& run) override;
  void keep_dry_run(const ports::DryRun& run) override;
  void forget_dry_runs(Instant before) override;

 private:
  std::vector<ports::Delivery> deliveries_of(OutboxKey event);
  void line_up(ports::Sink sink, const std::string& subject);
  std::int64_t waiting_for_person();
  void count_deliveries(ports::Counts& counts);

  void write_gathered();

  Connection& connection_;
  // Not written yet: what stands in the order of the commits.
  struct Record {
    ports::AuditRow row;
    std::string claim;
  };
  std::vector<Record> audit_;
  std::vector<ports::OutboxRow> outbox_;
  std::optional<ports::AuditHead> new_head_;
  struct Claim {
    RecoveryKey key;
    std::string digest;
  };
  Claim last_claim_;  // of this transaction: the one whose audit row comes next
};

}  // namespace recycled::store
