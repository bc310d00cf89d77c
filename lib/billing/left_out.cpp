#include "billing/left_out.hpp"

#include "base/ensure.hpp"

namespace recycled::billing {

std::string_view to_text(LeftOut reason) {
  switch (reason) {
    case LeftOut::not_due:
      return "not_due";
    case LeftOut::card_cap:
      return "card_cap";
    case LeftOut::not_asked_for:
      return "not_asked_for";
    case LeftOut::over_limit:
      return "over_limit";
    case LeftOut::not_found:
      return "not_found";
    case LeftOut::paused:
      return "paused";
    case LeftOut::ceiling:
      return "ceiling";
  }
  ensure(false, "a reason of the set");
  return {};
}

std::string_view explain(LeftOut reason) {
  switch (reason) {
    case LeftOut::not_due:
      return "its next re-attempt is not due yet, and is handed over when it is";
    case LeftOut::card_cap:
      return "its card has been handed over as often as card_cap allows within 30 days";
    case LeftOut::not_asked_for:
      return "only others were asked for";
    case LeftOut::over_limit:
      return "as many as were asked for come before it";
    case LeftOut::not_found:
      return "the ledger has no such subscription";
    case LeftOut::paused:
      return "everything new is held until recycled resume";
    case LeftOut::ceiling:
      return "as much as may be handed over is handed over";
  }
  ensure(false, "a reason of the set");
  return {};
}

}  // namespace recycled::billing
