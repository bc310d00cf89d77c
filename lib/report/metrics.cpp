#include "report/metrics.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace recycled::report {
namespace {

using Families = std::vector<prometheus::MetricFamily>;
using Label = prometheus::ClientMetric::Label;
using prometheus::MetricType;

void add(prometheus::MetricFamily& family, std::int64_t value, std::vector<Label> labels = {}) {
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  const auto shown = static_cast<double>(value);  // counts and whole seconds: exact
  if (family.type == MetricType::Counter) {
    metric.counter.value = shown;
  } else {
    metric.gauge.value = shown;
  }
  family.metric.push_back(std::move(metric));
}

prometheus::MetricFamily family_of(const char* name, const char* help, MetricType type) {
  return {std::string("recycled_") + name, help, type, {}};
}

void gauge(Families& families, const char* name, const char* help, std::int64_t value) {
  families.push_back(family_of(name, help, MetricType::Gauge));
  add(families.back(), value);
}

void counter(Families& families, const char* name, const char* help, std::int64_t value) {
  families.push_back(family_of(name, help, MetricType::Counter));
  add(families.back(), value);
}

// Of each member of a set, also of those that are 0: an alert on one that was never there is mute.
template <class Set>
void by_word(prometheus::MetricFamily& family, const char* label,
             const std::map<Set, std::int64_t>& counts, Set last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto word = static_cast<Set>(i);
    const auto found = counts.find(word);
    add(family, found == counts.end() ? 0 : found->second,
        {{label, std::string(billing::to_text(word))}});
  }
}

std::int64_t seconds_since(Instant now, const std::optional<Instant>& then) {
  if (!then || *then >= now) return 0;
  return std::chrono::duration_cast<std::chrono::seconds>(now - *then).count();
}

std::int64_t seconds_of(const std::optional<Instant>& instant) {
  return instant ? to_millis(*instant) / 1000 : 0;
}

void add_backlog(Families& families, const Metrics& metrics) {
  const ports::Backlog& backlog = metrics.backlog;
  families.push_back(family_of("open_recoveries", "Recoveries that are not at their end, by state",
                               MetricType::Gauge));
  by_word(families.back(), "state", backlog.open, billing::RecoveryState::parked);
  gauge(families, "oldest_open_seconds", "Age of the oldest recovery that is not at its end",
        seconds_since(metrics.at, backlog.oldest_claim));
  gauge(families, "waiting_for_person",
        "Parked recoveries, callbacks and events that nobody looks at again by himself",
        backlog.waiting_for_person);
  gauge(families, "pauses",
        "Pauses that stand: by a person of everything, by the breaker of a gateway",
        metrics.pauses);
  gauge(families, "callbacks_to_retry", "Stored callbacks that are looked at again",
        backlog.callbacks);
  gauge(families, "last_callback_timestamp_seconds",
        "When FlexFactor last called back; 0: never in this ledger",
        seconds_of(backlog.last_callback));
  gauge(families, "events_waiting", "Events that wait for a receiver", backlog.deliveries);
  gauge(families, "oldest_event_seconds", "Age of the oldest event that waits for a receiver",
        seconds_since(metrics.at, backlog.oldest_delivery));
}

void add_last_run(Families& families, const Metrics& metrics) {
  const auto& run = metrics.last_run;
  gauge(families, "run_start_timestamp_seconds", "When the last run began; 0: none yet",
        run ? seconds_of(run->started_at) : 0);
  gauge(families, "run_end_timestamp_seconds",
        "When the last run ended in good order; 0: it has not",
        run ? seconds_of(run->ended_at) : 0);
}

void add_run(Families& families, const ports::RunCounts& run) {
  counter(families, "scanned_total", "Subscriptions the scan has looked at", run.scanned);
  counter(families, "claimed_total", "Re-attempts taken over", run.claimed);
  counter(families, "provider_calls_total", "Calls at FlexFactor", run.calls);
  counter(families, "provider_calls_answered_total", "Of those, the ones that were answered",
          run.answered);
  counter(families, "callbacks_total", "Callbacks taken in", run.callbacks);
  counter(families, "events_delivered_total", "Events taken by a receiver", run.delivered);
  families.push_back(
      family_of("recoveries_total", "Recoveries that came into a state", MetricType::Counter));
  by_word(families.back(), "state", run.became, billing::RecoveryState::released);
  families.push_back(
      family_of("held_total", "Subscriptions that were due and not taken", MetricType::Counter));
  for (const auto& [reason, count] : ports::excluded(run)) {
    add(families.back(), count, {{"reason", std::string(reason)}});
  }
  families.push_back(family_of("recovered_minor_units_total",
                               "Money recovered, in minor units of its currency",
                               MetricType::Counter));
  for (const auto& [currency, minor] : run.recovered) {
    add(families.back(), minor, {{"currency", std::string(currency.code())}});
  }
}

}  // namespace

Metrics gather_metrics(ports::LedgerReader& ledger, Instant now) {
  Metrics metrics;
  metrics.at = now;
  metrics.backlog = ledger.backlog();
  metrics.pauses = std::ssize(ledger.pauses());
  const auto due = ledger.next_due();
  const auto step = ledger.next_step();
  metrics.oldest_due = due && step ? std::min(*due, *step) : due ? due : step;
  metrics.last_run = ledger.last_run();
  return metrics;
}

std::string to_prometheus(const Metrics& metrics) {
  Families families;
  gauge(families, "oldest_due_seconds",
        "For how long the oldest item that is due has waited; 0: nothing is overdue",
        seconds_since(metrics.at, metrics.oldest_due));
  add_backlog(families, metrics);
  add_last_run(families, metrics);
  add_run(families, metrics.run);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace recycled::report
