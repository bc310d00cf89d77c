// The kill switch: while it is on, nothing new is claimed nor handed over, whatever process asks
// (operations.md "Commands", pause and resume; lessons.md "money breakers").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/time.hpp"

namespace recycled::ports {

enum class PauseWord { paused, resumed };
std::string_view to_text(PauseWord word);
std::optional<PauseWord> parse_pause_word(std::string_view text);

// What was said once, and stands until something else is said of the same.
struct Pause {
  Instant at{};
  PauseWord word = PauseWord::paused;
  GatewayId gateway;   // FlexFactor's, by the breaker; empty: all of them, by a person
  std::string by;      // a user of the machine, or "the breaker"
  std::string reason;  // may be empty

  bool operator==(const Pause&) const = default;
};

// What a pause keeps from leaving.
enum class Holding {
  unsent,             // what has certainly not left; a repeat of what is in doubt is a question
  all_but_inquiries,  // after an adoption, when a repeat may be no question any more
};

// "since 2026-11-25T17:30:00.000Z, by alice: the refusals of this morning".
std::string in_words(const Pause& pause);

}  // namespace recycled::ports
