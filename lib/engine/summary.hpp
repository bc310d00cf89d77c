// What was done, told to the log in figures: by a pass of the service, and by a run as a whole.
#pragma once

#include "engine/context.hpp"
#include "engine/tally.hpp"
#include "ports/events.hpp"

namespace recycled::engine {

// The line about a whole run; those about its passes add up to it.
ports::Event summary_of_run(const Tally& tally);

// One line a pass that did something, and one an hour even if none did.
class PassSummaries {
 public:
  // Both outlive it. No two lines are closer than `gap`, or an hour if that is less.
  PassSummaries(const Context& context, const Tally& tally, Millis gap);

  // Between two passes. Tells what has been done since the last line, if it is time for one.
  void look();
  // At the latest then, look again.
  Instant next() const { return told_at_ + heartbeat; }
  // No pass follows: whatever no line has told yet.
  void finish();

 private:
  static constexpr Millis heartbeat = std::chrono::hours(1);
  void tell();

  const Context& context_;
  const Tally& tally_;
  const Millis gap_;
  ports::RunCounts told_;
  Instant told_at_;
};

}  // namespace recycled::engine
