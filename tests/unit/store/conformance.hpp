// What every backend of the ledger must do, said once: each function takes what makes an empty
// ledger, and knows nothing but the ports. A second backend runs the same list.
#pragma once

#include <functional>
#include <memory>

#include "ports/ledger.hpp"

namespace recycled::store::conformance {

using MakeLedger = std::function<std::unique_ptr<ports::Ledger>()>;

// conformance_subscriptions.cpp
void keeps_every_field_of_a_subscription(const MakeLedger& make);
void putting_twice_replaces(const MakeLedger& make);
void plans_statuses_and_settlements(const MakeLedger& make);
void walks_what_is_due(const MakeLedger& make);
void due_leaves_out_what_is_handed_over(const MakeLedger& make);
void pages_recycle_billing(const MakeLedger& make);
void walks_the_declines_of_a_period(const MakeLedger& make);

// conformance_recoveries.cpp
void keeps_every_field_of_a_recovery(const MakeLedger& make);
void one_live_recovery_a_cycle(const MakeLedger& make);
void updates_are_guarded(const MakeLedger& make);
void ends_are_final(const MakeLedger& make);
void walks_steps_due(const MakeLedger& make);
void makes_inquiries_due(const MakeLedger& make);
void counts_the_claims_of_a_card(const MakeLedger& make);
void sums_what_was_handed_over(const MakeLedger& make);
void pages_a_state(const MakeLedger& make);
void keeps_the_decline_of_a_claim(const MakeLedger& make);

// conformance_pauses.cpp
void keeps_pauses(const MakeLedger& make);
void a_pause_holds_what_has_not_left(const MakeLedger& make);
void keeps_recent_results(const MakeLedger& make);

// conformance_sales.cpp
void keeps_every_field_of_a_sale(const MakeLedger& make);
void finds_sales(const MakeLedger& make);
void one_live_recovery_a_sale(const MakeLedger& make);
void lists_what_is_held(const MakeLedger& make);

// conformance_deliveries.cpp
void events_carry_what_a_receiver_needs(const MakeLedger& make);
void events_are_queued_once_for_each_sink(const MakeLedger& make);
void a_subject_s_events_keep_their_order(const MakeLedger& make);
void a_replayed_event_takes_its_place_again(const MakeLedger& make);
void lists_and_counts_events(const MakeLedger& make);

// conformance_retention.cpp
void prunes_what_ended(const MakeLedger& make);
void prunes_callbacks_that_are_done(const MakeLedger& make);
void prunes_delivered_events(const MakeLedger& make);
void prunes_in_small_steps(const MakeLedger& make);

// conformance_history.cpp
void keeps_callbacks(const MakeLedger& make);
void a_claim_wakes_the_callbacks_that_waited_for_it(const MakeLedger& make);
void nonces_are_taken_once(const MakeLedger& make);
void keeps_attempts_and_audit(const MakeLedger& make);
void hides_card_numbers(const MakeLedger& make);
void keeps_meta_and_runs(const MakeLedger& make);
void keeps_dry_runs(const MakeLedger& make);
void counts_and_totals(const MakeLedger& make);
void the_backlog(const MakeLedger& make);
void broken_promises_come_out(const MakeLedger& make);
void work_that_throws_leaves_nothing(const MakeLedger& make);

inline void everything(const MakeLedger& make) {
  keeps_every_field_of_a_subscription(make);
  putting_twice_replaces(make);
  plans_statuses_and_settlements(make);
  walks_what_is_due(make);
  due_leaves_out_what_is_handed_over(make);
  pages_recycle_billing(make);
  walks_the_declines_of_a_period(make);
  keeps_every_field_of_a_recovery(make);
  one_live_recovery_a_cycle(make);
  updates_are_guarded(make);
  ends_are_final(make);
  walks_steps_due(make);
  makes_inquiries_due(make);
  counts_the_claims_of_a_card(make);
  sums_what_was_handed_over(make);
  pages_a_state(make);
  keeps_the_decline_of_a_claim(make);
  keeps_every_field_of_a_sale(make);
  finds_sales(make);
  one_live_recovery_a_sale(make);
  lists_what_is_held(make);
  events_carry_what_a_receiver_needs(make);
  events_are_queued_once_for_each_sink(make);
  a_subject_s_events_keep_their_order(make);
  a_replayed_event_takes_its_place_again(make);
  lists_and_counts_events(make);
  keeps_callbacks(make);
  a_claim_wakes_the_callbacks_that_waited_for_it(make);
  nonces_are_taken_once(make);
  keeps_attempts_and_audit(make);
  hides_card_numbers(make);
  keeps_meta_and_runs(make);
  keeps_dry_runs(make);
  keeps_pauses(make);
  a_pause_holds_what_has_not_left(make);
  keeps_recent_results(make);
  prunes_what_ended(make);
  prunes_callbacks_that_are_done(make);
  prunes_delivered_events(make);
  prunes_in_small_steps(make);
  counts_and_totals(make);
  the_backlog(make);
  broken_promises_come_out(make);
  work_that_throws_leaves_nothing(make);
}

}  // namespace recycled::store::conformance
