#include "report/metrics.hpp"

#include <string>

#include <doctest/doctest.h>

#include "fake_ledger.hpp"

namespace recycled::report {
namespace {

const Instant now = *parse_instant("2026-11-23T09:30:00Z");

bool has(const std::string& text, const std::string& line) {
  return text.find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("L22: the oldest item that is due is the first figure") {
  Metrics metrics;
  metrics.at = now;
  const std::string quiet = to_prometheus(metrics);
  CHECK(quiet.starts_with("# HELP recycled_oldest_due_seconds "));
  CHECK(has(quiet, "recycled_oldest_due_seconds 0"));
  metrics.oldest_due = now + Millis(5000);  // yet to come
  CHECK(has(to_prometheus(metrics), "recycled_oldest_due_seconds 0"));
  metrics.oldest_due = now - std::chrono::hours(2) - Millis(1999);
  CHECK(has(to_prometheus(metrics), "recycled_oldest_due_seconds 7201"));
}

TEST_CASE("L22: every open state is there, also with none in it") {
  Metrics metrics;
  metrics.at = now;
  metrics.backlog.open[billing::RecoveryState::waiting] = 3;
  metrics.backlog.waiting_for_person = 2;
  metrics.backlog.oldest_claim = now - std::chrono::seconds(90);
  metrics.backlog.last_callback = from_millis(12'999);
  const std::string text = to_prometheus(metrics);
  CHECK(has(text, "recycled_open_recoveries{state=\"waiting\"} 3"));
  CHECK(has(text, "recycled_open_recoveries{state=\"unknown\"} 0"));
  CHECK(has(text, "recycled_open_recoveries{state=\"parked\"} 0"));
  CHECK(text.find("recycled_open_recoveries{state=\"recovered\"}") == std::string::npos);
  CHECK(has(text, "recycled_waiting_for_person 2"));
  CHECK(has(text, "recycled_oldest_open_seconds 90"));
  CHECK(has(text, "recycled_last_callback_timestamp_seconds 12"));
}

TEST_CASE("L22: what a run has done is counted by state, reason and currency") {
  Metrics metrics;
  metrics.at = now;
  metrics.run.claimed = 12;
  metrics.run.became[billing::RecoveryState::recovered] = 7;
  metrics.run.held[billing::NotTaken::no_card] = 1;
  metrics.run.recovered[*Currency::parse("JPY")] = 62'000;
  metrics.run.recovered[*Currency::parse("USD")] = 1'234'567'890'123;
  const std::string text = to_prometheus(metrics);
  CHECK(has(text, "# TYPE recycled_claimed_total counter"));
  CHECK(has(text, "recycled_claimed_total 12"));
  CHECK(has(text, "recycled_recoveries_total{state=\"recovered\"} 7"));
  CHECK(has(text, "recycled_held_total{reason=\"no_card\"} 1"));
  CHECK(has(text, "recycled_recovered_minor_units_total{currency=\"JPY\"} 62000"));
  CHECK(has(text, "recycled_recovered_minor_units_total{currency=\"USD\"} 1234567890123"));
}

TEST_CASE("L22: what is read of the ledger") {
  FakeLedger ledger;
  ledger.backlog_now.open[billing::RecoveryState::unknown] = 4;
  const Metrics metrics = gather_metrics(ledger, now);
  CHECK(metrics.at == now);
  CHECK(metrics.backlog.open.at(billing::RecoveryState::unknown) == 4);
  CHECK_FALSE(metrics.oldest_due.has_value());
}

}  // namespace
}  // namespace recycled::report
