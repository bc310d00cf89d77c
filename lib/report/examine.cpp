#include "report/examine.hpp"

#include <algorithm>
#include <utility>

#include "crypto/digest.hpp"
#include "ports/events.hpp"

namespace recycled::report {
namespace {

using billing::RecoveryState;

constexpr std::int64_t most_of_each = 100;
constexpr std::int64_t most_recoveries = 100'000'000;

constexpr std::uint8_t told_success = 1;
constexpr std::uint8_t told_fulfillment = 2;

// Of the events for the merchant's systems, those that a charge is told by.
std::uint8_t bit_of(const std::string& type) {
  if (type == "fulfillment.requested") return told_fulfillment;
  const bool success = type == "subscription.recovered" || type == "order.completed" ||
                       type == "recovery.late_success";
  return success ? told_success : 0;
}

// A delivery's row has a delivery's states.
bool is_of_recovery(const ports::AuditRow& row) {
  return row.recovery && !row.event.starts_with("event.");
}

std::uint8_t number_of(const std::string& word) {
  const auto state = billing::parse_recovery_state(word);
  return state ? static_cast<std::uint8_t>(static_cast<int>(*state) + 1) : 0;
}

std::string whose(const ports::InspectedRecovery& recovery) {
  const std::string owner =
      recovery.sale.empty() ? recovery.subscription.str() : "order " + recovery.sale.str();
  return owner.empty() ? "order id " + recovery.order.str() : owner;
}

std::string by_id(const ports::InspectedRecovery& recovery) {
  return "its hand-over " + recovery.order.str() + " ";
}

std::string span(std::int64_t first, std::int64_t last) {
  if (first == last) return "row " + std::to_string(first);
  return "rows " + std::to_string(first) + " to " + std::to_string(last);
}

}  // namespace

Examiner::Examiner(ExaminerTools tools, Instant now, std::string asked_head)
    : tools_(std::move(tools)), now_(now) {
  found_.asked_head = std::move(asked_head);
}

void Examiner::add(Invariant invariant, std::string owner, std::string what) {
  const std::int64_t count = ++found_.counts[invariant];
  if (count > most_of_each) return;
  found_.findings.push_back({invariant, std::move(owner), std::move(what)});
}

void Examiner::behind_us() {
  ++rows_;
  if (tools_.on_rows) tools_.on_rows(rows_);
}

Examiner::Memo* Examiner::memo(RecoveryKey key) {
  if (key.value() < 0 || key.value() > most_recoveries) return nullptr;
  const auto place = static_cast<std::size_t>(key.value());
  if (place >= memos_.size()) memos_.resize(std::max(place + 1, memos_.size() * 2));
  return &memos_[place];
}

void Examiner::examine(ports::LedgerInspector& ledger) {
  look_at_file(ledger);
  installation_ = InstallationId(ledger.installation());
  walk_chain(ledger);
  ledger.each_event([this](const auto& event) { take_event(event); });
  ledger.each_recovery([this](const auto& recovery) { take_recovery(recovery); });
  ledger.each_applied_callback([this](const ports::InspectedCallback& callback) {
    behind_us();
    ++found_.callbacks;
    if (callback.names_recovery) return;
    add(Invariant::callback_without_recovery, "callback " + std::to_string(callback.key.value()),
        "it was applied to order " + callback.order.str() + ", which is not there");
  });
  ledger.each_misqueued([this](const ports::InspectedQueue& row) {
    const std::string when = "due since or from " + to_iso8601(row.due_at);
    add(Invariant::queue_differs, row.id.str(),
        row.is_due ? when + " and not in the queue: no scan comes to it"
                   : "in the queue as " + when + ", and not due");
  });
  ledger.each_at_provider([this](const ports::InspectedSubscription& row) {
    add(Invariant::at_flexfactor, row.id.str(),
        "its gateway is " + row.gateway.str() + ", which is FlexFactor's");
  });
}

void Examiner::look_at_file(ports::LedgerInspector& ledger) {
  const auto each = [this](Invariant invariant, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) add(invariant, "the ledger's file", line);
  };
  each(Invariant::damaged, ledger.damage());
  each(Invariant::dangling_reference, ledger.dangling());
  each(Invariant::schema_changed, ledger.schema_differences());
}

// --- the audit chain ---

void Examiner::walk_chain(ports::LedgerInspector& ledger) {
  last_hash_ = ports::origin_of_chain(installation_);
  if (last_hash_ == found_.asked_head) found_.asked_at = 0;
  ledger.each_audit([&](const ports::ChainedRow& row) { take_link(ledger, row); });
  end_chain(ledger.audit_head());
}

