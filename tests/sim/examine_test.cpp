// Each promise that `verify` asks a ledger for, broken on purpose in a ledger that has lived, and
// found under its name. Somebody with sqlite3 can drop a trigger first, and so does this.
#include <chrono>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "sim/examined.hpp"
#include "sim/usual.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using report::Invariant;

namespace {

const Instant start = *parse_instant("2026-03-01T12:00:00Z");

// Two weeks of ten subscriptions and a sale; "pending" ones are open at the end.
struct Lived {
  Lived() : settings(simulation::usual_settings(start, 1h, 2h)), world(settings) {
    const char* const fates[] = {"approve-", "approve-", "decline-", "pending-", "approve-"};
    for (int index = 0; index < 10; ++index) {
      world.import(simulation::declined("S" + std::to_string(index),
                                        fates[index % 5] + std::to_string(index),
                                        start - std::chrono::hours(24 * 3)));
    }
    world.import(simulation::declined_sale("O1", "approve-sale", start));
    world.rerun("O1");
    world.live_until(start + std::chrono::days(14));
  }

  // What is found in a copy that this was done to.
  report::Examination after(const std::string& sql, const std::string& head = {}) {
    const auto copy = world.ledger().file.string() + ".copy";
    std::filesystem::remove(copy);
    SQLite::Database(world.ledger().file.string(), SQLite::OPEN_READWRITE)
        .exec("VACUUM INTO '" + copy + "'");
    SQLite::Database changed(copy, SQLite::OPEN_READWRITE);
    changed.exec("PRAGMA foreign_keys = OFF");
    changed.exec("PRAGMA ignore_check_constraints = ON");
    changed.exec(
        "DROP TRIGGER audit_append_only; DROP TRIGGER audit_stays;"
        " DROP TRIGGER recovered_is_final; DROP TRIGGER ends_are_final;"
        " DROP TRIGGER callback_append_only");
    changed.exec(sql);
    return simulation::examined(copy, settings.rules, now.value_or(world.now()), head);
  }

  bool finds(Invariant invariant, const std::string& sql) {
    const auto found = after(sql);
    INFO(to_text(found));
    CHECK(found.counts.contains(invariant));
    return found.counts.contains(invariant);
  }

  simulation::WorldSettings settings;
  simulation::World world;
  std::optional<Instant> now;
};

const report::Breach& first(const report::Examination& found, Invariant invariant) {
  for (const auto& one : found.findings) {
    if (one.invariant == invariant) return one;
  }
  FAIL("nothing of the kind in: " << to_text(found));
  return found.findings.front();
}

}  // namespace

TEST_CASE("X1: a ledger that has lived has nothing wrong with it, and its triggers count") {
  Lived lived;
  simulation::check_ledger_is_clean(lived.world, lived.settings.rules);
  const auto found = lived.after("");
  CHECK(found.counts.size() == 1);
  CHECK(found.counts.at(Invariant::schema_changed) == 5);
}

TEST_CASE("verify: the audit trail tells which row was changed or swapped") {
  Lived lived;
  for (const char* change :
       {"event = 'x'", "before = 'x'", "after = 'x'", "reason = 'x'", "claim = 'x'", "at = at + 1",
        "recovery_key = 99", "subscription_key = 2 - (subscription_key = 2)", "hash = NULL"}) {
    CAPTURE(change);
    const auto found = lived.after("UPDATE audit SET " + std::string(change) + " WHERE key = 7");
    CHECK(first(found, Invariant::audit_row_changed).whose.starts_with("audit row 7"));
  }
  const auto found = lived.after(
      "UPDATE audit SET key = -1 WHERE key = 4; UPDATE audit SET key = 4 WHERE key = 9;"
      "UPDATE audit SET key = 9 WHERE key = -1");
  CHECK(first(found, Invariant::audit_row_changed).whose.starts_with("audit row 4 of "));
  // Another installation's trail does not begin as ours.
  CHECK(lived.finds(Invariant::audit_row_changed, "UPDATE meta SET value = 'x'"));
}

