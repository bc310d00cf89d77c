// Every sequence of events up to a fixed depth, from the claim on, against the invariants that make
// "never twice, never lost". The model beside it knows only what a bank would know: whether this
// order has been charged.
#include <array>
#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

#include <doctest/doctest.h>

#include "billing/decide.hpp"

using namespace recycled;           // NOLINT(google-build-using-namespace)
using namespace recycled::billing;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;

namespace {

const Instant start = from_millis(1'800'000'000'000);

struct Named {
  const char* name;
  Event event;
  bool charged;  // the event tells of a charge
};

std::vector<Named> every_event() {
  const ProviderOrderId theirs("theirs");
  const auto reply = [&](Outcome outcome) {
    return Event(Answered{std::move(outcome), 1, theirs});
  };
  const auto news = [&](News what, Source source) {
    return Event(Learned{what, source, theirs, std::nullopt});
  };
  return {
      {"approve", reply(outcome::Approved{}), true},
      {"decline", reply(outcome::Declined{}), false},
      {"pending", reply(outcome::Pending{}), false},
      {"refused", reply(outcome::Refused{}), false},
      {"not sent", Event(Answered{outcome::NotSent{"", {}}, 1, std::nullopt}), false},
      {"unknown", Event(Answered{outcome::Unknown{"", {}}, 1, std::nullopt}), false},
      {"completed callback", news(News::completed, Source::callback), true},
      {"completed inquiry", news(News::completed, Source::inquiry), true},
      {"expired callback", news(News::expired, Source::callback), false},
      {"cancelled inquiry", news(News::cancelled, Source::inquiry), false},
      {"still open", news(News::still_open, Source::inquiry), false},
      {"not found", news(News::not_found, Source::inquiry), false},
      {"not listed", Event(Learned{News::not_found, Source::inquiry, std::nullopt, std::nullopt}),
       false},
      {"refunded", news(News::refunded, Source::callback), false},
      {"challenge callback", news(News::challenge, Source::callback), false},
      {"strange callback", news(News::strange, Source::callback), false},
      {"inquiry failed", Event(InquiryFailed{}), false},
      {"inquiry tells nothing", Event(InquiryFailed{{}, InquiryFailed::Because::cannot_tell}),
       false},
      {"cancel accepted", Event(WithdrawAnswered{Withdrawal::accepted, {}}), false},
      {"cancel refused", Event(WithdrawAnswered{Withdrawal::refused, {}}), false},
      {"cancel unavailable", Event(WithdrawAnswered{Withdrawal::unavailable, {}}), false},
      {"customer cancels", Event(CustomerLeft{Departure::cancelled}), false},
      {"interrupted", Event(Interrupted{}), false},
      {"adopted", Event(Adopted{}), false},
      {"timed out", Event(TimedOut{}), false},
      {"refund accepted", Event(RefundAnswered{Refund::accepted, {}}), false},
      {"refund refused", Event(RefundAnswered{Refund::refused, {}}), false},
      {"refund unavailable", Event(RefundAnswered{Refund::unavailable, {}}), false},
      {"person: recovered", Event(PersonSaid{PersonWord::recovered}), true},
      {"person: failed", Event(PersonSaid{PersonWord::failed}), false},
      {"person: withdrawn", Event(PersonSaid{PersonWord::withdrawn}), false},
      {"person: refund", Event(PersonSaid{PersonWord::refund}), true},
      {"person: refunded", Event(PersonSaid{PersonWord::refunded}), true},
      {"person: retry", Event(PersonSaid{PersonWord::retry}), false},
  };
}

// The subscription as the engine would write it, and what the walk has seen.
struct World {
  Recovery recovery;
  SubscriptionStatus status = SubscriptionStatus::recycle_billing;
  int cycle = 1;
  bool charged = false;
  bool kept = false;  // a person has said that the charge is kept
  std::string path;
};

constexpr Millis shopper_waits = 8s;

World claimed(RecoveryKind kind) {
  const bool is_cascade = kind == RecoveryKind::cascade;
  World world;
  world.recovery.kind = kind;
  world.recovery.order = OrderId("order");
  world.recovery.next_at = start;
  world.recovery.claimed_at = start;
  world.recovery.unsent_until = start;
  world.recovery.expires_at = start + (is_cascade ? shopper_waits : Millis(21 * 24h));
  if (is_cascade) world.recovery.next_at = start + 2 * shopper_waits;
  world.recovery.amount.minor = 8995;
  return world;
}

class Walk {
 public:
  Walk(MitMode mit, LateSuccess late, WhenUnknown unknown, int depth) : mit_(mit), depth_(depth) {
    rules_.late_success = late;
    rules_.when_unknown = unknown;
    // Whoever never looks into the list meets no list that cannot tell.
    if (unknown != WhenUnknown::look_up) return;
    const Event cannot_tell = InquiryFailed{{}, InquiryFailed::Because::cannot_tell};
    events_.push_back({"inquiry tells nothing", cannot_tell, false});
  }