void Examiner::take_link(ports::LedgerInspector& ledger, const ports::ChainedRow& link) {
  behind_us();
  ++found_.audit_rows;
  const auto name = [&] {
    const std::string owner = ledger.name_of(link.row.subject);
    return "audit row " + std::to_string(link.key) + (owner.empty() ? "" : " of " + owner);
  };
  const bool follows = link.key == last_key_ + 1;
  if (!follows) {
    add(Invariant::audit_row_missing, "audit " + span(last_key_ + 1, link.key - 1),
        "gone; what comes before is " +
            (last_key_ == 0 ? "nothing" : "row " + std::to_string(last_key_)) +
            ", what comes after is of " + to_iso8601(link.row.at));
  }
  // What follows a gap has nothing to be compared with; what follows it, has.
  const bool holds = link.hash == ports::link_after(last_hash_, link);
  if (link.hash.empty() || (follows && !holds)) {
    add(Invariant::audit_row_changed, name(),
        "not what was written: " + link.row.event + " at " + to_iso8601(link.row.at) + ", " +
            link.row.before + " to " + link.row.after);
  }
  last_key_ = link.key;
  last_hash_ = link.hash;
  if (!found_.asked_head.empty() && link.hash == found_.asked_head) found_.asked_at = link.key;
  if (!is_of_recovery(link.row)) return;
  if (Memo* kept = memo(*link.row.recovery); kept != nullptr) {
    kept->state = number_of(link.row.after);
  }
  if (!link.claim.empty() && link.claim != ledger.digest_of_claim(*link.row.recovery)) {
    add(Invariant::claim_changed, name(),
        "amount, card, gateways, ids or expiry of what was claimed at " + to_iso8601(link.row.at) +
            " are not what they were");
  }
}

void Examiner::end_chain(const ports::AuditHead& head) {
  found_.head = head;
  if (head.rows > last_key_) {
    add(Invariant::audit_end_missing, "audit " + span(last_key_ + 1, head.rows),
        "gone from the end");
  } else if (head.rows != last_key_ || head.hash != last_hash_) {
    add(Invariant::audit_end_missing, "the end of the audit trail",
        "it is row " + std::to_string(last_key_) + ", and was noted as row " +
            std::to_string(head.rows) + " with another hash");
  }
  if (found_.asked_head.empty() || found_.asked_at) return;
  add(Invariant::head_unknown, "head " + found_.asked_head,
      "no row of this ledger has ever had it");
}

// --- the events ---

void Examiner::take_event(const ports::InspectedEvent& event) {
  behind_us();
  ++found_.events;
  const std::string name = "event " + std::to_string(event.key.value()) + ", " + event.type;
  for (const std::string& sink : event.passed_over) {
    add(Invariant::delivery_missing, name, "it was never queued for " + sink);
  }
  if (!event.recovery) return;
  if (Memo* kept = memo(*event.recovery); kept != nullptr) {
    kept->events = static_cast<std::uint8_t>(kept->events | bit_of(event.type));
  }
}

// --- the recoveries ---

void Examiner::take_recovery(const ports::InspectedRecovery& recovery) {
  behind_us();
  ++found_.recoveries;
  check_uniqueness(recovery);
  check_request(recovery);
  check_state(recovery);
  check_trace(recovery);
  check_subscription(recovery);
}

void Examiner::check_uniqueness(const ports::InspectedRecovery& recovery) {
  const auto state = billing::parse_recovery_state(recovery.state);
  if (state && is_live(*state) && recovery.live_before > 0) {
    add(Invariant::second_live, whose(recovery),
        by_id(recovery) + "is open, and so is another one of cycle " +
            std::to_string(recovery.cycle));
  }
  const bool is_charged = state == RecoveryState::recovered && !recovery.is_given_back;
  if (is_charged && recovery.recovered_before > 0) {
    add(Invariant::second_success, whose(recovery),
        by_id(recovery) + "was charged, and so was another one of cycle " +
            std::to_string(recovery.cycle));
  }
  if (installation_.empty()) return;
  const OrderId ours =
      recovery.sale.empty()
          ? tools_.name_cycle(installation_, recovery.subscription, recovery.cycle, recovery.round)
          : tools_.name_sale(installation_, recovery.sale, recovery.round);
  if (ours == recovery.order) return;
  add(Invariant::foreign_order_id, whose(recovery),
      by_id(recovery) + "would be " + ours.str() + " here (cycle " +
          std::to_string(recovery.cycle) + ", round " + std::to_string(recovery.round) + ")");
}

void Examiner::check_request(const ports::InspectedRecovery& recovery) {
  if (!recovery.request) {
    return add(Invariant::request_missing, whose(recovery),
               by_id(recovery) + "has no request any more");
  }
  if (recovery.pruned_at && recovery.request->empty()) return check_pruned(recovery);
  if (crypto::to_hex(crypto::sha256(*recovery.request)) != recovery.request_sha256) {
    add(Invariant::request_changed, whose(recovery),
        by_id(recovery) + "has a request that is not the one of its hash");
  }
  const auto facts = tools_.read_request(*recovery.request);
  if (!facts) {
    return add(Invariant::request_differs, whose(recovery),
               by_id(recovery) + "has a request that cannot be read");
  }
  const auto differs = [&](const char* what, const std::string& here, const std::string& there) {
    if (here == there) return;
    add(Invariant::request_differs, whose(recovery),
        by_id(recovery) + "has " + what + " " + here + ", its request " + there);
  };
  differs("the order id", recovery.order.str(), facts->order.str());
  differs("the idempotency key", tools_.key_of(recovery.order, recovery.sending).str(),
          facts->key.str());
  differs("the amount (in minor units)", std::to_string(recovery.minor) + " " + recovery.currency,
          std::to_string(facts->minor) + " " + facts->currency);
  if (recovery.kind == "recycle" && facts->price && recovery.minor > *facts->price) {
    add(Invariant::amount_above_price, whose(recovery),
        by_id(recovery) + "is of " + std::to_string(recovery.minor) +
            " minor units, at a price of " + std::to_string(*facts->price));
  }
}