TEST_CASE("verify: the audit trail tells which rows were taken out or cut off") {
  Lived lived;
  const auto end = lived.after("").head;
  REQUIRE(end.rows > 20);
  const auto taken = lived.after("DELETE FROM audit WHERE key BETWEEN 5 AND 6");
  CHECK(first(taken, Invariant::audit_row_missing).whose == "audit rows 5 to 6");
  CHECK_FALSE(taken.counts.contains(Invariant::audit_row_changed));
  const auto begun = lived.after("DELETE FROM audit WHERE key = 1");
  CHECK(first(begun, Invariant::audit_row_missing).whose == "audit row 1");
  const std::string last = std::to_string(end.rows);
  const auto cut = lived.after("DELETE FROM audit WHERE key = " + last);
  CHECK(first(cut, Invariant::audit_end_missing).whose == "audit row " + last);
  CHECK(lived.finds(Invariant::audit_end_missing, "UPDATE audit_head SET hash = 'x'"));
  CHECK(lived.finds(Invariant::audit_end_missing, "DELETE FROM audit_head"));
}

TEST_CASE("verify: a head that was seen is known at its row, and another is not") {
  Lived lived;
  const auto end = lived.after("").head;
  CHECK(lived.after("", end.hash).asked_at == end.rows);
  const auto origin = ports::origin_of_chain(InstallationId("simulation"));
  CHECK(lived.after("", origin).asked_at == 0);
  const auto found = lived.after("", "somewhere else");
  CHECK_FALSE(found.asked_at.has_value());
  CHECK(found.counts.at(Invariant::head_unknown) == 1);
  // Cut off with care, so that nothing but that head can tell.
  const std::string cut = std::to_string(end.rows - 2);
  const auto shorter =
      lived.after("DELETE FROM audit WHERE key > " + cut + "; UPDATE audit_head SET rows = " + cut +
                      ", hash = (SELECT hash FROM audit WHERE key = " + cut + ")",
                  end.hash);
  CHECK(shorter.counts.contains(Invariant::head_unknown));
}

TEST_CASE("verify: money, states and requests that were changed are found by name") {
  Lived lived;
  for (const char* change :
       {"amount = amount - 1", "return_card = 'x'", "return_gateway = 'x'", "cycle = cycle + 1",
        "expires_at = expires_at + 1", "order_id = 'x'"}) {
    CAPTURE(change);
    CHECK(lived.finds(Invariant::claim_changed,
                      "UPDATE recovery SET " + std::string(change) + " WHERE key = 1"));
  }
  CHECK(lived.finds(Invariant::state_not_audited,
                    "UPDATE recovery SET state = 'failed' WHERE state = 'recovered'"));
  CHECK(
      lived.finds(Invariant::foreign_order_id, "UPDATE recovery SET order_id = 'x' WHERE key = 1"));
  CHECK(lived.finds(Invariant::foreign_order_id, "UPDATE subscription SET id = 'x' WHERE key = 1"));
  CHECK(lived.finds(Invariant::request_missing, "DELETE FROM request WHERE recovery_key = 1"));
  CHECK(lived.finds(Invariant::request_changed, "UPDATE request SET sha256 = 'x'"));
  CHECK(lived.finds(Invariant::request_differs, "UPDATE request SET body = 'x'"));
  CHECK(lived.finds(Invariant::request_differs, "UPDATE recovery SET amount = 1 WHERE key = 1"));
  CHECK(lived.finds(Invariant::request_differs, "UPDATE recovery SET sending = 2 WHERE key = 1"));
  CHECK(lived.finds(Invariant::amount_above_price,
                    "UPDATE request SET body = json_set(body, '$.subscription.price', '1')"));
}

TEST_CASE("verify: two of a cycle or sale are found though the index that forbids it is gone") {
  Lived lived;
  const auto twice = [](const std::string& state, const std::string& kind) {
    return "DROP INDEX one_live_recovery; DROP INDEX one_live_recovery_of_sale;"
           "CREATE TABLE copied AS SELECT * FROM recovery WHERE state = '" +
           state + "' AND kind = '" + kind +
           "'; UPDATE copied SET key = key + 1000, order_id = 'x' || key;"
           "INSERT INTO recovery SELECT * FROM copied";
  };
  CHECK(lived.finds(Invariant::second_live, twice("waiting", "recycle")));
  CHECK(lived.finds(Invariant::second_success, twice("recovered", "recycle")));
  CHECK(lived.finds(Invariant::second_success, twice("recovered", "rerun")));
}

