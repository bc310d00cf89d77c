#include "ports/pause.hpp"

#include "base/ensure.hpp"
#include "base/words.hpp"

namespace recycled::ports {

std::string_view to_text(PauseWord word) {
  switch (word) {
    case PauseWord::paused:
      return "paused";
    case PauseWord::resumed:
      return "resumed";
  }
  ensure(false, "a word about a pause");
  return {};
}

std::optional<PauseWord> parse_pause_word(std::string_view text) {
  return parse_word(text, PauseWord::resumed);
}

std::string in_words(const Pause& pause) {
  return "since " + to_iso8601(pause.at) + ", by " + pause.by +
         (pause.reason.empty() ? "" : ": " + pause.reason);
}

}  // namespace recycled::ports
