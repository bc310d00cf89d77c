// A ledger as an examiner sees it: every row once, in key order, as it is stored. Nothing is taken
// for granted here, since somebody may have written to the file: words are text, and what ought to
// be there may be missing. What it means is report's to say.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ports/audit_chain.hpp"

namespace recycled::ports {

struct InspectedRecovery {
  RecoveryKey key;
  SubscriptionId subscription;  // of a cycle
  SaleId sale;                  // of a new sale; one of the two is empty
  OrderId order;
  std::string kind;
  int cycle = 1;
  int round = 1;
  int reattempt = 0;
  GatewayId provider_gateway;
  GatewayId return_gateway;
  std::int64_t minor = 0;
  std::string currency;
  std::string state;
  std::string step;
  int sending = 1;
  bool late = false;
  Instant expires_at{};
  std::optional<Instant> settled_at;
  std::optional<std::string> request;  // the stored bytes
  std::string request_sha256;          // as stored beside them
  bool was_called = false;             // it has an attempt
  bool was_called_back = false;        // a callback names its order
  bool is_newest = true;               // of its subscription or sale
  // Of the same cycle or sale, of smaller keys; of charges those that were not given back.
  std::int64_t live_before = 0;
  std::int64_t recovered_before = 0;
  bool is_given_back = false;  // a cascade's charge after a "no", or it is on its way back
  // Its subscription or sale as it is now.
  std::string status;
  int cycle_now = 0;
  Instant changed_at{};
  std::optional<Instant> pruned_at{};  // its request and delivered events are gone since then
};

// What a stored request says, as its sender reads it.
struct RequestFacts {
  OrderId order;
  IdempotencyKey key;
  std::int64_t minor = 0;
  std::string currency;
  std::optional<std::int64_t> price;  // of the subscription, in minor units
};

struct InspectedEvent {
  OutboxKey key;
  std::string type;
  std::optional<RecoveryKey> recovery;
  // The receivers that have seen later events and have no row for this one.
  std::vector<std::string> passed_over;
};

struct InspectedCallback {
  CallbackKey key;
  std::string event;
  OrderId order;
  bool names_recovery = true;  // of ours, by either id
};

struct InspectedSubscription {
  SubscriptionId id;
  GatewayId gateway;
};

// A subscription that is due and not in the queue, or the other way round.
struct InspectedQueue {
  SubscriptionId id;
  Instant due_at{};
  bool is_due = true;
};

class LedgerInspector {
 public:
  virtual ~LedgerInspector() = default;
  template <class Row>
  using Visit = std::function<void(const Row&)>;

  // What SQLite itself finds wrong with pages, indexes and references, a line each, at most 100.
  virtual std::vector<std::string> damage() = 0;
  virtual std::vector<std::string> dangling() = 0;
  // Tables, indexes and triggers that differ from those of the migrations: "trigger NAME is gone".
  virtual std::vector<std::string> schema_differences() = 0;

  virtual std::string installation() = 0;  // empty: it has none yet
  virtual AuditHead audit_head() = 0;
  virtual std::int64_t rows() = 0;  // how many there are to visit
  virtual void each_audit(const Visit<ChainedRow>& visit) = 0;
  virtual void each_recovery(const Visit<InspectedRecovery>& visit) = 0;
  virtual void each_event(const Visit<InspectedEvent>& visit) = 0;
  // Those that were applied.
  virtual void each_applied_callback(const Visit<InspectedCallback>& visit) = 0;
  // Where the queue of what is due is not what the subscriptions say.
  virtual void each_misqueued(const Visit<InspectedQueue>& visit) = 0;
  // Those whose gateway has taken a recovery as FlexFactor's.
  virtual void each_at_provider(const Visit<InspectedSubscription>& visit) = 0;

  // The digest of what that recovery's claim fixed (ChainedRow::claim); empty: it is not there.
  virtual std::string digest_of_claim(RecoveryKey key) = 0;
  // "S-1001", or "order 4711"; empty: it is not there.
  virtual std::string name_of(const Subject& subject) = 0;
};

}  // namespace recycled::ports