TEST_CASE(
    "verify: a rerun that is charged after a cascade that was given back is no second charge") {
  auto settings = simulation::usual_settings(start, 1h, 2h);
  settings.rules.gateways.at(GatewayId("ff")).flexfactor->cascade_all = true;
  simulation::World world(settings);
  auto sale = simulation::declined_sale("O", "late-1", start);
  sale.payer.ip_address = "192.0.2.7";
  world.cascade(start + 1h, sale);  // charged twelve hours after its shopper was told "no"
  world.live_until(start + 2h);
  world.rerun("O");
  world.live_until(start + 40 * 24h);
  const auto past = world.recoveries_of_sale("O");
  REQUIRE(past.size() == 2);
  CHECK(past[0].recovery.refunded);
  CHECK(past[1].recovery.state == billing::RecoveryState::recovered);
  CHECK(world.charges().size() == 2);
  simulation::check_ledger_is_clean(world, settings.rules);
}

TEST_CASE("verify: what hangs, is too late or has no trace is found by name") {
  Lived lived;
  CHECK(lived.finds(Invariant::sends_after_end,
                    "UPDATE recovery SET step = 'send', next_at = 1 WHERE state = 'failed'"));
  CHECK(lived.finds(Invariant::no_next_step,
                    "UPDATE recovery SET step = 'none', next_at = NULL WHERE state = 'waiting'"));
  CHECK(lived.finds(Invariant::never_called, "DELETE FROM attempt; DELETE FROM callback"));
  CHECK(lived.finds(Invariant::subscription_behind,
                    "UPDATE subscription SET cycle = 5 WHERE status = 'active'"));
  CHECK(lived.finds(Invariant::subscription_behind,
                    "UPDATE subscription SET status = 'recycle_billing', declined_at = 1"
                    " WHERE status = 'recycle_failed'"));
  CHECK(lived.finds(Invariant::queue_differs, "INSERT INTO due VALUES (1, 1)"));
  CHECK(lived.finds(Invariant::queue_differs,
                    "DROP TRIGGER due_as_planned_anew; UPDATE subscription SET due_at = 1,"
                    " status = 'recycle_billing', declined_at = 1, cycle = 99 WHERE key = 1"));
  CHECK(lived.finds(Invariant::at_flexfactor, "UPDATE subscription SET gateway = 'ff'"));
  CHECK(lived.finds(Invariant::event_missing, "DELETE FROM outbox"));
  CHECK(lived.finds(Invariant::event_missing,
                    "DELETE FROM outbox WHERE type = 'fulfillment.requested'"));
  CHECK(lived.finds(Invariant::delivery_missing, "DELETE FROM delivery WHERE outbox_key = 2"));
  CHECK(lived.finds(Invariant::callback_without_recovery,
                    "UPDATE callback SET order_id = 'x', provider_order = 'x'"));
  lived.now = lived.world.now() + std::chrono::days(60);
  CHECK(lived.finds(Invariant::overdue, ""));
}

TEST_CASE("verify: a broken reference, schema or page is found by name") {
  Lived lived;
  CHECK(lived.finds(Invariant::dangling_reference,
                    "UPDATE outbox SET recovery_key = 4711 WHERE key = 1"));
  CHECK(lived.finds(Invariant::schema_changed, "DROP INDEX recovery_step"));
  CHECK(lived.finds(Invariant::schema_changed, "CREATE TABLE mine (x)"));
  // The pages of an index that the schema has forgotten.
  CHECK(lived.finds(Invariant::damaged,
                    "PRAGMA writable_schema = ON;"
                    "DELETE FROM sqlite_schema WHERE name = 'attempt_of'"));
}
