#include "commands/progress.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

namespace recycled {

namespace {

constexpr Millis bar_gap{100};
constexpr Millis line_gap = std::chrono::seconds(5);
constexpr std::int64_t bar_cells = 30;

std::string bar(std::int64_t done, std::int64_t total) {
  const auto filled = static_cast<std::size_t>(std::min(done, total) * bar_cells / total);
  return "[" + std::string(filled, '#') + std::string(bar_cells - filled, '.') + "] ";
}

}  // namespace

Progress::Progress(std::ostream& out, Style style, const ports::Clock& clock, std::int64_t total,
                   std::string items)
    : out_(out),
      style_(style),
      clock_(clock),
      total_(total),
      items_(std::move(items)),
      started_(clock.now()),
      shown_(started_) {}

std::string Progress::text(std::int64_t bytes, std::int64_t items, Millis elapsed) const {
  const std::int64_t ms = std::max<std::int64_t>(elapsed.count(), 1);
  std::string line =
      std::to_string(items) + " " + items_ + ", " + std::to_string(items * 1000 / ms) + "/s";
  if (total_ <= 0 || bytes <= 0) return line;
  const std::int64_t done = std::min(bytes, total_);
  // The rate in thousandths, so that what goes slowly has one, and a long file does not overflow.
  const std::int64_t rate = std::max<std::int64_t>(done * 1'000'000 / ms, 1);
  const std::int64_t left = (total_ - done) * 1000 / rate;
  line += ", " + std::to_string(done * 100 / total_) + " %, " + std::to_string(left) + " s left";
  return style_ == Style::bar ? bar(done, total_) + line : line;
}

void Progress::show(std::int64_t bytes, std::int64_t items) {
  const Instant now = clock_.now();
  if (now - shown_ < (style_ == Style::bar ? bar_gap : line_gap)) return;
  shown_ = now;
  const std::string line = text(bytes, items, now - started_);
  if (style_ == Style::lines) {
    out_ << line << std::endl;
    return;
  }
  const std::size_t rest = width_ > line.size() ? width_ - line.size() : 0;
  out_ << '\r' << line << std::string(rest, ' ') << std::flush;
  width_ = line.size();
}

void Progress::finish() {
  if (width_ > 0) out_ << '\r' << std::string(width_, ' ') << '\r' << std::flush;
  width_ = 0;
}

}  // namespace recycled
