#include "telemetry/line.hpp"

#include "base/json_writer.hpp"
#include "telemetry/figures.hpp"
#include "telemetry/log.hpp"

namespace recycled::telemetry {
namespace {

constexpr std::size_t usual_size = 512;  // of a line

// Always with its milliseconds: lines sort by their text.
std::string stamp(Instant at) {
  std::string text = to_iso8601(at);
  if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000");
  return text;
}

// The two kinds a value is written in: a text in quotes, a number without.
enum class Kind { text, number };

// What an event has of `recovery … ms`, in the order of the interface; values not redacted yet.
template <class Add>
void each_field(const ports::Event& event, const Add& add) {
  const auto text = [&add](std::string_view name, std::string_view value) {
    if (!value.empty()) add(name, value, Kind::text);
  };
  const auto number = [&add](std::string_view name, std::int64_t value) {
    add(name, std::to_string(value), Kind::number);
  };
  text("recovery", event.recovery);
  text("subscription", event.subscription);
  text("sale", event.sale);
  text("order", event.order);
  text("gateway", event.gateway);
  if (event.reattempt) number("reattempt", *event.reattempt);
  if (event.amount) text("amount", to_decimal(*event.amount));
  if (event.amount) text("currency", event.amount->currency.code());
  text("provider_order", event.provider_order);
  text("reason", event.reason);
  if (event.count) number("count", *event.count);
  if (event.took) number("ms", event.took->count());
}

void add_json(std::string& line, std::string_view name, std::string_view value) {
  line += line.size() > 1 ? ",\"" : "\"";
  line += name;
  line += "\":";
  append_json_string(line, value);
}

// For a person's eye a plain word needs no quotes.
void add_pair(std::string& line, std::string_view name, std::string_view printable) {
  line += ' ';
  line += name;
  line += '=';
  const bool plain = printable.find_first_of(" \"=") == std::string_view::npos;
  if (plain) {
    line += printable;
  } else {
    append_json_string(line, printable);
  }
}

// syslog's numbers, which journald reads.
std::string_view journal_prefix(ports::Level level) {
  switch (level) {
    case ports::Level::debug:
      return "<7>";
    case ports::Level::info:
      return "<6>";
    case ports::Level::warning:
      return "<4>";
    case ports::Level::error:
      return "<3>";
  }
  return "<3>";
}

}  // namespace

std::string json_line(const ports::Event& event, const RunId& run, Instant at,
                      const Redactor& redactor) {
  const ports::EventRow& row = ports::row_of(event.name);
  std::string line = "{";
  line.reserve(usual_size);
  add_json(line, "ts", stamp(at));
  add_json(line, "level", to_text(row.level));
  add_json(line, "event", row.text);
  if (!run.empty()) add_json(line, "run", redactor.redact(run.str()));
  each_field(event, [&](std::string_view name, std::string_view value, Kind kind) {
    if (kind == Kind::text) return add_json(line, name, redactor.redact(value));
    line += ",\"";
    line += name;
    line += "\":";
    line += value;
  });
  if (event.figures) line += ',' + json_members(*event.figures);
  line += '}';
  return line;
}

std::string text_line(const ports::Event& event, Instant at, const Redactor& redactor) {
  const ports::EventRow& row = ports::row_of(event.name);
  std::string line = stamp(at) + ' ';
  line += to_text(row.level);
  line += ' ';
  line += row.text;
  each_field(event, [&](std::string_view name, std::string_view value, Kind) {
    add_pair(line, name, redactor.redact(value));
  });
  return event.figures ? line + ": " + ports::to_text(*event.figures) : line;
}

std::string journal_line(const ports::Event& event, const RunId& run, Instant at,
                         const Redactor& redactor) {
  return std::string(journal_prefix(ports::row_of(event.name).level)) +
         json_line(event, run, at, redactor);
}

}  // namespace recycled::telemetry
