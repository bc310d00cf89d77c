// Why a backfill leaves out a decline of its period that nothing of the subscription forbids to
// hand over. Source: operations.md "backfill"; lessons.md 19.
#pragma once

#include <string>
#include <string_view>

namespace recycled::billing {

// What NotTaken (eligibility.hpp) does not say. The words of to_text are an interface.
enum class LeftOut {
  not_due,        // the scheduler takes it when its day comes
  card_cap,       // domain.md "Guard rails": its card has no hand-over left for now
  not_asked_for,  // the command was told to hand over others
  over_limit,     // as many as were to be are handed over
  not_found,      // of a plan: the ledger has no such subscription
  paused,         // nothing new is handed over until somebody resumes
  ceiling,        // as much as a run or a day may hand over is handed over
};
std::string_view to_text(LeftOut reason);
// One plain sentence for a person, without a full stop.
std::string_view explain(LeftOut reason);

struct LeftAlone {
  LeftOut reason = LeftOut::not_due;
  std::string detail;  // until when, or what was asked for; may be empty

  bool operator==(const LeftAlone&) const = default;
};

}  // namespace recycled::billing
