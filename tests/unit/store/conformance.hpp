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

struct Case {
  const char* name;
  void (*run)(const MakeLedger&);
};

inline constexpr Case every_case[] = {
    {"keeps every field of a subscription", keeps_every_field_of_a_subscription},
    {"putting twice replaces", putting_twice_replaces},
    {"plans statuses and settlements", plans_statuses_and_settlements},
    {"walks what is due", walks_what_is_due},
    {"due leaves out what is handed over", due_leaves_out_what_is_handed_over},
    {"pages recycle billing", pages_recycle_billing},
    {"walks the declines of a period", walks_the_declines_of_a_period},
    {"keeps every field of a recovery", keeps_every_field_of_a_recovery},
    {"one live recovery a cycle", one_live_recovery_a_cycle},
    {"updates are guarded", updates_are_guarded},
    {"ends are final", ends_are_final},
    {"walks steps due", walks_steps_due},
    {"makes inquiries due", makes_inquiries_due},
    {"counts the claims of a card", counts_the_claims_of_a_card},
    {"sums what was handed over", sums_what_was_handed_over},
    {"pages a state", pages_a_state},
    {"keeps the decline of a claim", keeps_the_decline_of_a_claim},
    {"keeps every field of a sale", keeps_every_field_of_a_sale},
    {"finds sales", finds_sales},
    {"one live recovery a sale", one_live_recovery_a_sale},
    {"lists what is held", lists_what_is_held},
    {"events carry what a receiver needs", events_carry_what_a_receiver_needs},
    {"events are queued once for each sink", events_are_queued_once_for_each_sink},
    {"a subject's events keep their order", a_subject_s_events_keep_their_order},
    {"a replayed event takes its place again", a_replayed_event_takes_its_place_again},
    {"lists and counts events", lists_and_counts_events},
    {"keeps callbacks", keeps_callbacks},
    {"a claim wakes the callbacks that waited for it",
     a_claim_wakes_the_callbacks_that_waited_for_it},
    {"nonces are taken once", nonces_are_taken_once},
    {"keeps attempts and audit", keeps_attempts_and_audit},
    {"hides card numbers", hides_card_numbers},
    {"keeps meta and runs", keeps_meta_and_runs},
    {"keeps dry runs", keeps_dry_runs},
    {"keeps pauses", keeps_pauses},
    {"a pause holds what has not left", a_pause_holds_what_has_not_left},
    {"keeps recent results", keeps_recent_results},
    {"prunes what ended", prunes_what_ended},
    {"prunes callbacks that are done", prunes_callbacks_that_are_done},
    {"prunes delivered events", prunes_delivered_events},
    {"prunes in small steps", prunes_in_small_steps},
    {"counts and totals", counts_and_totals},
    {"the backlog", the_backlog},
    {"broken promises come out", broken_promises_come_out},
    {"work that throws leaves nothing", work_that_throws_leaves_nothing},
};

}  // namespace recycled::store::conformance
