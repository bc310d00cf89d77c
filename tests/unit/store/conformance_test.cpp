// The suite that every backend passes, on SQLite: once on the caller's thread, once on the store's
// own, for the two must not differ in anything but where the work runs.
#include "unit/store/conformance.hpp"

#include "unit/store/fixture.hpp"

namespace recycled::store {
namespace {

// Every call makes a ledger on a file of its own; the folder lives as long as the maker.
conformance::MakeLedger sqlite(Executor executor) {
  const auto folder = std::make_shared<testing::Scratch>();
  const auto count = std::make_shared<int>(0);
  return [folder, count, executor]() -> std::unique_ptr<ports::Ledger> {
    const auto file = *folder / ("ledger-" + std::to_string((*count)++) + ".db");
    auto opened = SqliteLedger::open(file, executor, noon);
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
    return std::move(*opened);
  };
}

TEST_CASE("conformance: subscriptions on SQLite") {
  const auto make = sqlite(Executor::inline_);
  SUBCASE("every field") { conformance::keeps_every_field_of_a_subscription(make); }
  SUBCASE("put twice") { conformance::putting_twice_replaces(make); }
  SUBCASE("plans and settlements") { conformance::plans_statuses_and_settlements(make); }
  SUBCASE("in recycle billing") { conformance::pages_recycle_billing(make); }
}

TEST_CASE("L20 conformance: the walk over what is due skips and repeats nothing") {
  conformance::walks_what_is_due(sqlite(Executor::inline_));
}

TEST_CASE("L20 conformance: the walk over a period's declines skips and repeats nothing") {
  conformance::walks_the_declines_of_a_period(sqlite(Executor::inline_));
}

TEST_CASE("L5 L10 conformance: what is handed over or has left is not due") {
  conformance::due_leaves_out_what_is_handed_over(sqlite(Executor::inline_));
}

TEST_CASE("conformance: new sales on SQLite") {
  const auto make = sqlite(Executor::inline_);
  SUBCASE("every field") { conformance::keeps_every_field_of_a_sale(make); }
  SUBCASE("found") { conformance::finds_sales(make); }
  SUBCASE("held") { conformance::lists_what_is_held(make); }
}

TEST_CASE("L2 conformance: one live recovery a sale") {
  conformance::one_live_recovery_a_sale(sqlite(Executor::inline_));
}

TEST_CASE("L2 conformance: one live recovery a cycle") {
  conformance::one_live_recovery_a_cycle(sqlite(Executor::inline_));
}

TEST_CASE("L26 conformance: what ended long ago is pruned, and nothing else") {
  const auto make = sqlite(Executor::inline_);
  SUBCASE("recoveries") { conformance::prunes_what_ended(make); }
  SUBCASE("callbacks") { conformance::prunes_callbacks_that_are_done(make); }
  SUBCASE("events") { conformance::prunes_delivered_events(make); }
  SUBCASE("small steps") { conformance::prunes_in_small_steps(make); }
}

TEST_CASE("L12 conformance: updates are guarded and ends are final") {
  const auto make = sqlite(Executor::inline_);
  SUBCASE("guard") { conformance::updates_are_guarded(make); }
  SUBCASE("ends") { conformance::ends_are_final(make); }
}

TEST_CASE("conformance: recoveries on SQLite") {
  const auto make = sqlite(Executor::inline_);
  SUBCASE("every field") { conformance::keeps_every_field_of_a_recovery(make); }
  SUBCASE("steps due") { conformance::walks_steps_due(make); }
  SUBCASE("inquiries made due") { conformance::makes_inquiries_due(make); }
  SUBCASE("claims of a card") { conformance::counts_the_claims_of_a_card(make); }
  SUBCASE("handed over since") { conformance::sums_what_was_handed_over(make); }
  SUBCASE("by state") { conformance::pages_a_state(make); }
  SUBCASE("with their decline") { conformance::keeps_the_decline_of_a_claim(make); }
}

TEST_CASE("conformance: the kill switch on SQLite") {
  const auto make = sqlite(Executor::inline_);
  SUBCASE("kept") { conformance::keeps_pauses(make); }
  SUBCASE("held") { conformance::a_pause_holds_what_has_not_left(make); }
  SUBCASE("recent results") { conformance::keeps_recent_results(make); }
}

TEST_CASE("X4 conformance: what a peer says is kept without card numbers") {
  conformance::hides_card_numbers(sqlite(Executor::inline_));
}

TEST_CASE("conformance: history and failing work on SQLite") {
  const auto make = sqlite(Executor::inline_);
  SUBCASE("callbacks") { conformance::keeps_callbacks(make); }
  SUBCASE("woken") { conformance::a_claim_wakes_the_callbacks_that_waited_for_it(make); }
  SUBCASE("nonces") { conformance::nonces_are_taken_once(make); }
  SUBCASE("attempts and audit") { conformance::keeps_attempts_and_audit(make); }
  SUBCASE("meta and runs") { conformance::keeps_meta_and_runs(make); }
  SUBCASE("dry runs") { conformance::keeps_dry_runs(make); }
  SUBCASE("counts") { conformance::counts_and_totals(make); }
  SUBCASE("backlog") { conformance::the_backlog(make); }
  SUBCASE("broken promises") { conformance::broken_promises_come_out(make); }
  SUBCASE("work that throws") { conformance::work_that_throws_leaves_nothing(make); }
}

TEST_CASE("conformance: events on their way, on SQLite") {
  const auto make = sqlite(Executor::inline_);
  SUBCASE("fields") { conformance::events_carry_what_a_receiver_needs(make); }
  SUBCASE("queued") { conformance::events_are_queued_once_for_each_sink(make); }
  SUBCASE("in order") { conformance::a_subject_s_events_keep_their_order(make); }
  SUBCASE("replayed") { conformance::a_replayed_event_takes_its_place_again(make); }
  SUBCASE("listed") { conformance::lists_and_counts_events(make); }
}

TEST_CASE("conformance: all of it again on the store's own thread") {
  const auto make = sqlite(Executor::thread);
  for (const conformance::Case& one : conformance::every_case) {
    CAPTURE(one.name);
    one.run(make);
  }
}

}  // namespace
}  // namespace recycled::store
