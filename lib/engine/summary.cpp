#include "engine/summary.hpp"

#include <algorithm>
#include <utility>

namespace recycled::engine {

ports::Event summary_of_run(const Tally& tally) {
  ports::Event summary(ports::EventName::run_summary);
  summary.reason = "run";
  summary.figures = tally;
  return summary;
}

PassSummaries::PassSummaries(const Context& context, const Tally& tally, Millis gap)
    : context_(context),
      tally_(tally),
      gap_(std::min(gap, heartbeat)),
      told_at_(context.clock.now()) {}

void PassSummaries::look() {
  const Millis quiet = context_.clock.now() - told_at_;
  // What was looked at again and left as it is, above a ceiling or in a pause, is no news.
  ports::RunCounts news = ports::since(tally_, told_);
  for (const auto& [reason, count] : std::exchange(news.put_off, {})) news.scanned -= count;
  const bool is_new = news != ports::RunCounts{};
  if (quiet >= heartbeat || (is_new && quiet >= gap_)) tell();
}

void PassSummaries::finish() {
  if (told_ != tally_) tell();
}

void PassSummaries::tell() {
  ports::Event summary(ports::EventName::run_summary);
  summary.reason = "pass";
  summary.figures = ports::since(tally_, told_);
  context_.events.note(summary);
  told_ = tally_;
  told_at_ = context_.clock.now();
}

}  // namespace recycled::engine
