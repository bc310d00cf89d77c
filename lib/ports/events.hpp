// What the program says about itself, one event at a time. The table of names and levels is here
// because it is an interface (operations.md "Log"); how a line looks is telemetry's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/money.hpp"
#include "base/time.hpp"
#include "ports/run_counts.hpp"

namespace recycled::ports {

enum class Level { debug, info, warning, error };

enum class EventName {
  run_started,
  run_summary,
  run_ended,
  audit_head,
  run_refused,
  run_busy,
  run_paused,
  run_resumed,
  breaker_tripped,
  ceiling_reached,
  rules_changed,
  scan_done,
  recovery_claimed,
  recovery_sent,
  recovery_pending,
  recovery_recovered,
  recovery_failed,
  recovery_withdrawn,
  recovery_released,
  recovery_parked,
  recovery_retry,
  recovery_unknown,
  recovery_inquired,
  recovery_expired,
  recovery_withdrawing,
  recovery_interrupted,
  recovery_alarm,
  recovery_resolved,
  subscription_held,
  callback_received,
  callback_refused,
  callback_unmatched,
  callback_failed,
  callback_given_up,
  callback_replayed,
  event_delivered,
  event_failed,
  event_given_up,
  event_replayed,
  provider_token,
  provider_unavailable,
  provider_slowed,
  provider_paused,
  provider_resumed,
  listener_started,
  listener_stopped,
  stop_requested,
  secrets_reloaded,
  secrets_refused,
  cascade_answered,
  api_declines,
  api_orders,
  api_reruns,
  api_refused,
  api_failed,
  store_failed,
};

struct EventRow {
  EventName name;
  std::string_view text;
  Level level;
  std::string_view meaning;  // one sentence for the README's table
};

inline constexpr auto event_count = static_cast<std::size_t>(EventName::store_failed) + 1;

// The one table. README's is compared with it by a test.
extern const std::array<EventRow, event_count> event_table;
const EventRow& row_of(EventName name);

// One event. The fields are an allow-list: there is no place for anything else, so neither a card
// number nor a key has a way into the log.
struct Event {
  explicit Event(EventName event_name) : name(event_name) {}

  EventName name;
  std::string recovery;
  std::string subscription;
  std::string sale;  // the merchant's order
  std::string order;
  std::string gateway;
  std::optional<int> reattempt;
  std::optional<Money> amount;
  std::string provider_order;
  std::string reason;  // a reason code, or a short sentence
  std::optional<std::int64_t> count;
  std::optional<Millis> took;
  std::optional<RunCounts> figures;  // of run.summary alone
};

class Events {
 public:
  virtual ~Events() = default;
  virtual void note(const Event& event) = 0;
};

}  // namespace recycled::ports
