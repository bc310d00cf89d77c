// [schedule] and [limits]: how often, how long, how much at one time.
#include "config/reading.hpp"

namespace recycled::config {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Millis shortest{10};

void read_timing(Section& schedule, billing::Timing& timing) {
  const auto take = [&schedule](std::string_view key, DurationRange range, Millis& into) {
    into = schedule.duration(key, range).value_or(into);
  };
  take("first_inquiry", {shortest, days(7)}, timing.first_inquiry);
  take("longest_inquiry", {shortest, days(7)}, timing.longest_inquiry);
  take("grace", {Millis(0), days(7)}, timing.grace);
  take("last_look", {shortest, days(30)}, timing.last_look);
  // FlexFactor documents 24 hours, and no more, for a repeat under one key (flexfactor.md).
  take("repeat_window", {shortest, hours(24)}, timing.repeat_window);
  take("sync_repeat", {shortest, days(7)}, timing.sync_repeat);
  take("first_backoff", {shortest, hours(1)}, timing.first_backoff);
  take("longest_backoff", {shortest, hours(24)}, timing.longest_backoff);
  take("cascade_deadline", {seconds(1), seconds(60)}, timing.cascade_deadline);
  if (timing.longest_inquiry < timing.first_inquiry) {
    schedule.complain("longest_inquiry", "longest_inquiry is shorter than first_inquiry",
                      "Make it at least as long");
  }
  if (timing.longest_backoff < timing.first_backoff) {
    schedule.complain("longest_backoff", "longest_backoff is shorter than first_backoff",
                      "Make it at least as long");
  }
}

void read_callback_limits(Section& limits, Limits& into) {
  if (const auto bytes = limits.integer("callback_bytes", 1024, 16 * 1024 * 1024)) {
    into.callback_bytes = static_cast<std::size_t>(*bytes);
  }
  if (const auto bytes = limits.integer("callback_header_bytes", 1024, 1024 * 1024)) {
    into.callback_header_bytes = static_cast<std::size_t>(*bytes);
  }
  into.callback_deadline = limits.duration("callback_deadline", {Millis(100), minutes(5)})
                               .value_or(into.callback_deadline);
  if (const auto count = limits.integer("callback_connections", 1, 10000)) {
    into.callback_connections = static_cast<int>(*count);
  }
}

void read_api_limits(Section& limits, Limits& into) {
  if (const auto bytes = limits.integer("api_bytes", 1024, 16 * 1024 * 1024)) {
    into.api_bytes = static_cast<std::size_t>(*bytes);
  }
  into.api_deadline =
      limits.duration("api_deadline", {Millis(100), minutes(5)}).value_or(into.api_deadline);
  if (const auto count = limits.integer("api_connections", 1, 10000)) {
    into.api_connections = static_cast<int>(*count);
  }
}

void read_limits(Section& limits, Reading& reading) {
  Limits& into = reading.settings.limits;
  const auto take = [&limits](std::string_view key, DurationRange range, Millis& value) {
    value = limits.duration(key, range).value_or(value);
  };
  if (const auto count = limits.integer("in_flight", 1, 1000)) {
    into.in_flight = static_cast<int>(*count);
  }
  if (const auto count = limits.integer("failures_to_rest", 1, 1000)) {
    into.failures_to_rest = static_cast<int>(*count);
  }
  if (const auto count = limits.integer("scan_batch", 1, 10000)) {
    into.scan_batch = static_cast<int>(*count);
  }
  take("request_timeout", {Millis(100), minutes(5)}, into.request_timeout);
  take("connect_timeout", {Millis(100), minutes(1)}, into.connect_timeout);
  take("drain", {Millis(0), minutes(10)}, into.drain);
  read_callback_limits(limits, into);
  read_api_limits(limits, into);
  for (const Text& code : limits.texts("never_send_codes")) {
    reading.settings.rules.never_send_codes.push_back(code.value);
  }
  if (const auto count = limits.integer("card_cap", 0, 100)) {
    reading.settings.rules.card_cap = static_cast<int>(*count);
  }
  read_catches(limits, reading);
  limits.refuse_unknown();
}

}  // namespace

void read_schedule(Section& root, Reading& reading) {
  if (const Value* table = root.table("schedule")) {
    Section schedule = reading.section(*table, "[schedule]");
    ScheduleSettings& into = reading.settings.schedule;
    billing::Rules& rules = reading.settings.rules;
    into.scan_every =
        schedule.duration("scan_every", {shortest, days(1)}).value_or(into.scan_every);
    into.once_poll_gap =
        schedule.duration("once_poll_gap", {Millis(0), days(7)}).value_or(into.once_poll_gap);
    read_timing(schedule, rules.timing);
    using billing::LateSuccess;
    const Words<LateSuccess> policies{{"accept", LateSuccess::accept}, {"hold", LateSuccess::hold}};
    rules.late_success = schedule.word("late_success", policies).value_or(rules.late_success);
    using billing::LateCascade;
    const Words<LateCascade> reliefs{{"refund", LateCascade::refund}, {"hold", LateCascade::hold}};
    rules.late_cascade = schedule.word("late_cascade", reliefs).value_or(rules.late_cascade);
    using billing::WhenUnknown;
    const Words<WhenUnknown> questions{{"repeat", WhenUnknown::repeat},
                                       {"look_up", WhenUnknown::look_up},
                                       {"withdraw", WhenUnknown::withdraw}};
    rules.when_unknown = schedule.word("when_unknown", questions).value_or(rules.when_unknown);
    schedule.refuse_unknown();
  }
  if (const Value* table = root.table("limits")) {
    Section limits = reading.section(*table, "[limits]");
    read_limits(limits, reading);
  }
}

}  // namespace recycled::config
