// What is not needed any more goes, in small steps (lessons.md 26): payloads of what ended long
// ago, nonces whose dates are refused anyway, plans of old dry runs. What was charged, decided and
// audited stays.
#pragma once

#include "engine/context.hpp"
#include "engine/tally.hpp"

namespace recycled::engine {

struct RetentionSettings {
  Millis payloads = Millis(0);               // kept after their end; zero: for good
  Millis nonces = std::chrono::minutes(10);  // at least twice the callback window
  Millis look_every = std::chrono::minutes(1);
};

class Retention {
 public:
  // All outlive it.
  Retention(const Context& context, RetentionSettings settings, Tally& tally);

  // One small step, if it is time for one. While there is more, the next one waits until the ledger
  // has had nine times as long for everybody else.
  async::Task<Result<void>> step_if_due();
  // Steps until nothing is left, but no more than whoever waits for a pass bears.
  async::Task<Result<void>> once();
  Instant next() const { return next_at_; }

 private:
  // True: there may be more.
  async::Task<Result<bool>> step();

  const Context& context_;
  const RetentionSettings settings_;
  Tally& tally_;
  Instant next_at_ = from_millis(INT64_MIN);
};

}  // namespace recycled::engine
