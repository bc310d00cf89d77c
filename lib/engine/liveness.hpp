// When a supervisor is told that the worker is alive: because its loop has got something behind it
// (progress.hpp), never because time has passed; and when the loop is to come round for that though
// nothing is due. It decides and performs nothing. Source: lessons.md 22.
#pragma once

#include <optional>

#include "base/time.hpp"

namespace recycled::engine {

// Of a clock that is never set: the instants mean nothing but how far they are apart.
class Liveness {
 public:
  // `patience`: without a word for so long, the supervisor ends the process.
  Liveness(Millis patience, Instant now);

  // The loop got something behind it. True: that is to be told now. The first is, and then none
  // within a quarter of the patience, however busy the loop is.
  bool progressed(Instant now);

  // By then the loop is to be asked to come round: half of the patience after the last word or
  // question, so that the other half is left for its answer.
  Instant ask_at() const { return last_ + patience_ / 2; }
  void asked(Instant now) { last_ = now; }

 private:
  const Millis patience_;
  Instant last_;  // word or question
  std::optional<Instant> told_at_;
};

}  // namespace recycled::engine
