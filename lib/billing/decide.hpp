// The recovery's state machine. decide() says what an event means and performs nothing: the engine
// writes the decision in one transaction. Because every way news can come in (reply, callback,
// inquiry, timer, import, restart) passes through here, early, late, duplicate and contradicting
// news need no special code elsewhere. Source: mission.md B3-B6, domain.md "Moving on" and
// "Defaults where nobody says", lessons.md 1-4, 10-13.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "billing/person.hpp"
#include "billing/recovery.hpp"
#include "billing/rules.hpp"
#include "billing/subscription.hpp"

namespace recycled::billing {

// --- what FlexFactor answers to a hand-over: a closed set (architecture.md step 4) ---
namespace outcome {

struct Approved {
  bool operator==(const Approved&) const = default;
};
// Not charged. `declined` is "not now" on a sync account; `expired` and `cancelled_by_provider` are
// final on both.
struct Declined {
  Reason reason = Reason::declined;
  bool operator==(const Declined&) const = default;
};
// Taken over: the result comes later.
struct Pending {
  bool operator==(const Pending&) const = default;
};
// It will not do this, or did something we do not know: a person must look.
struct Refused {
  Reason reason = Reason::refused;  // refused, challenge, capture_required or strange_reply
  std::string message;
  bool operator==(const Refused&) const = default;
};
// Certain: the request was not taken in.
struct NotSent {
  std::string why;
  std::optional<Millis> retry_after;
  // 429: perhaps for this order alone, so it gives way. Else nobody could be reached, or would let
  // us in (401): no request's fault, so it keeps its place in the queue.
  enum class Because { service, pace };
  Because because = Because::service;
  bool operator==(const NotSent&) const = default;
};
// Bytes left and no trustworthy answer came. Never a decline.
struct Unknown {
  std::string why;
  std::optional<Millis> retry_after;
  bool operator==(const Unknown&) const = default;
};

}  // namespace outcome

using Outcome = std::variant<outcome::Approved, outcome::Declined, outcome::Pending,
                             outcome::Refused, outcome::NotSent, outcome::Unknown>;
std::string_view name_of(const Outcome& outcome);  // "approved", "declined", …

// --- events ---
// The reply to request number `sending` of the recovery: a reply to an earlier request still counts
// as news, but does not touch the step of the later one.
struct Answered {
  Outcome outcome;
  int sending = 1;
  std::optional<ProviderOrderId> provider_order;
};

enum class News {
  completed,         // charged
  expired,           // ended there, not charged
  cancelled,         // ended there, not charged
  still_open,        // FlexFactor is still at it
  capture_required,  // authorised only
  challenge,         // the payer must act
  problem,           // order status 3
  not_found,         // FlexFactor does not know the order, or its list does not show ours
  refunded,
  charged_back,
  strange,  // a word nobody documented
};
std::string_view to_text(News news);

enum class Source { callback, inquiry };
std::string_view to_text(Source source);

// What an inquiry was made for: what was planned, as the ledger had it when it was last read before
// asking. Callbacks, the customer and a person may have planned something else by the answer.
struct Question {
  Step step = Step::none;
  std::optional<Instant> at;
  std::optional<ProviderOrderId> provider_order;  // as it was known by then
  bool operator==(const Question&) const = default;
};
Question question_of(const Recovery& recovery);

struct Learned {
  News news = News::still_open;
  Source source = Source::inquiry;
  std::optional<ProviderOrderId> provider_order;
  std::optional<Instant> happened_at;     // as FlexFactor dates it
  std::optional<Question> question = {};  // nothing: nobody asked
};

// An inquiry that brought no news: nothing is known that was not known before.
struct InquiryFailed {
  std::optional<Millis> retry_after;
  enum class Because {
    no_answer,    // asking again may help
    cannot_tell,  // answered, and it does not say: their list without our ids, or too long
  };
  Because because = Because::no_answer;
  std::optional<Question> question = {};
};

enum class Withdrawal {
  accepted,     // 2xx
  refused,      // 4xx: perhaps it has just completed
  not_found,    // 404: FlexFactor has no such order
  unavailable,  // no answer; safe to repeat
};
std::string_view to_text(Withdrawal result);
struct WithdrawAnswered {
  Withdrawal result = Withdrawal::accepted;
  std::optional<Millis> retry_after;
};

enum class Departure { cancelled, paused };
struct CustomerLeft {
  Departure how = Departure::cancelled;
};

// Found `intended` when the process started: the call may have left (lessons.md 1).
struct Interrupted {};

// The ledger is a copy, or was restored (engine/seal.hpp): what had not left by its word may have,
// and what was in doubt may be known elsewhere. Nobody knows without looking at FlexFactor.
struct Adopted {};

// A cascade's deadline has passed without an answer (C2). Whoever says so takes the order back at
// FlexFactor himself, at once.
struct TimedOut {};

enum class Refund {
  accepted,     // 2xx
  refused,      // 4xx: perhaps it was refunded before
  unavailable,  // no answer: perhaps it was taken in
};
std::string_view to_text(Refund result);
struct RefundAnswered {
  Refund result = Refund::accepted;
  std::optional<Millis> retry_after;
};

// A person's word on what is parked; without effect where billing::objection has one.
struct PersonSaid {
  PersonWord word = PersonWord::failed;
};

using Event = std::variant<Answered, Learned, InquiryFailed, WithdrawAnswered, CustomerLeft,
                           Interrupted, Adopted, TimedOut, RefundAnswered, PersonSaid>;

// --- what a decision asks for ---
enum class Move {
  none,
  next_cycle,      // B4: cycle + 1, gateway back; of a new sale N2: complete
  recycle_failed,  // B5: gateway back; of a new sale N2: declined
  gateway_back,    // the customer left: status as they wished, gateway back
};

enum class Alarm {
  none,
  parked,         // needs a person
  late_success,   // charged after we had given up
  refund_due,     // charged although it was not to be, and a person has to give it back
  contradiction,  // a failure reported after a success, or the other way round
  refund,
  chargeback,
  lost_order,  // FlexFactor does not know an order it had taken
  refused,     // FlexFactor refuses a cascade's request: so it will the next one's
};
std::string_view to_text(Alarm alarm);

// What decide() must know beyond the recovery itself.
struct Situation {
  Instant now;
  double jitter = 0.5;  // in [0, 1): full jitter for backoff; the caller draws it
  MitMode mit = MitMode::managed;
  SubscriptionStatus status = SubscriptionStatus::recycle_billing;
  bool moved_on = false;  // the subscription has left this cycle other than through this recovery
};

struct Decision {
  Recovery recovery;  // as it is to be stored; equal to what went in when nothing changes
  Move move = Move::none;
  Alarm alarm = Alarm::none;
  bool operator==(const Decision&) const = default;
};

Decision decide(const Recovery& recovery, const Event& event, const Rules& rules,
                const Situation& situation);

// The step that is really to be performed now. It differs from recovery.step only when time has run
// past what the step allows: a request under an old key (flexfactor.md "Repeats"), or one that
// could not be sent for half of its time (Step::none: release it, so that a fresh one gets all of
// it).
Step step_now(const Recovery& recovery, const Rules& rules, Instant now);

// What step_now's Step::none asks for: nothing ever left, so the cycle is free again and no
// re-attempt is used up (domain.md "FlexFactor unreachable").
Decision release(const Recovery& recovery, const Situation& situation);

}  // namespace recycled::billing
