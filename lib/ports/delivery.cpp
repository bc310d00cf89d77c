#include "ports/delivery.hpp"

#include "base/ensure.hpp"
#include "base/words.hpp"

namespace recycled::ports {

std::string_view to_text(Sink sink) {
  switch (sink) {
    case Sink::webhook:
      return "webhook";
    case Sink::jsonl:
      return "jsonl";
  }
  ensure(false, "a sink of the set");
  return {};
}

std::optional<Sink> parse_sink(std::string_view text) { return parse_word(text, Sink::jsonl); }

std::string_view to_text(DeliveryState state) {
  switch (state) {
    case DeliveryState::waiting:
      return "waiting";
    case DeliveryState::delivered:
      return "delivered";
    case DeliveryState::dead:
      return "dead";
  }
  ensure(false, "a delivery's state of the set");
  return {};
}

std::optional<DeliveryState> parse_delivery_state(std::string_view text) {
  return parse_word(text, DeliveryState::dead);
}

}  // namespace recycled::ports