  // The same of cascades, which know no `late` but that of their own.
  Walk(MitMode mit, LateCascade late, int depth) : mit_(mit), depth_(depth) {
    rules_.late_cascade = late;
    ages_ = {1s, 10s, 30 * 24h};
  }

  void from(const World& world, int depth) {
    ++visited_;
    if (depth == depth_ || !is_new(world, depth)) return;
    for (const Millis age : ages_) {
      for (const Named& named : events_) step(world, named, start + age, depth);
    }
  }

  std::int64_t visited() const { return visited_; }

 private:
  void step(const World& world, const Named& named, Instant now, int depth) {
    Situation situation;
    situation.now = now;
    situation.mit = mit_;
    situation.status = world.status;
    situation.moved_on = world.cycle != world.recovery.cycle;
    const Decision decision = decide(world.recovery, named.event, rules_, situation);
    check_older(world, named, situation);
    const auto* said = std::get_if<PersonSaid>(&named.event);
    if (said != nullptr && objection(world.recovery, said->word, rules_, situation)) {
      const bool is_silent = decision.recovery == world.recovery && decision.move == Move::none;
      if (!is_silent) FAIL(world.path << " > " << named.name << ": a word without effect had one");
      return;
    }
    if (decision.recovery == world.recovery && decision.move == Move::none) {
      check_silence(world, named, decision);
      return;  // nothing changed: what follows has been walked from here already
    }
    World next = world;
    next.path += " > " + std::string(named.name);
    next.charged = world.charged || named.charged;
    next.recovery = decision.recovery;
    next.kept = world.kept || (said != nullptr && said->word == PersonWord::recovered);
    if (std::holds_alternative<CustomerLeft>(named.event)) {
      next.status = SubscriptionStatus::cancelled;
    }
    apply(next, decision.move);
    check(world, next, decision);
    from(next, depth + 1);
  }

  // The same as an answer to what was asked before something else was planned: whatever does not
  // end the order takes nothing off the queue, and puts nothing off.
  void check_older(const World& world, const Named& named, const Situation& situation) const {
    Event event = named.event;
    const Question before{Step::inquire, from_millis(0), std::nullopt};
    auto* learned = std::get_if<Learned>(&event);
    auto* failed = std::get_if<InquiryFailed>(&event);
    if (learned != nullptr && learned->source == Source::inquiry) learned->question = before;
    if (failed != nullptr) failed->question = before;
    const bool is_passing =
        failed != nullptr ||
        (learned != nullptr && learned->question &&
         (learned->news == News::not_found ||
          (learned->news == News::still_open && world.recovery.provider_order)));
    if (!is_passing) return;
    Recovery same = world.recovery;
    if (learned != nullptr) same.left = true;
    if (learned != nullptr && learned->provider_order)
      same.provider_order = learned->provider_order;
    const Decision decision = decide(world.recovery, event, rules_, situation);
    const bool is_silent =
        decision.recovery == same && decision.move == Move::none && decision.alarm == Alarm::none;
    if (!is_silent) FAIL(world.path << " > " << named.name << ", asked before: it had an effect");
  }

  static void apply(World& world, Move move) {
    if (move == Move::next_cycle) {
      world.cycle += 1;
      if (world.status != SubscriptionStatus::cancelled) {
        world.status = SubscriptionStatus::active;
      }
    }
    if (move == Move::recycle_failed && world.status != SubscriptionStatus::cancelled) {
      world.status = SubscriptionStatus::recycle_failed;
    }
  }

