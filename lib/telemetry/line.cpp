#include "telemetry/line.hpp"

#include "telemetry/figures.hpp"
#include "telemetry/log.hpp"

namespace recycled::telemetry {
namespace {

// Always with its milliseconds: lines sort by their text.
std::string stamp(Instant at) {
  std::string text = to_iso8601(at);
  if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000");
  return text;
}

std::string quoted(std::string_view printable) {
  std::string made = "\"";
  for (const char c : printable) {
    if (c == '"' || c == '\\') made += '\\';
    made += c;
  }
  return made + '"';
}

// For a person's eye a plain word needs no quotes.
std::string quoted_if_needed(std::string_view printable) {
  const bool plain = printable.find_first_of(" \"=") == std::string_view::npos;
  return plain ? std::string(printable) : quoted(printable);
}

void add_json(std::string& line, const Field& field, const Redactor& redactor) {
  if (line.size() > 1) line += ',';
  line += quoted(field.name) + ':';
  line += field.kind == Kind::number ? field.value : quoted(redactor.redact(field.value));
}

std::string pairs(const ports::Event& event, const Redactor& redactor) {
  std::string made;
  for (const Field& field : fields_of(event)) {
    made += ' ';
    made += field.name;
    made += '=';
    made += quoted_if_needed(redactor.redact(field.value));
  }
  return made;
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

std::vector<Field> fields_of(const ports::Event& event) {
  std::vector<Field> made;
  const auto text = [&made](std::string_view name, std::string value) {
    if (!value.empty()) made.push_back({name, std::move(value), Kind::text});
  };
  const auto number = [&made](std::string_view name, std::int64_t value) {
    made.push_back({name, std::to_string(value), Kind::number});
  };
  text("recovery", event.recovery);
  text("subscription", event.subscription);
  text("sale", event.sale);
  text("order", event.order);
  text("gateway", event.gateway);
  if (event.reattempt) number("reattempt", *event.reattempt);
  if (event.amount) text("amount", to_decimal(*event.amount));
  if (event.amount) text("currency", std::string(event.amount->currency.code()));
  text("provider_order", event.provider_order);
  text("reason", event.reason);
  if (event.count) number("count", *event.count);
  if (event.took) number("ms", event.took->count());
  return made;
}

std::string json_line(const ports::Event& event, const RunId& run, Instant at,
                      const Redactor& redactor) {
  const ports::EventRow& row = ports::row_of(event.name);
  std::string line = "{";
  add_json(line, {"ts", stamp(at)}, redactor);
  add_json(line, {"level", std::string(to_text(row.level))}, redactor);
  add_json(line, {"event", std::string(row.text)}, redactor);
  if (!run.empty()) add_json(line, {"run", run.str()}, redactor);
  for (const Field& field : fields_of(event)) add_json(line, field, redactor);
  if (event.figures) line += ',' + json_members(*event.figures);
  return line + '}';
}

std::string text_line(const ports::Event& event, Instant at, const Redactor& redactor) {
  const ports::EventRow& row = ports::row_of(event.name);
  std::string line = stamp(at) + ' ';
  line += to_text(row.level);
  line += ' ';
  line += row.text;
  line += pairs(event, redactor);
  return event.figures ? line + ": " + ports::to_text(*event.figures) : line;
}

std::string journal_line(const ports::Event& event, const RunId& run, Instant at,
                         const Redactor& redactor) {
  return std::string(journal_prefix(ports::row_of(event.name).level)) +
         json_line(event, run, at, redactor);
}

}  // namespace recycled::telemetry
