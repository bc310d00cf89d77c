// Every promise that a ledger can be asked for by itself, asked: the judgement behind `verify`.
// Pure over what it is shown. Of each recovery it keeps two bytes, so that a ledger of any size can
// be examined.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "billing/recovery.hpp"
#include "ports/inspection.hpp"

namespace recycled::report {

enum class Invariant {
  damaged,              // SQLite finds a page or an index broken
  dangling_reference,   // a row refers to one that is gone
  schema_changed,       // a table, index or trigger is not the migrations'
  audit_row_changed,    // a row of the audit trail is not what was written
  audit_row_missing,    // one in the middle is gone
  audit_end_missing,    // those at the end are gone, or where it ends was written over
  head_unknown,         // a head that a log line showed is not in the chain
  claim_changed,        // what was claimed is not what it was: amount, card, gateways, expiry
  state_not_audited,    // a state that the audit trail does not end with
  second_live,          // two open recoveries of a cycle or sale
  second_success,       // two charges of a cycle or sale
  foreign_order_id,     // an order id that this ledger would not have given
  request_missing,      // the bytes that were sent are gone
  request_changed,      // they are not those of their hash
  request_differs,      // they name another order, key or amount than the recovery
  amount_above_price,   // more than the subscription's price then
  sends_after_end,      // it has ended and would be handed over again
  no_next_step,         // it is open and nothing will ever happen to it
  overdue,              // it is open long after its end
  never_called,         // it has an answer, and nobody was asked
  subscription_behind,  // charged, and the subscription has not moved on; or failed, and it has
                        // not heard
  queue_differs,        // due, and no scan would come to it; or the other way round
  at_flexfactor,        // a subscription stands at a FlexFactor gateway
  event_missing,        // your systems were never to be told of a success
  delivery_missing,     // an event that a receiver was never to get
  callback_without_recovery,  // a callback was applied to an order that is not there
};
std::string_view to_text(Invariant invariant);     // the enumerator's name, an interface
std::string_view what_to_do(Invariant invariant);  // a sentence

struct Breach {
  Invariant invariant = Invariant::damaged;
  std::string whose;  // a subscription, an order, a row
  std::string what;   // as a sentence

  bool operator==(const Breach&) const = default;
};

// What this room cannot know by itself.
struct ExaminerTools {
  std::function<OrderId(const InstallationId&, const SubscriptionId&, int cycle, int round)>
      name_cycle;
  std::function<OrderId(const InstallationId&, const SaleId&, int round)> name_sale;
  std::function<IdempotencyKey(const OrderId&, int sending)> key_of;
  // Nothing: it is no request.
  std::function<std::optional<ports::RequestFacts>(const std::string& body)> read_request;
  std::function<void(std::int64_t rows)> on_rows;  // may be empty; how many are behind us
  Millis patience{};  // after a recovery's expiry, until it counts as overdue
};

struct Examination {
  std::int64_t audit_rows = 0;
  std::int64_t recoveries = 0;
  std::int64_t events = 0;
  std::int64_t callbacks = 0;
  ports::AuditHead head;
  std::string asked_head;                // as logged earlier; empty: none was asked for
  std::optional<std::int64_t> asked_at;  // the row that it is the hash of; 0: the beginning
  std::map<Invariant, std::int64_t> counts;
  std::vector<Breach> findings;  // the first hundred of each invariant
  std::string unfinished;        // why it could not be read to its end; empty: it was
};
std::int64_t count_of(const Examination& examination);  // of all findings

// One line a finding (which, whose, what, what to do), and a last one or two that sum up.
std::string to_text(const Examination& examination);
// {"audit_rows","recoveries","events","callbacks","head":{"rows","hash"},
// "asked_head":{"hash","row"},"unfinished","counts":{},
// "findings":[{"invariant","whose","what","to_do"}]}
std::string to_json(const Examination& examination);

class Examiner {
 public:
  Examiner(ExaminerTools tools, Instant now, std::string asked_head = {});

  // May throw what the inspector throws: what was found by then stands in examination().
  void examine(ports::LedgerInspector& ledger);
  const Examination& examination() const { return found_; }
  Examination& examination() { return found_; }

 private:
  // What the walk over audit and outbox leaves for the walk over the recoveries.
  struct Memo {
    std::uint8_t state = 0;   // the last audited one, counted from 1; 0: none
    std::uint8_t events = 0;  // bits
  };

  void add(Invariant invariant, std::string whose, std::string what);
  void look_at_file(ports::LedgerInspector& ledger);
  void walk_chain(ports::LedgerInspector& ledger);
  void take_link(ports::LedgerInspector& ledger, const ports::ChainedRow& row);
  void end_chain(const ports::AuditHead& head);
  void take_event(const ports::InspectedEvent& event);
  void take_recovery(const ports::InspectedRecovery& recovery);
  void check_uniqueness(const ports::InspectedRecovery& recovery);
  void check_request(const ports::InspectedRecovery& recovery);
  void check_pruned(const ports::InspectedRecovery& recovery);
  void check_state(const ports::InspectedRecovery& recovery);
  void check_trace(const ports::InspectedRecovery& recovery);
  void check_subscription(const ports::InspectedRecovery& recovery);
  void behind_us();
  Memo* memo(RecoveryKey key);  // null: no ledger has that many

  const ExaminerTools tools_;
  const Instant now_;
  Examination found_;
  InstallationId installation_;
  std::int64_t rows_ = 0;
  std::int64_t last_key_ = 0;  // of the chain
  std::string last_hash_;
  std::vector<Memo> memos_;
};

}  // namespace recycled::report