// Of what ended long ago the request is gone on purpose. A late success may still be parked, since
// nothing of it is sent any more.
void Examiner::check_pruned(const ports::InspectedRecovery& recovery) {
  const auto state = billing::parse_recovery_state(recovery.state);
  const bool may_be_sent = state && is_live(*state) && *state != RecoveryState::parked;
  const bool has_ended = recovery.settled_at.has_value() && !may_be_sent;
  if (has_ended) return;
  add(Invariant::request_missing, whose(recovery),
      by_id(recovery) + "is " + recovery.state + ", and its request was pruned at " +
          to_iso8601(*recovery.pruned_at));
}

void Examiner::check_state(const ports::InspectedRecovery& recovery) {
  const auto state = billing::parse_recovery_state(recovery.state);
  if (!state) return;  // the schema's own check is gone, and has been told of
  if (!is_live(*state)) {
    if (recovery.step != to_text(billing::Step::send)) return;
    return add(Invariant::sends_after_end, whose(recovery),
               by_id(recovery) + "is " + recovery.state + ", and its next step is to be sent");
  }
  if (*state == RecoveryState::parked) return;  // a person's to say
  if (recovery.step == to_text(billing::Step::none)) {
    add(Invariant::no_next_step, whose(recovery),
        by_id(recovery) + "is " + recovery.state + ", and has no next step");
  }
  if (now_ > recovery.expires_at + tools_.patience) {
    add(Invariant::overdue, whose(recovery),
        by_id(recovery) + "is " + recovery.state + ", and expired at " +
            to_iso8601(recovery.expires_at));
  }
}

void Examiner::check_trace(const ports::InspectedRecovery& recovery) {
  const Memo* kept = memo(recovery.key);
  const Memo known = kept == nullptr ? Memo() : *kept;
  if (known.state != number_of(recovery.state)) {
    const std::string last =
        known.state == 0 ? "nothing"
                         : std::string(to_text(static_cast<RecoveryState>(known.state - 1)));
    add(Invariant::state_not_audited, whose(recovery),
        by_id(recovery) + "is " + recovery.state + ", and the audit trail ends with " + last);
  }
  const bool recovered = recovery.state == to_text(RecoveryState::recovered);
  const bool answered = recovered || recovery.state == to_text(RecoveryState::waiting) ||
                        recovery.state == to_text(RecoveryState::grace);
  if (answered && !recovery.was_called && !recovery.was_called_back) {
    add(Invariant::never_called, whose(recovery),
        by_id(recovery) + "is " + recovery.state + ", without a call or a callback");
  }
  if (!recovered || recovery.pruned_at) return;  // its events were delivered and are gone
  if ((known.events & told_success) == 0 && !recovery.late) {
    add(Invariant::event_missing, whose(recovery),
        by_id(recovery) + "was charged, and there is no event of it");
  }
  // Of a sale nothing is to be shipped that was cancelled meanwhile.
  if (recovery.sale.empty() && !recovery.late && (known.events & told_fulfillment) == 0) {
    add(Invariant::event_missing, whose(recovery),
        by_id(recovery) + "was charged, and there is no fulfillment.requested of it");
  }
}

void Examiner::check_subscription(const ports::InspectedRecovery& recovery) {
  if (!recovery.sale.empty() || !recovery.is_newest) return;
  const auto behind = [&](const std::string& what) {
    add(Invariant::subscription_behind, whose(recovery),
        by_id(recovery) + "is " + recovery.state + " for cycle " + std::to_string(recovery.cycle) +
            ", and the subscription " + what);
  };
  const auto state = billing::parse_recovery_state(recovery.state);
  const bool late = recovery.late || state == RecoveryState::parked;
  if (late || !state) return;  // it may have gone its own way before
  if (*state == RecoveryState::recovered && recovery.cycle_now <= recovery.cycle) {
    return behind("is still in cycle " + std::to_string(recovery.cycle_now));
  }
  if (is_live(*state) && recovery.cycle_now != recovery.cycle) {
    return behind("is in cycle " + std::to_string(recovery.cycle_now));
  }
  const bool untouched = recovery.settled_at && recovery.changed_at <= *recovery.settled_at;
  if (*state == RecoveryState::failed && untouched && recovery.cycle_now == recovery.cycle &&
      recovery.status == "recycle_billing") {
    behind("is still in recycle_billing");
  }
}

}  // namespace recycled::report
