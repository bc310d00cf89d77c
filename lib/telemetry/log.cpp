#include "telemetry/log.hpp"

#include <array>
#include <utility>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>

#include "telemetry/line.hpp"

namespace recycled::telemetry {
namespace {

constexpr std::array levels{
    std::pair<ports::Level, std::string_view>{ports::Level::debug, "debug"},
    std::pair<ports::Level, std::string_view>{ports::Level::info, "info"},
    std::pair<ports::Level, std::string_view>{ports::Level::warning, "warning"},
    std::pair<ports::Level, std::string_view>{ports::Level::error, "error"},
};

// The sink adds nothing to a line but its end, and writes it through at once: the last lines before
// a crash are the ones somebody will want.
std::unique_ptr<spdlog::logger> make_sink(std::ostream& out) {
  auto sink = std::make_shared<spdlog::sinks::ostream_sink_st>(out, true);
  auto made = std::make_unique<spdlog::logger>("recycled", std::move(sink));
  made->set_formatter(
      std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, "\n"));
  made->set_level(spdlog::level::trace);
  made->set_error_handler([](const std::string&) {});
  return made;
}

}  // namespace

std::string_view to_text(ports::Level level) {
  for (const auto& [known, text] : levels) {
    if (known == level) return text;
  }
  return "error";
}

std::optional<ports::Level> parse_level(std::string_view text) {
  for (const auto& [level, known] : levels) {
    if (known == text) return level;
  }
  return std::nullopt;
}

Log::Log(std::ostream& out, Format format, RunId run, const ports::Clock& clock,
         ports::Level minimum)
    : format_(format),
      run_(std::move(run)),
      clock_(clock),
      minimum_(minimum),
      sink_(make_sink(out)) {}

Log::~Log() = default;

void Log::note(const ports::Event& event) {
  if (ports::row_of(event.name).level < minimum_) return;
  const std::scoped_lock held(guard_);
  const auto line = [&] {
    switch (format_) {
      case Format::json:
        return json_line(event, run_, clock_.now(), redactor_);
      case Format::text:
        return text_line(event, clock_.now(), redactor_);
      case Format::journal:
        return journal_line(event, run_, clock_.now(), redactor_);
    }
    return std::string();
  }();
  sink_->info("{}", line);
}

void Log::hide(std::string_view secret) {
  const std::scoped_lock held(guard_);
  redactor_.hide(secret);
}

}  // namespace recycled::telemetry
