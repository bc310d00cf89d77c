// One hand-over to FlexFactor and where it stands. The state diagram is in ARCHITECTURE.md; the
// transitions are decide.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/money.hpp"
#include "base/time.hpp"

namespace recycled::billing {

// What is recovered, and how.
enum class RecoveryKind {
  recycle,  // a subscription's cycle, at a re-attempt (B1-B7)
  rerun,    // a new sale, handed over like a re-attempt (N1-N3)
  cascade,  // a new sale, while its shopper waits (C1-C5)
};
std::string_view to_text(RecoveryKind kind);
std::optional<RecoveryKind> parse_recovery_kind(std::string_view text);

enum class RecoveryState {
  intended,     // committed here; the call is about to leave, under way, or could not leave yet
  unknown,      // a call left and its fate is not known; only an answer or a person ends this
  waiting,      // FlexFactor has it (or, on a sync account, said "not now")
  grace,        // expired without news; a last wait before the cancel
  withdrawing,  // being cancelled at FlexFactor: expired, unresolved, or the customer left
  parked,       // needs a person; blocks everything else for this cycle
  recovered,    // charged: final
  failed,       // not charged, Recycle Failed: only a late success moves it
  withdrawn,    // not charged, the customer left: only a late success moves it
  released,     // never left this machine: the cycle may be handed over anew
};
std::string_view to_text(RecoveryState state);
std::optional<RecoveryState> parse_recovery_state(std::string_view text);
bool is_live(RecoveryState state);  // exactly one live recovery a (subscription, cycle)

// What is to be done next about a live recovery, at next_at.
enum class Step {
  none,             // nothing by ourselves
  send,             // evaluate, with exactly the stored bytes
  inquire,          // GET orders/{id}; where their id never came, a look for ours in the list
  cancel,           // POST orders/{id}/cancel
  external_cancel,  // POST orders/{our id}/external-cancel: their id never came
  refund,           // POST orders/{id}/refund, all of it: a cascade's that was charged too late
};
std::string_view to_text(Step step);
std::optional<Step> parse_step(std::string_view text);

// Why it is where it is. The words of to_text are an interface, as in eligibility.hpp.
enum class Reason {
  none,
  declined,               // FlexFactor said no, finally
  expired,                // no success by the end of expiry_days (B5)
  cancelled_by_provider,  // FlexFactor or its portal cancelled
  customer_cancelled,
  customer_paused,
  unresolved,        // its fate could not be learned inside the repeat window; withdrawn
  never_sent,        // released: no call could leave in time
  refused,           // parked: FlexFactor refuses the request
  challenge,         // parked: the payer would have to act
  capture_required,  // parked: authorised only
  strange_reply,     // parked: a word or shape nobody documented
  problem,           // parked: order status 3 at FlexFactor
  cancel_ignored,    // parked: cancelled again and again, and still open there
  late_success,      // parked by policy: charged after we had given up
  interrupted,       // unknown: found in flight when the process started
  no_answer,         // unknown: time-out, reset or 5xx after bytes went out
  timeout,           // a cascade's shopper could not be kept waiting any longer (C2)
};
std::string_view to_text(Reason reason);
std::optional<Reason> parse_reason(std::string_view text);

struct Recovery {
  RecoveryKind kind = RecoveryKind::recycle;
  OrderId order;      // derived from (installation, subscription or sale, cycle, round)
  int cycle = 1;      // of a sale always 1
  int round = 1;      // of a subscription 2 only after a released round; of a sale one a hand-over
  int reattempt = 4;  // the number whose turn it was; of a sale 0
  GatewayId provider_gateway;
  GatewayId return_gateway;  // snapshot at the claim, restored on every way out (lessons.md 7)
  std::string return_card;   // card token at the claim, likewise
  Money amount;

  RecoveryState state = RecoveryState::intended;
  Reason reason = Reason::none;
  Step step = Step::send;
  std::optional<Instant> next_at;  // when the step is due; nothing with Step::none

  int sending = 1;    // which request: the idempotency key is derived from order and this
  int tries = 0;      // of the present step, without an answer that settles it
  int inquiries = 0;  // answered "still pending"
  bool left = false;  // some bytes of this or an earlier request may have left this machine

  Instant claimed_at{};
  Instant expires_at{};    // absolute, as in the request
  Instant unsent_until{};  // this request certainly did not leave before
  // While their id is not known: of all that may have left nothing did so later. Nothing: a request
  // may be on its way, or nobody knows when one was.
  std::optional<Instant> left_by;
  std::optional<ProviderOrderId> provider_order;
  std::optional<Instant> settled_at;

  // Of a cascade: what its shopper was answered, once and for all. Reason::none: approved.
  std::optional<Reason> told;

  bool refund_due = false;    // charged although it was not to be any more
  bool late = false;          // success after we had given up
  bool refunded = false;      // reported: out of recovered revenue
  bool charged_back = false;  // reported: out of recovered revenue

  bool operator==(const Recovery&) const = default;
};

}  // namespace recycled::billing
