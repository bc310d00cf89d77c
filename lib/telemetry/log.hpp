// Events as log lines, one a line. Source: operations.md "Log".
#pragma once

#include <iosfwd>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/id.hpp"
#include "ports/clock.hpp"
#include "ports/events.hpp"
#include "telemetry/redact.hpp"

namespace spdlog {
class logger;
}

namespace recycled::telemetry {

enum class Format {
  json,     // {"ts":"…","level":"info","event":"recovery.claimed","run":"…",…}
  text,     // for a terminal: 2026-11-23T09:30:00Z info recovery.claimed subscription=S1 …
  journal,  // the JSON after the level as syslog numbers it, which journald takes off: <6>{…
};

// "debug", "info", "warning", "error".
std::string_view to_text(ports::Level level);
std::optional<ports::Level> parse_level(std::string_view text);

// Writes each event at once and never fails: a log that cannot be written must not stop billing.
// Every value is redacted on its way out. May be used from several threads.
class Log final : public ports::Events {
 public:
  // `out` and `clock` outlive the log. Events below `minimum` are dropped.
  Log(std::ostream& out, Format format, RunId run, const ports::Clock& clock,
      ports::Level minimum = ports::Level::info);
  ~Log() override;

  void note(const ports::Event& event) override;

  // From now on no line contains that text.
  void hide(std::string_view secret);

 private:
  const Format format_;
  const RunId run_;
  const ports::Clock& clock_;
  const ports::Level minimum_;
  std::mutex guard_;
  Redactor redactor_;
  std::unique_ptr<spdlog::logger> sink_;
};

}  // namespace recycled::telemetry
