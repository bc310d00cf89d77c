// Instants are UTC milliseconds; days are civil days and belong to a time zone that only a Calendar
// knows (ports/calendar.hpp). The two never convert into each other here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace recycled {

using Millis = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Millis>;
using CivilDate = std::chrono::year_month_day;

inline constexpr std::int64_t to_millis(Instant at) { return at.time_since_epoch().count(); }
inline constexpr Instant from_millis(std::int64_t ms) { return Instant(Millis(ms)); }

// The date `days` civil days after `date`.
inline CivilDate add_days(CivilDate date, int days) {
  return CivilDate(std::chrono::sys_days(date) + std::chrono::days(days));
}

// "2026-11-23T09:30:00.120Z"; milliseconds only when there are any.
std::string to_iso8601(Instant at);
// "2026-11-23".
std::string to_iso8601(CivilDate date);

// Reads what to_iso8601 writes, and any offset ("+02:00") and up to nine fractional digits, of
// which three are kept. Nothing on anything else, a date out of range included.
std::optional<Instant> parse_instant(std::string_view text);
std::optional<CivilDate> parse_date(std::string_view text);

// "90s", "15m", "6h", "21d", also compound "1h30m"; positive or zero. Nothing on anything else.
std::optional<Millis> parse_duration(std::string_view text);
// The shortest spelling parse_duration reads back: "6h", "1h30m", "250ms".
std::string to_text(Millis duration);

}  // namespace recycled
