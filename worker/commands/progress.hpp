// How far a long piece of work is: a bar with rate and time left on a terminal, a plain line every
// few seconds elsewhere. Source: operations.md "Commands".
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "base/time.hpp"
#include "ports/clock.hpp"

namespace recycled {

class Progress {
 public:
  enum class Style { bar, lines };

  // `total` bytes, or items where there are no bytes, are to be gone through; 0 when nobody knows
  // how many. `items` is what is counted.
  // `clock` and `out` outlive it.
  Progress(std::ostream& out, Style style, const ports::Clock& clock, std::int64_t total,
           std::string items = "rows");

  // `bytes` of the total are behind us, which were `items`. Shows it only if enough time
  // has passed since the last time.
  void show(std::int64_t bytes, std::int64_t items);
  // Clears the bar, so that what is printed next stands on a line of its own.
  void finish();

 private:
  std::string text(std::int64_t bytes, std::int64_t items, Millis elapsed) const;

  std::ostream& out_;
  const Style style_;
  const ports::Clock& clock_;
  const std::int64_t total_;
  const std::string items_;
  const Instant started_;
  Instant shown_;
  std::size_t width_ = 0;  // of the bar's line as it stands
};

}  // namespace recycled
