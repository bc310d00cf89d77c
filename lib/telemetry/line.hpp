// How an event becomes the text of one line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "ports/events.hpp"
#include "telemetry/redact.hpp"

namespace recycled::telemetry {

// The two kinds a value is written in: a text in quotes, a number without.
enum class Kind { text, number };

struct Field {
  std::string_view name;
  std::string value;
  Kind kind = Kind::text;
};

// What an event has of `recovery … ms`, in the order of the interface; values not redacted yet.
std::vector<Field> fields_of(const ports::Event& event);

std::string json_line(const ports::Event& event, const RunId& run, Instant at,
                      const Redactor& redactor);
// Without the run: a terminal shows one.
std::string text_line(const ports::Event& event, Instant at, const Redactor& redactor);
std::string journal_line(const ports::Event& event, const RunId& run, Instant at,
                         const Redactor& redactor);

}  // namespace recycled::telemetry