  // The same world with no more steps ahead of it than before has been walked already.
  bool is_new(const World& world, int depth) {
    const Recovery& recovery = world.recovery;
    std::string key;
    for (const std::int64_t part :
         {static_cast<std::int64_t>(recovery.state), static_cast<std::int64_t>(recovery.reason),
          static_cast<std::int64_t>(recovery.step),
          recovery.next_at ? to_millis(*recovery.next_at) : 0, to_millis(recovery.unsent_until),
          recovery.left_by ? to_millis(*recovery.left_by) : 0, std::int64_t{recovery.sending},
          std::int64_t{recovery.tries}, std::int64_t{recovery.inquiries},
          std::int64_t{recovery.left}, std::int64_t{recovery.provider_order.has_value()},
          std::int64_t{recovery.late}, std::int64_t{recovery.refund_due},
          std::int64_t{recovery.refunded},
          recovery.told ? static_cast<std::int64_t>(*recovery.told) : -1,
          static_cast<std::int64_t>(world.status), std::int64_t{world.cycle},
          std::int64_t{world.charged}, std::int64_t{world.kept}}) {
      key += std::to_string(part) + ",";
    }
    const int ahead = depth_ - depth;
    int& walked = walked_[key];
    if (walked >= ahead) return false;
    walked = ahead;
    return true;
  }

  // News of a charge may be ignored only where the charge is known, or a person is on it.
  static void check_silence(const World& world, const Named& named, const Decision& decision) {
    if (!named.charged) return;
    const bool known = world.recovery.state == RecoveryState::recovered;
    const bool held = world.recovery.reason == Reason::late_success;
    const bool heard = known || held || decision.alarm != Alarm::none;
    if (!heard) FAIL(world.path << " > " << named.name << ": a charge was not heard");
  }

  void check(const World& before, const World& after, const Decision& decision) const {
    const Recovery& recovery = after.recovery;
    const auto hold = [&](bool holds, const std::string& what) {
      if (!holds) FAIL(after.path << ": " << what);
    };
    hold(after.cycle <= 2, "a cycle moves on at most once");
    hold(decision.move != Move::next_cycle || after.charged, "only a charge moves the cycle on");
    hold(recovery.state != RecoveryState::recovered || after.charged, "recovered means charged");
    const bool ended_uncharged =
        recovery.state == RecoveryState::failed || recovery.state == RecoveryState::withdrawn;
    hold(!(ended_uncharged && after.charged), "a charge is never filed as a failure");
    hold(before.recovery.state != RecoveryState::recovered ||
             recovery.state == RecoveryState::recovered,
         "a success is final");
    hold((recovery.step == Step::none) == !recovery.next_at.has_value(),
         "a step has its time and only a step");
    const bool resting = recovery.state == RecoveryState::parked || !is_live(recovery.state);
    hold(resting || recovery.step != Step::none, "a live recovery is never forgotten");
    const bool was_adopted = after.path.find("adopted") != std::string::npos;
    const bool looks_up = recovery.state == RecoveryState::withdrawing ||
                          (recovery.state == RecoveryState::unknown &&
                           (rules_.when_unknown == WhenUnknown::look_up || was_adopted));
    // lessons.md 10: whoever takes an order back does not want it made.
    for (const Millis age : ages_) {
      hold(recovery.state != RecoveryState::withdrawing ||
               (recovery.step != Step::send &&
                step_now(recovery, Rules{}, start + age) != Step::send),
           "nothing is sent while it is being taken back");
    }
    hold(resting || recovery.step != Step::inquire || recovery.provider_order || looks_up,
         "an inquiry has an order to ask about, or looks for one");
    const bool gives_up = is_live(before.recovery.state) && ended_uncharged;
    const bool is_sure =
        !recovery.left || recovery.reason == Reason::declined || recovery.reason == Reason::refused;
    hold(!gives_up || is_sure || recovery.step == Step::inquire,
         "who gives up what may be there looks once more");
    const bool settled = recovery.settled_at.has_value();
    hold(is_live(recovery.state) || settled, "an end has its time");
    hold(!recovery.left || step_now(recovery, Rules{}, start + 40 * 24h) != Step::send,
         "nothing is sent again after its window");
    if (recovery.kind == RecoveryKind::cascade) check_shopper(before, after, decision);
    // A second request under another key is made by one arrow alone: a sync account's "not now".
    if (recovery.sending != before.recovery.sending) {
      hold(recovery.state == RecoveryState::intended && recovery.reason == Reason::declined,
           "a new key only after an answer");
    }
  }

