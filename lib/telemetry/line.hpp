// How an event becomes the text of one line.
#pragma once

#include <string>

#include "base/id.hpp"
#include "base/time.hpp"
#include "ports/events.hpp"
#include "telemetry/redact.hpp"

namespace recycled::telemetry {

std::string json_line(const ports::Event& event, const RunId& run, Instant at,
                      const Redactor& redactor);
// Without the run: a terminal shows one.
std::string text_line(const ports::Event& event, Instant at, const Redactor& redactor);
std::string journal_line(const ports::Event& event, const RunId& run, Instant at,
                         const Redactor& redactor);

}  // namespace recycled::telemetry