  // C2: answered once, and never charged after a "no" without being given it back.
  static void check_shopper(const World& before, const World& after, const Decision& decision) {
    const Recovery& recovery = after.recovery;
    const auto hold = [&](bool holds, const std::string& what) {
      if (!holds) FAIL(after.path << ": " << what);
    };
    const auto& told = before.recovery.told;
    hold(!told || recovery.told == told, "a shopper is answered once");
    const bool is_open =
        recovery.state == RecoveryState::intended || recovery.state == RecoveryState::waiting;
    hold(is_open != recovery.told.has_value(), "whatever is not open any more has an answer");
    hold(recovery.state == RecoveryState::recovered || recovery.told != Reason::none,
         "approved means charged");
    hold(decision.move != Move::next_cycle || recovery.told == Reason::none || after.kept,
         "only an approved sale is completed");
    const bool paid_after_no =
        recovery.state == RecoveryState::recovered && recovery.told != Reason::none;
    hold(!paid_after_no || (recovery.late && (recovery.refund_due || after.kept)),
         "a late charge is known as one");
    hold(recovery.sending == 1, "a shopper's request is sent once");
    hold(recovery.step != Step::refund || paid_after_no, "only a late charge is given back");
    hold(before.recovery.state != RecoveryState::recovered || recovery.step != Step::cancel,
         "what is charged is not cancelled");
    const bool was_owed = before.recovery.step == Step::refund ||
                          (before.recovery.step == Step::inquire && before.recovery.refund_due);
    const bool is_on_its_way = recovery.step == Step::refund || recovery.step == Step::inquire ||
                               recovery.refunded || recovery.charged_back || after.kept;
    hold(!was_owed || is_on_its_way || decision.alarm != Alarm::none,
         "a refund that is planned is made, or a person is told");
    hold(step_now(recovery, Rules{}, start + 1s) != Step::send, "nobody else sends it");
  }

  std::vector<Named> events_ = every_event();
  // Early, at the end of the window, and long after it.
  std::vector<Millis> ages_{1h, 21 * 24h + 1h, 30 * 24h};
  Rules rules_;
  MitMode mit_;
  int depth_;
  std::int64_t visited_ = 0;
  std::unordered_map<std::string, int> walked_;  // a world, and the steps walked from it
};

}  // namespace

TEST_CASE("X1: whatever happens in whatever order - never twice and never lost") {
  std::int64_t visited = 0;
  const auto walk = [&visited](MitMode mit, LateSuccess late, WhenUnknown unknown) {
    Walk one(mit, late, unknown, 5);
    one.from(claimed(RecoveryKind::recycle), 0);
    visited += one.visited();
  };
  for (const MitMode mit : {MitMode::managed, MitMode::sync}) {
    for (const LateSuccess late : {LateSuccess::accept, LateSuccess::hold}) {
      walk(mit, late, WhenUnknown::repeat);
    }
    walk(mit, LateSuccess::accept, WhenUnknown::look_up);
    walk(mit, LateSuccess::accept, WhenUnknown::withdraw);
  }
  MESSAGE("worlds looked at: ", visited);
  CHECK(visited > 500'000);
}

TEST_CASE("C2 X1: a shopper is answered once, whatever happens in whatever order") {
  std::int64_t visited = 0;
  for (const MitMode mit : {MitMode::managed, MitMode::sync}) {
    for (const LateCascade late : {LateCascade::refund, LateCascade::hold}) {
      Walk one(mit, late, 6);
      one.from(claimed(RecoveryKind::cascade), 0);
      visited += one.visited();
    }
  }
  MESSAGE("worlds looked at: ", visited);
  CHECK(visited > 100'000);
}
